package org.estafette.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Full pools, full queues, absent peers, and the end of channels. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BackPressureTest {
  private static final byte[] NO_META = {};

  @Test
  void shouldHoldASenderBackWhileThePoolIsExhaustedAndDeliverLater() {
    try (TestNode host = TestNode.open(TestNode.config());
        TestNode guest = TestNode.beside(host);
        TestNode small = TestNode.beside(host)) {
      host.keep = true;
      host.pool.limit(1);
      int frames = 6;
      for (int i = 0; i < frames; i++) {
        guest.send(host, TestNode.header(1, i), NO_META, TestNode.bytes(new Random(i), 1_000_000));
      }
      host.awaitArrivals(1);
      Await.until(() -> guest.channel.stats().backPressured() > 0, guest::toString);
      // Others are not blocked.
      small.send(host, TestNode.header(2, 0), new byte[] {1, 2, 3}, NO_META);
      host.awaitArrivals(2);
      assertThat(host.arrivals.get(1).header().sender()).isEqualTo(2);
      assertThat(host.channel.stats().leaseWaits()).isPositive();
      assertThat(guest.channel.queued(host.channel.endpoint())).isPositive();
      for (int i = 2; i <= frames; i++) {
        host.kept.removeFirst().close();
        host.awaitArrivals(i + 1);
      }
      assertThat(host.arrivals.stream().filter(a -> a.header().sender() == 1))
          .hasSize(frames)
          .allMatch(a ->
              Arrays.equals(
                  a.payload(), TestNode.bytes(new Random(a.header().sequence()), 1_000_000)));
      host.kept.removeFirst().close();
      assertThat(host.refusals).isEmpty();
      assertThat(host.pool.out()).isZero();
    }
  }

  @Test
  void shouldRefuseAFrameForWhichNoLeaseComesInTimeAndTakeTheNext() {
    try (TestNode host = TestNode.open(TestNode.config().leaseTimeout(Duration.ofMillis(50)));
        TestNode guest = TestNode.beside(host)) {
      host.pool.limit(0);
      guest.send(host, TestNode.header(1, 0), NO_META, new byte[500_000]);
      host.awaitRefusals(1);
      assertThat(host.refusals.getLast().reason()).isEqualTo(Refusal.POOL_EXHAUSTED);
      host.pool.limit(1);
      guest.send(host, TestNode.header(1, 1), NO_META, new byte[500_000]);
      host.awaitArrivals(1);
      assertThat(host.arrivals.getLast().header().sequence()).isEqualTo(1);
      assertThat(host.channel.stats().refused()).containsOnlyKeys(Refusal.POOL_EXHAUSTED);
    }
  }

  @Test
  void shouldRefuseAtOnceWhatDoesNotFitIntoTheQueue() {
    try (TestNode host = TestNode.open(TestNode.config());
        TestNode guest =
            TestNode.open(
                TestNode.config()
                    .queueFrames(2)
                    .directory(host.directory())
                    .driver(ChannelConfig.Driver.ELSEWHERE))) {
      host.pool.limit(0);
      for (int i = 0; i < 10; i++) {
        guest.send(host, TestNode.header(1, i), NO_META, new byte[5_000_000]);
      }
      assertThat(guest.sent).hasSize(8).allMatch(s -> s.outcome() == SendOutcome.QUEUE_FULL);
      assertThat(guest.outgoing.out()).isEqualTo(2);
      host.pool.limit(1);
      host.awaitArrivals(2);
      Await.until(() -> guest.outgoing.out() == 0, guest::toString);
      assertThat(guest.channel.queued(host.channel.endpoint())).isZero();
    }
  }

  @Test
  void shouldFailFramesForAPeerThatIsNotThere() {
    try (TestNode node =
        TestNode.open(TestNode.udpConfig().connectTimeout(Duration.ofMillis(200)))) {
      Endpoint nobody = new Endpoint("another host", node.directory().toString(), 5, "127.0.0.1:9");
      node.send(nobody, TestNode.header(1, 0), NO_META, new byte[1000]);
      node.awaitSent(1);
      assertThat(node.sent.getFirst().outcome()).isEqualTo(SendOutcome.NOT_CONNECTED);
      assertThat(node.outgoing.out()).isZero();
      Await.until(() -> node.peersLost.contains(nobody), node::toString);

      Endpoint gone =
          new Endpoint(
              node.channel.endpoint().host(), node.channel.endpoint().directory(), 12345678, null);
      node.send(gone, TestNode.header(1, 1), NO_META, new byte[1000]);
      node.awaitSent(2);
      assertThat(node.sent.getLast().outcome()).isEqualTo(SendOutcome.NOT_CONNECTED);
    }
  }

  @Test
  void shouldFailFramesForAPeerWhoseAddressMakesNoSense() {
    try (TestNode node = TestNode.open(TestNode.config())) {
      node.send(
          new Endpoint("another host", "/dev/shm/x", 5, "no.such.host.invalid:4000"),
          TestNode.header(1, 0),
          NO_META,
          new byte[1000]);
      node.awaitSent(1);
      assertThat(node.sent.getFirst().outcome())
          .isIn(SendOutcome.NO_STREAM, SendOutcome.NOT_CONNECTED);
      assertThat(node.outgoing.out()).isZero();
    }
  }

  @Test
  void shouldFailFramesOfAForgottenPeer() {
    try (TestNode host = TestNode.open(TestNode.config());
        TestNode guest = TestNode.beside(host)) {
      host.pool.limit(0);
      guest.send(host, TestNode.header(1, 0), NO_META, new byte[8_000_000]);
      Await.until(() -> guest.channel.stats().backPressured() > 0, guest::toString);
      guest.channel.forget(host.channel.endpoint());
      guest.awaitSent(1);
      assertThat(guest.sent.getFirst().outcome()).isEqualTo(SendOutcome.FORGOTTEN);
      assertThat(guest.outgoing.out()).isZero();
      // A new link to the same peer works; the receiver gives the first frame up.
      host.pool.limit(10);
      guest.send(host, TestNode.header(1, 1), NO_META, new byte[100]);
      host.awaitArrivals(1);
    }
  }

  @Test
  void shouldTellTheSenderWhenAPeerCloses() {
    try (TestNode host = TestNode.open(TestNode.config());
        TestNode sender = TestNode.beside(host)) {
      TestNode receiver = TestNode.beside(host);
      receiver.pool.limit(0);
      sender.send(receiver, TestNode.header(1, 0), NO_META, new byte[8_000_000]);
      Await.until(() -> sender.channel.stats().backPressured() > 0, sender::toString);
      Endpoint gone = receiver.channel.endpoint();
      receiver.close();
      sender.awaitSent(1);
      assertThat(sender.sent.getFirst().outcome()).isEqualTo(SendOutcome.PEER_LOST);
      assertThat(sender.outgoing.out()).isZero();
      Await.until(() -> sender.peersLost.contains(gone), sender::toString);
    }
  }

  @Test
  void shouldGiveAllLeasesBackWhenClosedInFlight() {
    for (int i = 0; i < 5; i++) {
      TestNode host = TestNode.open(TestNode.config());
      TestNode guest = TestNode.beside(host);
      for (int n = 0; n < 10; n++) {
        guest.send(host, TestNode.header(1, n), NO_META, new byte[4_000_000]);
        host.send(guest, TestNode.header(2, n), NO_META, new byte[4_000_000]);
      }
      if (i > 0) {
        int wanted = i - 1;
        host.awaitArrivals(wanted);
      }
      if (i % 2 == 0) {
        guest.close();
        host.close();
      } else {
        host.close();
        guest.close();
      }
      for (TestNode node : new TestNode[] {host, guest}) {
        assertThat(node.outgoing.out()).as(node.toString()).isZero();
        assertThat(node.pool.out()).as(node.toString()).isZero();
        assertThat(node.outgoing.closedTwice() + node.pool.closedTwice()).isZero();
        assertThat(node.sent).hasSize(10);
        assertThat(node.directoryExists()).isFalse();
      }
    }
  }

  @Test
  void shouldRefuseFramesAfterClose() {
    TestNode node = TestNode.open(TestNode.config());
    node.close();
    node.close();
    node.send(node, TestNode.header(1, 0), NO_META, new byte[100]);
    assertThat(node.sent.getFirst().outcome()).isEqualTo(SendOutcome.CHANNEL_CLOSED);
    assertThat(node.outgoing.out()).isZero();
  }

  @Test
  void shouldRefuseWhatCouldNeverBeDelivered() {
    try (TestNode node = TestNode.open(TestNode.config().maxPayloadBytes(1000).maxMetaBytes(10))) {
      Endpoint self = node.channel.endpoint();
      FrameHeader header = TestNode.header(1, 0);
      Lease lease = node.outgoing.tryLease(2000);
      assertThatThrownBy(() ->
              node.channel.send(
                  self, new FrameHeader(1, 1, 1, 1, 1), NO_META, null, SendCallback.IGNORE))
          .hasMessage("run=1 (expected " + TestNode.RUN + ")");
      assertThatThrownBy(
              () -> node.channel.send(self, header, new byte[11], null, SendCallback.IGNORE))
          .hasMessage("meta=11 bytes (expected <= 10)");
      assertThatThrownBy(() -> node.channel.send(self, header, NO_META, lease, SendCallback.IGNORE))
          .hasMessageContaining("payloadBytes=2000 (expected 0 to 1000");
      assertThatThrownBy(
              () -> node.channel.send(self, header, NO_META, null, 4, SendCallback.IGNORE))
          .hasMessageContaining("payloadBytes=4 (expected 0 to 0");
      assertThatThrownBy(() ->
              node.channel.send(
                  self,
                  header,
                  NO_META,
                  Lease.unpooled(Float64Vector.zeros(3)),
                  SendCallback.IGNORE))
          .hasMessageContaining("expected a lease on a float32 vector");
      assertThatThrownBy(() ->
              node.channel.send(
                  new Endpoint("elsewhere", "/dev/shm/x", 1, null),
                  header,
                  NO_META,
                  null,
                  SendCallback.IGNORE))
          .hasMessageContaining("expected a UDP address");
      lease.close();
    }
  }

  @Test
  void shouldRefuseAFrameWhoseListenerFailsAndTakeTheNext() {
    AtomicReference<RuntimeException> fault = new AtomicReference<>();
    try (TestNode host = TestNode.open(TestNode.config())) {
      ChannelListener faulty =
          new ChannelListener() {
            @Override
            public @Nullable Lease lease(FrameHeader header, long payloadBytes) {
              RuntimeException e = fault.get();
              if (e != null) {
                throw e;
              }
              return host.lease(header, header.sequence() == 1 ? 4 : payloadBytes);
            }

            @Override
            public void received(
                FrameHeader header, ByteBuffer meta, @Nullable Lease payload, long bytes) {
              host.received(header, meta, payload, bytes);
              if (header.sequence() == 2) {
                throw new IllegalStateException("on purpose");
              }
            }

            @Override
            public void refused(@Nullable FrameHeader header, Refusal reason, String detail) {
              host.refused(header, reason, detail);
              throw new IllegalStateException("on purpose, too");
            }

            @Override
            public void channelLost(String why, @Nullable Throwable cause) {
              host.channelLost(why, cause);
            }
          };
      ChannelConfig config =
          TestNode.config()
              .directory(host.directory())
              .driver(ChannelConfig.Driver.ELSEWHERE)
              .build();
      try (TensorChannel channel = TensorChannel.open(config, faulty)) {
        fault.set(new IllegalStateException("no lease, on purpose"));
        host.send(channel.endpoint(), TestNode.header(1, 0), NO_META, new byte[200_000]);
        host.awaitRefusals(1);
        fault.set(null);
        host.send(channel.endpoint(), TestNode.header(1, 1), NO_META, new byte[200_000]);
        host.send(channel.endpoint(), TestNode.header(1, 2), NO_META, new byte[200_000]);
        host.send(channel.endpoint(), TestNode.header(1, 3), NO_META, new byte[200_000]);
        host.awaitArrivals(2);
        assertThat(host.refusals)
            .extracting(TestNode.Refused::reason)
            .containsExactly(
                Refusal.LISTENER_FAILED, Refusal.LEASE_TOO_SMALL, Refusal.LISTENER_FAILED);
        assertThat(channel.stats().framesReceived()).isEqualTo(1);
      }
      assertThat(host.pool.out()).isZero();
      assertThat(host.lost).isEmpty();
    }
  }

  @Test
  void shouldSayWhatIsMissingWhereThereIsNoDriver() {
    ChannelConfig config =
        TestNode.config()
            .driver(ChannelConfig.Driver.ELSEWHERE)
            .driverTimeout(Duration.ofMillis(300))
            .build();
    assertThatThrownBy(() -> TensorChannel.open(config, new Deaf()))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("expected a media driver running in that directory");
    assertThat(Files.exists(config.directory())).isFalse();
  }

  @Test
  void shouldRefuseASecondDriverInOneDirectory() {
    try (TestNode node = TestNode.open(TestNode.config())) {
      ChannelConfig twin = TestNode.config().directory(node.directory()).build();
      assertThatThrownBy(() -> TensorChannel.open(twin, new Deaf()))
          .isInstanceOf(ChannelException.class)
          .hasMessageContaining("is in use by another media driver");
      node.send(node, TestNode.header(1, 0), NO_META, new byte[100]);
      node.awaitArrivals(1);
    }
  }

  @Test
  void shouldSayWhichPortIsTaken() {
    try (TestNode node = TestNode.open(TestNode.udpConfig())) {
      int port = Integer.parseInt(node.channel.endpoint().udp().split(":")[1]);
      ChannelConfig twin = TestNode.config().udp("127.0.0.1", port).build();
      assertThatThrownBy(() -> TensorChannel.open(twin, new Deaf()))
          .isInstanceOf(ChannelException.class)
          .hasMessageContaining("127.0.0.1:" + port);
      assertThat(Files.exists(twin.directory())).isFalse();
    }
  }

  @Test
  void shouldRefuseToStartWithoutRoomInSharedMemory() {
    ChannelConfig config = TestNode.config().termLength(1 << 30).expectedLinks(100_000).build();
    assertThatThrownBy(() -> TensorChannel.open(config, new Deaf()))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("MiB free (expected >= ")
        .hasMessageContaining("--shm-size");
    assertThat(Files.exists(config.directory())).isFalse();
  }

  /** Hears nothing. */
  private static final class Deaf implements ChannelListener {
    @Override
    public @Nullable Lease lease(FrameHeader header, long payloadBytes) {
      return null;
    }

    @Override
    public void received(
        FrameHeader header, ByteBuffer meta, @Nullable Lease payload, long payloadBytes) {}

    @Override
    public void channelLost(String why, @Nullable Throwable cause) {}
  }
}
