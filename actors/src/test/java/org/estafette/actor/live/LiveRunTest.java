package org.estafette.actor.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.Pushes;
import org.estafette.actor.record.Staleness;
import org.estafette.actor.run.RunMonitor;
import org.estafette.algorithm.Assignment;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.train.TrainOrder;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class LiveRunTest {
  private final List<Metric> written = Collections.synchronizedList(new ArrayList<>());
  private final RunMonitor monitor = new RunMonitor(1_000_000, written::add);
  private final double[] at = {0};
  private final LiveRun live = live("server", false);

  private LiveRun live(String topology, boolean directed) {
    LiveFacts facts = new LiveFacts(255, "run-1", "1.2.3", "async sgd", topology, directed, 4, 0.5);
    LiveRun made = new LiveRun(facts, monitor::now, () -> at[0], "estafette {}");
    monitor.follow(made);
    return made;
  }

  private static Metric.PushRecord push(double at, String worker, int steps, double weight) {
    return new Metric.PushRecord(
        at, worker, 1, 2.0, steps, 10L * steps, 2.5, 3, weight, Metric.Outcome.ACCEPTED, null);
  }

  private static Metric.PushRecord refused(double at, String worker, String reason) {
    return new Metric.PushRecord(
        at, worker, 1, 0, 0, 0, Double.NaN, 0, 0, Metric.Outcome.REFUSED, reason);
  }

  private static Metric.ProgressPoint point(double at, Double validation) {
    return new Metric.ProgressPoint(
        at, (long) at, (long) at, 2.0, validation, null, 100, 1, 2, Pushes.NONE, Staleness.NONE);
  }

  private static void joined(RunMonitor monitor, double at, int worker, int incarnation) {
    monitor.decided(at, new Decision.Joined(PeerId.worker(worker), incarnation));
  }

  @Test
  void shouldAddUpLedgersThatAreTheSumOfAllPushes() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    long steps = 0;
    long accepted = 0;
    long refusals = 0;
    for (int i = 0; i < 12; i++) {
      live.known("worker-" + i, "key-" + i, "host:1", 1);
    }
    for (int i = 0; i < 10_000; i++) {
      String worker = "worker-" + random.nextInt(12);
      if (random.nextInt(5) == 0) {
        live.accept(refused(i, worker, random.nextBoolean() ? "too_stale: 7" : "duplicate: 1"));
        refusals++;
      } else {
        int n = 1 + random.nextInt(40);
        live.accept(push(i, worker, n, random.nextDouble()));
        steps += n;
        accepted++;
      }
    }
    List<WorkerStatus> workers = live.workers();
    assertThat(workers.stream().mapToLong(WorkerStatus::localSteps).sum())
        .as("seed=%d", seed)
        .isEqualTo(steps);
    assertThat(workers.stream().mapToLong(WorkerStatus::tokens).sum()).isEqualTo(10 * steps);
    assertThat(workers.stream().mapToLong(WorkerStatus::accepted).sum()).isEqualTo(accepted);
    assertThat(workers.stream().flatMap(w -> w.refused().values().stream()).mapToLong(n -> n).sum())
        .isEqualTo(refusals);
    assertThat(workers)
        .allMatch(w -> List.of("too_stale", "duplicate").containsAll(w.refused().keySet()));
    assertThat(workers.stream().mapToDouble(WorkerStatus::contribution).sum())
        .isCloseTo(1, Offset.offset(1e-9));
    assertThat(workers)
        .extracting(WorkerStatus::worker)
        .as("by slot, not by letters")
        .containsExactlyElementsOf(LongStream.range(0, 12).mapToObj(i -> "worker-" + i).toList());
  }

  @RepeatedTest(20)
  void shouldNeitherLoseNorDoubleAnEventForFollowersThatComeAndGo() throws Exception {
    int events = 4000; // As many as are kept, so that nobody can be too late.
    CountDownLatch begin = new CountDownLatch(3);
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                begin.await();
              } catch (InterruptedException e) {
                return;
              }
              for (int i = 1; i <= events; i++) {
                live.accept(new Metric.RunEvent(i, Metric.RunKind.NOTE, "n" + i));
              }
            });
    AtomicReference<Throwable> wrong = new AtomicReference<>();
    List<Thread> readers = new ArrayList<>();
    for (int r = 0; r < 3; r++) {
      readers.add(Thread.ofPlatform().start(() -> read(events, begin, wrong)));
    }
    writer.join();
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(wrong).hasNullValue();
    List<LiveEvent> replayed = new ArrayList<>();
    live.follow(events - 100, replayed::add).close();
    assertThat(replayed).extracting(LiveEvent::id).hasSize(100).isSorted();
    assertThat(live.history(10).next()).isEqualTo(events + 1L);
  }

  /** Comes back again and again after the last event that it saw. */
  private void read(int events, CountDownLatch begin, AtomicReference<Throwable> wrong) {
    try {
      long[] last = {0};
      while (last[0] < events && wrong.get() == null) {
        AutoCloseable following =
            live.follow(
                last[0],
                e -> {
                  String text = ((Metric.RunEvent) e.metric()).text();
                  if (e.id() != last[0] + 1 || !text.equals("n" + e.id())) {
                    wrong.compareAndSet(null, new AssertionError(last[0] + ", then " + e));
                  }
                  last[0] = e.id();
                });
        begin.countDown();
        Thread.yield();
        following.close(); // From here on nobody else writes to last.
      }
    } catch (Exception e) {
      wrong.compareAndSet(null, e);
    }
  }

  @Test
  void shouldGoOnWithoutAListenerThatThrows() throws Exception {
    List<Long> heard = new ArrayList<>();
    live.follow(
        -1,
        e -> {
          throw new IllegalStateException("the reader is gone");
        });
    live.accept(new Metric.RunEvent(1, Metric.RunKind.NOTE, "before"));
    try (AutoCloseable following = live.follow(-1, e -> heard.add(e.id()))) {
      live.accept(new Metric.RunEvent(2, Metric.RunKind.NOTE, "while"));
    }
    live.accept(new Metric.RunEvent(3, Metric.RunKind.NOTE, "after"));
    assertThat(heard).containsExactly(2L);
  }

  @Test
  void shouldKeepABoundedHistoryThatForgetsNoValidation() {
    for (int i = 0; i < 100_000; i++) {
      live.accept(point(i, i % 1000 == 500 ? (Double) (double) i : null));
      live.accept(push(i, "worker-0", 1, 1));
      live.accept(new Metric.RunEvent(i, Metric.RunKind.NOTE, "n"));
    }
    History history = live.history(100_000);
    assertThat(history.progress()).hasSizeBetween(1000, 2048);
    assertThat(history.progress().stream().filter(p -> p.validationLoss() != null))
        .as("validations")
        .hasSize(100);
    assertThat(history.progress().getLast().seconds()).isEqualTo(99_999);
    assertThat(history.pushes()).hasSizeLessThanOrEqualTo(4096);
    assertThat(history.pushes().getLast().seconds()).isEqualTo(99_999);
    assertThat(history.events()).hasSizeLessThanOrEqualTo(1000);
    assertThat(live.history(50).progress())
        .hasSizeBetween(25, 50)
        .isSortedAccordingTo(java.util.Comparator.comparing(Metric::seconds));
    assertThatThrownBy(() -> live.history(1)).hasMessageContaining("points=1 (expected >= 2)");
  }

  @Test
  void shouldWarnOfAWorkerInQuarantineUntilItIsReleased() {
    live.known("worker-2", "process-2", "10.0.0.7:2551", 1);
    joined(monitor, 1, 2, 1);
    monitor.decided(
        5,
        new Decision.Quarantined(
            PeerId.worker(2), 3, org.estafette.algorithm.Refusal.NOT_FINITE, "round 7 holds NaN"));
    assertThat(live.workers().getFirst().quarantined()).isTrue();
    assertThat(live.workers().getFirst().live()).isTrue();
    assertThat(live.status().warnings())
        .containsExactly(
            "worker-2 is in quarantine: 3 of its newest pushes could not be used, the last:"
                + " not_finite, round 7 holds NaN");
    assertThat(written)
        .anyMatch(m -> m instanceof Metric.WorkerEvent e && e.kind() == Metric.Kind.QUARANTINED);
    monitor.decided(9, new Decision.Released(PeerId.worker(2), 5, ""));
    assertThat(live.workers().getFirst().quarantined()).isFalse();
    assertThat(live.status().warnings()).isEmpty();
    assertThat(written)
        .anyMatch(m ->
            m instanceof Metric.WorkerEvent e
                && e.kind() == Metric.Kind.RELEASED
                && e.reason().startsWith("5 good pushes"));
  }

  @Test
  void shouldSayWhoLetAWorkerOutOfQuarantine() {
    joined(monitor, 1, 2, 1);
    monitor.decided(9, new Decision.Released(PeerId.worker(2), 0, "ada"));
    assertThat(written)
        .anyMatch(m ->
            m instanceof Metric.WorkerEvent e
                && e.kind() == Metric.Kind.RELEASED
                && e.reason().equals("by hand, by ada: the next one counts again"));
  }

  @Test
  void shouldWarnOfAnOutlierUntilItsPushesLieAmongTheOthers() {
    live.known("worker-2", "process-2", "10.0.0.7:2551", 1);
    joined(monitor, 1, 2, 1);
    assertThat(live.workers().getFirst().outlier()).isNull();
    monitor.decided(5, new Decision.Outlier(PeerId.worker(2), true, "cosine -0.80"));
    assertThat(live.workers().getFirst().outlier()).isEqualTo("cosine -0.80");
    assertThat(live.workers().getFirst().quarantined()).isFalse();
    assertThat(live.status().warnings()).containsExactly("worker-2 is an outlier: cosine -0.80");
    monitor.decided(7, new Decision.Outlier(PeerId.worker(2), false, "cosine 0.40"));
    assertThat(live.workers().getFirst().outlier()).isNull();
    assertThat(live.status().warnings()).isEmpty();
    assertThat(
            written.stream()
                .filter(Metric.WorkerEvent.class::isInstance)
                .map(m -> ((Metric.WorkerEvent) m).kind().json()))
        .containsExactly("joined", "outlier", "ordinary");
  }

  @Test
  void shouldTellWhatTheEndOfAWorkerCost() {
    live.known("worker-2", "process-2", "10.0.0.7:2551", 1);
    joined(monitor, 1, 2, 1);
    live.accept(push(4, "worker-2", 10, 1));
    monitor.departs(PeerId.worker(2), "its process died (status 137)", false);
    monitor.decided(10, new Decision.Left(PeerId.worker(2), 1, 17));
    WorkerStatus gone = live.workers().getFirst();
    assertThat(gone.live()).isFalse();
    assertThat(gone.restarts())
        .containsExactly(
            new WorkerStatus.Restart(10, 1, "its process died (status 137)", 17, null));
    joined(monitor, 12, 2, 2);
    live.accept(refused(13, "worker-2", "too_stale: 9"));
    live.accept(push(15.5, "worker-2", 10, 1));
    live.accept(push(18, "worker-2", 10, 1));
    WorkerStatus back = live.workers().getFirst();
    assertThat(back.live()).isTrue();
    assertThat(back.incarnation()).isEqualTo(2);
    assertThat(back.node()).isEqualTo("10.0.0.7:2551");
    assertThat(back.stepsPerSecond()).isEqualTo(5);
    assertThat(back.restarts().getFirst().secondsLost()).isEqualTo(5.5);
    assertThat(written)
        .anyMatch(m ->
            m instanceof Metric.WorkerEvent e
                && e.reason().equals("its process died (status 137); local steps lost: 17"));
  }

  @Test
  void shouldTellTheStateWithItsReason() {
    assertThat(live.status().state()).isEqualTo(RunState.WAITING);
    assertThat(live.status().reason()).isEqualTo("0 of 4 workers are there");
    joined(monitor, 1, 0, 1);
    monitor.decided(
        2,
        new Decision.Assigned(
            PeerId.worker(0), new Assignment(1, new TrainOrder(5, 0, 0, 0, 1), "H"), 0));
    assertThat(live.status().state()).isEqualTo(RunState.TRAINING);
    monitor.event(3, Metric.RunKind.PAUSED, "paused by ada");
    assertThat(live.status().state()).isEqualTo(RunState.PAUSED);
    assertThat(live.status().reason()).isEqualTo("paused by ada");
    assertThat(live.status().etaSeconds()).isNull();
    monitor.event(3, Metric.RunKind.RESUMED, "resumed by ada");
    assertThat(live.status().state()).isEqualTo(RunState.TRAINING);
    monitor.event(4, Metric.RunKind.STOPPING, "stopped by ada");
    assertThat(live.status().state()).isEqualTo(RunState.STOPPING);
    live.ended("stopped by ada");
    assertThat(live.status().state()).isEqualTo(RunState.ENDED);
    assertThat(live.status().run()).isEqualTo("ff");
  }

  @Test
  void shouldWarnOfWhatSomebodyShouldLookAt() {
    assertThat(live.status().warnings()).isEmpty();
    monitor.event(1, Metric.RunKind.CHECKPOINT_FAILED, "no space left");
    live.reachable("10.0.0.7:2551", false);
    for (int i = 0; i < 12; i++) {
      live.accept(refused(i, "worker-1", "too_stale: " + i));
    }
    assertThat(live.status().warnings())
        .containsExactly(
            "the newest checkpoint could not be written: no space left",
            "node 10.0.0.7:2551 cannot be reached",
            "12 of the last 12 pushes were refused: too_stale 12");
    monitor.event(2, Metric.RunKind.CHECKPOINT, "version 2");
    live.reachable("10.0.0.7:2551", true);
    for (int i = 0; i < 100; i++) {
      live.accept(push(i, "worker-1", 1, 1));
    }
    assertThat(live.status().warnings()).isEmpty();
    // Rounds take two seconds: one that takes a minute is overdue.
    live.known("worker-0", "a", "host:1", 1);
    joined(monitor, 100, 0, 1);
    live.accept(push(102, "worker-0", 1, 1));
    monitor.decided(
        103,
        new Decision.Assigned(
            PeerId.worker(0), new Assignment(1, new TrainOrder(5, 0, 0, 0, 1), "H"), 0));
    at[0] = 110;
    assertThat(live.status().warnings()).isEmpty();
    at[0] = 162;
    assertThat(live.status().warnings())
        .containsExactly("worker-0 on host:1 is overdue: no push for 60 s");
  }

  @Test
  void shouldShowAStarWithAServerAndTheGraphWithoutOne() {
    live.server("host:1", 3);
    live.known("worker-0", "a", "host:1", 1);
    joined(monitor, 1, 0, 1);
    joined(monitor, 1, 1, 1);
    monitor.decided(2, new Decision.Left(PeerId.worker(1), 1, 0));
    TopologyStatus star = live.topology();
    assertThat(star.kind()).isEqualTo("server");
    assertThat(star.epoch()).isEqualTo(3);
    assertThat(star.nodes())
        .containsExactly(
            new TopologyStatus.Node("server", "host:1", true),
            new TopologyStatus.Node("worker-0", "host:1", true),
            new TopologyStatus.Node("worker-1", "", false));
    assertThat(star.links()).containsExactly(new TopologyStatus.Link("worker-0", "server"));

    for (boolean directed : new boolean[] {false, true}) {
      RunMonitor other = new RunMonitor(1000, m -> {});
      LiveFacts facts = new LiveFacts(1, "r", "", "gossip", "ring", directed, 3, 1);
      LiveRun ring = new LiveRun(facts, other::now, () -> 0, "");
      other.follow(ring);
      for (int i = 0; i < 3; i++) {
        joined(other, 1, i, 1);
      }
      ring.exchanges("worker-0", List.of("worker-1", "worker-2"), 1);
      ring.exchanges("worker-1", List.of("worker-0"), 1);
      assertThat(ring.topology().links()).hasSize(directed ? 3 : 2);
      assertThat(ring.topology().epoch()).isEqualTo(1);
      other.decided(2, new Decision.Left(PeerId.worker(1), 1, 0));
      assertThat(ring.topology().links())
          .containsExactly(new TopologyStatus.Link("worker-0", "worker-2"));
    }
  }

  @Test
  void shouldKnowWhatAResumedRunHasBehindItAndTellNobodyOfIt() {
    List<Metric> past =
        List.of(
            new Metric.WorkerEvent(1, "worker-0", Metric.Kind.JOINED, "incarnation 1", 1, null),
            push(2, "worker-0", 10, 1),
            new Metric.RunEvent(3, Metric.RunKind.CHECKPOINT_FAILED, "no room"),
            new Metric.RunEvent(4, Metric.RunKind.STOPPING, "stopped by ada"));
    live.recall(past::forEach);
    List<LiveEvent> heard = new ArrayList<>();
    live.follow(0, heard::add);
    assertThat(heard).isEmpty();
    assertThat(live.status().state()).isEqualTo(RunState.WAITING);
    assertThat(live.workers().getFirst().localSteps()).isEqualTo(10);
    assertThat(live.workers().getFirst().live()).isFalse();
    assertThat(live.history(10).pushes()).hasSize(1);
    assertThat(live.status().warnings()).isEmpty();
  }

  @Test
  void shouldMakeNoWorkerOfASlotThatOnlyARefusalNames() {
    live.accept(
        new Metric.PushRecord(
            2, "worker-99", 1, 1, 5, 160, 1, 0, 0, Metric.Outcome.REFUSED, "unknown worker", null));
    assertThat(live.workers()).isEmpty();
  }
}
