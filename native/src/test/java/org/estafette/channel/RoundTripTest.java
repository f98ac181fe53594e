package org.estafette.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is sent arrives, byte for byte and in order. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class RoundTripTest {
  private static final int FRAGMENT = ChannelConfig.LOOPBACK_MTU - 32;

  /** Sizes at which a frame needs one fragment more, for whole and for small fragments. */
  private static List<Integer> awkwardSizes(int fragment) {
    List<Integer> sizes = new ArrayList<>(boundaries(fragment));
    sizes.addAll(boundaries(Math.min(fragment, FragmentWriter.SMALLEST)));
    sizes.addAll(List.of(300_000, 3_000_001, 5 << 20));
    return sizes;
  }

  private static List<Integer> boundaries(int fragment) {
    List<Integer> sizes = new ArrayList<>(List.of(0, 1, 2, 3, 4, 63, 64, 65, 1000));
    int first = fragment - FrameFormat.BEGIN_BYTES;
    int further = (fragment - FrameFormat.MORE_BYTES) / 64 * 64;
    for (int boundary :
        new int[] {
          first - FrameFormat.TRAILER_BYTES,
          first,
          first / 64 * 64,
          first / 64 * 64 + further - FrameFormat.TRAILER_BYTES,
          first / 64 * 64 + further,
          first / 64 * 64 + 2 * further
        }) {
      for (int d = -1; d <= 1; d++) {
        sizes.add(boundary + d);
      }
    }
    return sizes;
  }

  private static void exchange(TestNode from, TestNode to, int fragment) {
    long seed = 20250101;
    Random random = new Random(seed);
    List<TestNode.Arrival> expected = new ArrayList<>();
    long sequence = 0;
    for (int size : awkwardSizes(fragment)) {
      for (int metaSize : new int[] {0, 1, 77, fragment - FrameFormat.BEGIN_BYTES, 70_000}) {
        byte[] meta = TestNode.bytes(random, metaSize);
        byte[] payload = TestNode.bytes(random, size);
        FrameHeader header =
            new FrameHeader(
                TestNode.RUN, random.nextLong(), random.nextLong(), sequence++, -sequence);
        expected.add(new TestNode.Arrival(header, meta, payload));
        Await.until(() -> from.channel.queued(to.channel.endpoint()) < 16, from::toString);
        from.send(to, header, meta, payload);
      }
    }
    to.awaitArrivals(expected.size());
    assertThat(to.arrivals).hasSize(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      TestNode.Arrival want = expected.get(i);
      TestNode.Arrival got = to.arrivals.get(i);
      assertThat(got.header()).isEqualTo(want.header());
      assertThat(Arrays.equals(got.meta(), want.meta())).as("meta of %s", want.header()).isTrue();
      assertThat(Arrays.equals(got.payload(), want.payload()))
          .as("payload of %s", want.header())
          .isTrue();
    }
    assertThat(to.refusals).isEmpty();
    assertThat(from.sent).hasSize(expected.size()).allMatch(s -> s.outcome() == SendOutcome.SENT);
    assertThat(from.outgoing.out()).isZero();
    assertThat(to.pool.out()).isZero();
    assertThat(to.channel.stats().framesReceived()).isEqualTo(expected.size());
    assertThat(from.channel.stats().bytesSent()).isEqualTo(to.channel.stats().bytesReceived());
  }

  @Test
  void shouldDeliverAwkwardSizesThroughSharedMemory() {
    try (TestNode host = TestNode.open(TestNode.config());
        TestNode guest = TestNode.beside(host)) {
      exchange(guest, host, FRAGMENT);
      assertThat(host.channel.endpoint().sharesMemoryWith(guest.channel.endpoint())).isTrue();
    }
  }

  @Test
  void shouldDeliverAwkwardSizesThroughUdp() {
    try (TestNode a = TestNode.open(TestNode.udpConfig());
        TestNode b = TestNode.open(TestNode.udpConfig())) {
      exchange(a, b, FRAGMENT);
      assertThat(a.channel.endpoint().sharesMemoryWith(b.channel.endpoint())).isFalse();
    }
  }

  @Test
  void shouldDeliverAwkwardSizesThroughSmallDatagrams() {
    int mtu = ChannelConfig.ETHERNET_MTU;
    try (TestNode a = TestNode.open(TestNode.udpConfig().udpMtu(mtu));
        TestNode b = TestNode.open(TestNode.udpConfig().udpMtu(mtu))) {
      exchange(a, b, mtu - 32);
    }
  }

  @Test
  void shouldDeliverThroughADriverWithItsOwnThread() {
    try (TestNode a = TestNode.open(TestNode.udpConfig().driver(ChannelConfig.Driver.OWN_THREAD));
        TestNode b = TestNode.open(TestNode.udpConfig().driver(ChannelConfig.Driver.OWN_THREAD))) {
      exchange(a, b, FRAGMENT);
    }
  }

  @Test
  void shouldDeliverToItself() {
    try (TestNode node = TestNode.open(TestNode.config())) {
      exchange(node, node, FRAGMENT);
    }
  }

  @Test
  void shouldDeliverKeyedFrames() {
    FrameKey key = FrameKey.of("a secret of the run, long enough".getBytes(StandardCharsets.UTF_8));
    try (TestNode host = TestNode.open(TestNode.config().key(key));
        TestNode guest =
            TestNode.open(
                TestNode.config()
                    .key(key)
                    .directory(host.directory())
                    .driver(ChannelConfig.Driver.ELSEWHERE))) {
      exchange(guest, host, FRAGMENT);
    }
  }

  @Test
  void shouldDeliverKeyedFramesThroughUdp() {
    FrameKey key = FrameKey.of("a secret of the run, long enough".getBytes(StandardCharsets.UTF_8));
    int mtu = ChannelConfig.ETHERNET_MTU;
    try (TestNode a = TestNode.open(TestNode.udpConfig().udpMtu(mtu).key(key));
        TestNode b = TestNode.open(TestNode.udpConfig().udpMtu(mtu).key(key))) {
      exchange(a, b, mtu - 32);
    }
  }

  @Test
  void shouldKeepTheOrderOfEachOfSeveralSendersWhoseFramesInterleave() {
    int frames = 12;
    try (TestNode host = TestNode.open(TestNode.config());
        TestNode first = TestNode.beside(host);
        TestNode second = TestNode.beside(host);
        TestNode third = TestNode.beside(host)) {
      List<TestNode> senders = List.of(first, second, third);
      for (int sequence = 0; sequence < frames; sequence++) {
        for (TestNode sender : senders) {
          long id = senders.indexOf(sender);
          byte[] payload = TestNode.bytes(new Random(id * 1000 + sequence), 1_500_000 + (int) id);
          sender.send(host, TestNode.header(id, sequence), new byte[0], payload);
        }
      }
      host.awaitArrivals(frames * senders.size());
      for (long id = 0; id < senders.size(); id++) {
        long sender = id;
        List<TestNode.Arrival> mine =
            host.arrivals.stream().filter(a -> a.header().sender() == sender).toList();
        assertThat(mine).extracting(a -> a.header().sequence()).hasSize(frames).isSorted();
        for (TestNode.Arrival arrival : mine) {
          byte[] want =
              TestNode.bytes(
                  new Random(sender * 1000 + arrival.header().sequence()),
                  1_500_000 + (int) sender);
          assertThat(Arrays.equals(arrival.payload(), want)).isTrue();
        }
      }
      assertThat(host.refusals).isEmpty();
    }
  }
}
