package org.estafette.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ext.DebugReceiveChannelEndpoint;
import io.aeron.driver.ext.LossGenerator;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lost datagrams cost time, not frames. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class LossTest {
  private static final long SEED = 31;
  private static final int BYTES = 300_007;

  /** Drops datagrams of data and of control alike. */
  private static final class Loss implements ChannelHooks, LossGenerator {
    private final Random random = new Random(SEED);
    private final AtomicLong dropped = new AtomicLong();
    private volatile double rate;

    @Override
    public void driver(MediaDriver.Context context) {
      context.receiveChannelEndpointSupplier((channel, dispatcher, status, c) ->
          new DebugReceiveChannelEndpoint(channel, dispatcher, status, c, this, this));
    }

    @Override
    public boolean shouldDropFrame(InetSocketAddress address, UnsafeBuffer buffer, int length) {
      boolean drop = random.nextDouble() < rate;
      if (drop) {
        dropped.incrementAndGet();
      }
      return drop;
    }
  }

  private static byte[] payload(int i) {
    return TestNode.bytes(new Random(SEED + i), BYTES);
  }

  private static void send(TestNode from, TestNode to, int begin, int end) {
    for (int i = begin; i < end; i++) {
      Await.until(() -> from.channel.queued(to.channel.endpoint()) < 16, from::toString);
      from.send(to, TestNode.header(1, i), new byte[0], payload(i));
    }
  }

  private static void assertAllInOrder(TestNode node, int frames) {
    node.awaitArrivals(frames);
    for (int i = 0; i < frames; i++) {
      assertThat(node.arrivals.get(i).header().sequence()).isEqualTo(i);
      assertThat(Arrays.equals(node.arrivals.get(i).payload(), payload(i))).isTrue();
    }
    assertThat(node.refusals).isEmpty();
    assertThat(node.channel.stats().sessionsOpened()).isEqualTo(1);
  }

  private static ChannelConfig.Builder config() {
    return TestNode.udpConfig().udpMtu(ChannelConfig.ETHERNET_MTU);
  }

  @Test
  void shouldDeliverAllFramesInOrderWhenOneDatagramInAHundredIsLost() {
    Loss loss = new Loss();
    try (TestNode from = TestNode.open(config());
        TestNode to = TestNode.open(config(), loss)) {
      loss.rate = 0.01;
      send(from, to, 0, 12);
      assertAllInOrder(to, 12);
      assertThat(loss.dropped.get()).as("datagrams dropped, seed %d", SEED).isPositive();
    }
  }

  @Test
  void shouldDeliverAllFramesInOrderAfterTwoSecondsInWhichNothingPassed() throws Exception {
    deliverAfterSilenceOf(2_000);
  }

  @Test
  @Tag("nightly")
  void shouldDeliverAllFramesInOrderAfterTenSecondsInWhichNothingPassed() throws Exception {
    deliverAfterSilenceOf(10_000);
  }

  private static void deliverAfterSilenceOf(long millis) throws Exception {
    Loss loss = new Loss();
    try (TestNode from = TestNode.open(config());
        TestNode to = TestNode.open(config(), loss)) {
      send(from, to, 0, 3);
      to.awaitArrivals(1);
      loss.rate = 1;
      Thread.sleep(millis);
      send(from, to, 3, 8);
      loss.rate = 0;
      assertAllInOrder(to, 8);
      assertThat(loss.dropped.get()).isPositive();
    }
  }
}
