package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.fault.NodeWeather;
import org.estafette.actor.wire.PushPacking;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.channel.Refusal;
import org.estafette.fault.Fault;
import org.estafette.memory.Lease;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What faults do to updates on their way out: each is accounted for, whatever becomes of it. */
@Timeout(60)
final class StormyPortTest {
  private static final long RUN = System.nanoTime();
  private static final int SENT = 400;
  private static final PeerId ALICE = PeerId.worker(0);
  private static final PeerId BOB = PeerId.worker(1);

  private final NodeWeather weather = new NodeWeather("test");
  private final TensorPort port =
      new TensorPort(
          ChannelSettings.own(
              ConfigReader.read(null, java.util.Map.of("channel.term", "512KiB")), RUN, "stormy"),
          "",
          weather,
          new PushPacking(100, 32),
          4 * SENT,
          lost -> {});
  private final Queue<Long> arrived = new ConcurrentLinkedQueue<>();
  private final Queue<Double> values = new ConcurrentLinkedQueue<>();
  private final AtomicInteger failures = new AtomicInteger();

  StormyPortTest() {
    port.register(
        BOB,
        u -> {
          arrived.add(u.header().sequence());
          values.add(((NeighbourModel) u).parameters().vector().get(99) - u.header().sequence());
          u.discard();
        });
  }

  @AfterEach
  void close() {
    port.close();
    assertThat(port.onLoan()).isZero();
  }

  /** A few at a time: the channel's queue for a peer is short. */
  private void sendAll() {
    for (int i = 0; i < SENT; i++) {
      Lease lease = port.lease();
      lease.vector().fill(i);
      port.send(
          port.endpoint(),
          BOB,
          new NeighbourModel(new Header(RUN, ALICE, 1, i, 3, 4, 5), Passage.MODEL, lease),
          why -> failures.incrementAndGet());
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> port.queued(port.endpoint()) < 4);
    }
  }

  @Test
  void shouldAccountForEveryUpdateThatIsLostDoubledHeldBackOrDamaged() {
    double left = 3600;
    weather.begin(1, new Fault.Lose(0.2, left), left, 7);
    weather.begin(2, new Fault.Corrupt(0.2, left), left, 7);
    weather.begin(3, new Fault.Duplicate(0.1, left), left, 7);
    weather.begin(4, new Fault.Reorder(0.2, 0.05, left), left, 7);
    sendAll();
    long lost = weather.met(1);
    long damaged = weather.met(2);
    long doubled = weather.met(3);
    assertThat(List.of(lost, damaged, doubled, weather.met(4))).allMatch(n -> n > 0);
    // Copies come up to three seconds later.
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> arrived.size() == SENT - lost - damaged + doubled);
    assertThat(port.stats().refused(Refusal.WRONG_CHECKSUM)).isEqualTo(damaged);
    assertThat(port.stats().refusedTotal()).isEqualTo(damaged);
    assertThat(failures).hasValue(0);
    assertThat(values).as("what arrives is unaltered").allMatch(v -> v == 0);
    assertThat(arrived.stream().distinct().count()).isEqualTo(SENT - lost - damaged);
    assertThat(List.copyOf(arrived))
        .as("later ones overtake")
        .isNotEqualTo(arrived.stream().sorted().toList());
  }

  @Test
  void shouldOpenNoStreamWhileSharedMemoryIsFullAndGoOnAfterwards() {
    weather.begin(1, new Fault.FillShm(0.5), 0.5, 7);
    sendOne();
    await().until(() -> failures.get() == 1);
    assertThat(arrived).isEmpty();
    assertThat(weather.met(1)).isPositive();
    await()
        .until(() -> {
          sendOne();
          return !arrived.isEmpty();
        });
  }

  private void sendOne() {
    port.send(
        port.endpoint(),
        BOB,
        new NeighbourModel(new Header(RUN, ALICE, 1, 1, 3, 4, 5), Passage.MODEL, port.lease()),
        why -> failures.incrementAndGet());
  }

  @Test
  void shouldGiveBackWhatIsHeldWhenThePortIsClosed() {
    weather.begin(1, new Fault.Delay(3600, 3600), 3600, 7);
    sendAllHeld();
    assertThat(port.onLoan()).isEqualTo(10);
    port.close();
    assertThat(port.onLoan()).isZero();
    assertThat(failures).hasValue(10);
  }

  private void sendAllHeld() {
    for (int i = 0; i < 10; i++) {
      port.send(
          port.endpoint(),
          BOB,
          new NeighbourModel(new Header(RUN, ALICE, 1, i, 3, 4, 5), Passage.MODEL, port.lease()),
          why -> failures.incrementAndGet());
    }
  }

  @Test
  void shouldCutOnePairOffInOneDirectionAndLetAllOthersPass() {
    weather.begin(1, new Fault.Cut(BOB, ALICE, 3600), 3600, 7);
    assertThat(weather.cut(BOB, ALICE)).isTrue();
    assertThat(weather.begin(1, new Fault.Cut(ALICE, BOB, 3600), 3600, 7))
        .as("the same fault, told of by another worker of this node")
        .isFalse();
    sendAll();
    await().until(() -> arrived.size() == SENT);
    assertThat(List.copyOf(arrived)).isEqualTo(arrived.stream().sorted().toList());
  }
}
