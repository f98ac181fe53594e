package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.checkpoint.StoredCheckpoint;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.live.RunControl.Outcome;
import org.estafette.actor.live.RunState;
import org.estafette.actor.live.RunStatus;
import org.estafette.actor.live.WorkerStatus;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.CountingModel;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.server.ServerState;
import org.estafette.memory.FlatVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people ask of a cluster while it trains. */
@Timeout(90)
final class ControlTest {
  // Long enough for a patience of a second to run out, if it did not stand still.
  private static final Duration LONG = Duration.ofMillis(1300);

  @TempDir Path dir;
  private Path text = Path.of("");
  private final Queue<Metric> metrics = new ConcurrentLinkedQueue<>();
  private final Queue<String> kept = new ConcurrentLinkedQueue<>();
  private String counter = UUID.randomUUID().toString();
  private long run = System.nanoTime();

  @BeforeEach
  void writeText() throws Exception {
    text = TinyRuns.text(dir);
  }

  @AfterEach
  void letStepsGo() {
    CountingModel.release(counter); // A step that waits would outlive its run.
  }

  private Workshop workshop(String... more) throws Exception {
    String[] all = new String[more.length + 8];
    System.arraycopy(more, 0, all, 8, more.length);
    all[0] = "model.kind";
    all[1] = CountingModel.class.getName();
    all[2] = "model.options.counter";
    all[3] = '"' + counter + '"';
    all[4] = "model.options.holds";
    all[5] = "estafette-";
    all[6] = "model.options.hold-from";
    all[7] = "200";
    return TinyRuns.workshop(text, all);
  }

  private Coordinator start(Workshop workshop, int workers) throws Exception {
    return Coordinator.start(
        new Coordinator.Plan(
            run,
            workshop,
            new RunMonitor(workshop.config().tokens(), metrics::add),
            checkpoints(workshop),
            null,
            workers,
            0,
            new RunHome("tiny-1", "test", kept::add)));
  }

  private RunCheckpoints checkpoints(Workshop workshop) throws Exception {
    return new RunCheckpoints(dir.resolve("checkpoints-" + run), 3, "tiny", workshop);
  }

  private static Outcome outcome(CompletionStage<Outcome> asked) throws Exception {
    return asked.toCompletableFuture().get(40, TimeUnit.SECONDS);
  }

  private static Coordinator.Ended end(Coordinator coordinator) throws Exception {
    return coordinator.result().get(60, TimeUnit.SECONDS);
  }

  private List<Metric.PushRecord> accepted() {
    return metrics.stream()
        .filter(m -> m instanceof Metric.PushRecord p && p.outcome() != Metric.Outcome.REFUSED)
        .map(Metric.PushRecord.class::cast)
        .toList();
  }

  private Stream<Metric.RunEvent> events(Metric.RunKind kind) {
    return metrics.stream()
        .filter(m -> m instanceof Metric.RunEvent e && e.kind() == kind)
        .map(Metric.RunEvent.class::cast);
  }

  private void trains(int pushes) {
    await().atMost(Duration.ofSeconds(30)).until(() -> accepted().size() >= pushes);
  }

  /** Asks while all are in a step, which ends no sooner: the run cannot be over before. */
  private Outcome pause(Coordinator coordinator) throws Exception {
    await().atMost(Duration.ofSeconds(30)).until(() -> CountingModel.steps(counter) > 200);
    CompletionStage<Outcome> asked = coordinator.control().pause("ada");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> coordinator.view().status().state() == RunState.PAUSED);
    CountingModel.release(counter);
    return outcome(asked);
  }

  /** All that is under way has arrived when nothing has for a while. */
  private void stands(Duration during) {
    long steps = CountingModel.steps(counter);
    int[] pushes = {-1};
    await()
        .pollInterval(Duration.ofMillis(200))
        .until(() -> {
          int before = pushes[0];
          pushes[0] = accepted().size();
          return pushes[0] == before;
        });
    await()
        .during(during)
        .atMost(during.plusSeconds(10))
        .until(() -> accepted().size() == pushes[0] && CountingModel.steps(counter) == steps);
  }

  private void assertLedgersAreThePushes(Coordinator coordinator) {
    List<WorkerStatus> ledgers = coordinator.view().workers();
    RunMonitor.Snapshot s = coordinator.now();
    assertThat(ledgers.stream().mapToLong(WorkerStatus::localSteps).sum())
        .isEqualTo(accepted().stream().mapToLong(Metric.PushRecord::steps).sum())
        .isEqualTo(s.localSteps());
    assertThat(ledgers.stream().mapToLong(w -> w.accepted() + w.merged()).sum())
        .isEqualTo(accepted().size())
        .isEqualTo(s.pushes().accepted() + s.pushes().merged());
    assertThat(ledgers.stream().mapToDouble(WorkerStatus::contribution).sum())
        .isCloseTo(1, org.assertj.core.data.Offset.offset(1e-9));
  }

  @ParameterizedTest
  @CsvSource({
    "async, grace.window, 20ms",
    "async, grace.window, 0s",
    "sync, outer.rule, nesterov",
    "relay, relay.patience, 1s",
    "relay, relay.asynchronous, true",
    "gossip, gossip.patience, 1s",
    "gossip, gossip.method, ad-psgd",
  })
  void shouldStandStillWhilePausedAndLoseNothing(String strategy, String key, String value)
      throws Exception {
    try (Workshop workshop =
        workshop(
            "strategy",
            strategy,
            key,
            value,
            "tokens",
            "12800",
            "workers.count",
            "3",
            "grace.predictive",
            "false",
            "workers.patience",
            "1s")) {
      Coordinator coordinator = start(workshop, 3);
      Coordinator.Ended ended;
      try (coordinator) {
        trains(4);
        assertThat(coordinator.view().status().state()).isEqualTo(RunState.TRAINING);
        assertThat(pause(coordinator))
            .isEqualTo(new Outcome.Done("paused by ada: all workers stand still"));
        assertThat(outcome(coordinator.control().pause("bob")).detail()).contains("by ada");
        RunStatus paused = coordinator.view().status();
        assertThat(paused.state()).isEqualTo(RunState.PAUSED);
        assertThat(paused.reason()).isEqualTo("paused by ada");
        stands(LONG);
        assertThat(coordinator.view().status().seconds())
            .as("a pause takes no time")
            .isEqualTo(paused.seconds());
        Outcome saved = outcome(coordinator.control().checkpoint("ada"));
        if (strategy.equals("sync") && saved instanceof Outcome.Conflict c) {
          assertThat(c.detail()).contains("within a round");
        } else {
          assertThat(saved).isInstanceOf(Outcome.Done.class);
          assertThat(CheckpointStore.verify(Path.of(saved.detail())).ok()).isTrue();
        }
        stands(Duration.ofMillis(300));
        assertThat(outcome(coordinator.control().resume("ada"))).isInstanceOf(Outcome.Done.class);
        assertThat(coordinator.view().status().state()).isNotEqualTo(RunState.PAUSED);
        ended = end(coordinator);
      }
      assertThat(ended.finished()).isTrue();
      assertThat(ended.failure()).isEmpty();
      assertLedgersAreThePushes(coordinator);
      RunMonitor.Snapshot s = coordinator.now();
      assertThat(s.pushes().refused()).as("nobody asked twice").isEmpty();
      if (strategy.equals("async") || strategy.equals("sync")) {
        assertThat(s.localSteps()).isEqualTo(400);
        assertThat(CountingModel.steps(counter)).as("no step was in vain").isEqualTo(400);
      } else if (value.equals("1s")) {
        assertThat(accepted())
            .as("nobody lost patience with a neighbour")
            .allMatch(p -> p.mix() != null && p.mix().held() == 0);
      }
      assertThat(events(Metric.RunKind.PAUSED)).hasSize(1);
      assertThat(events(Metric.RunKind.RESUMED)).hasSize(1);
      assertThat(accepted())
          .as("no round has the pause in it")
          .allMatch(p -> p.roundSeconds() <= p.seconds() + 1);
      assertThat(coordinator.view().status().state()).isEqualTo(RunState.ENDED);
      assertThat(coordinator.port().onLoan()).as("vectors on loan").isZero();
    }
  }

  @Test
  void shouldEndWithTheSameBitsWhetherItWasPausedOrNot() throws Exception {
    String[] settings = {
      "strategy", "sync", "outer.rule", "nesterov", "schedule.scope", "shard", "tokens", "12800"
    };
    FlatVector[] ends = new FlatVector[2];
    for (int i = 0; i < 2; i++) {
      run++;
      counter = UUID.randomUUID().toString();
      metrics.clear();
      try (Workshop workshop = workshop(settings);
          Coordinator coordinator = start(workshop, 2)) {
        if (i == 0) {
          CountingModel.release(counter);
        } else {
          pause(coordinator);
          stands(Duration.ofMillis(300));
          outcome(coordinator.control().resume("ada"));
        }
        ServerState last =
            checkpoints(workshop).read(CheckpointStore.open(end(coordinator).checkpoint()));
        ends[i] = last.vectors().get(ServerState.PARAMETERS);
      }
    }
    assertThat(events(Metric.RunKind.PAUSED)).as("it was paused").hasSize(1);
    for (long i = 0; i < ends[0].length(); i++) {
      assertThat(ends[1].get(i)).isEqualTo(ends[0].get(i));
    }
  }

  @Test
  void shouldTellAWorkerThatJoinsWhilePaused() throws Exception {
    try (Workshop workshop = workshop("tokens", "100000000");
        Coordinator coordinator = start(workshop, 1)) {
      pause(coordinator);
      try (WorkerNode node =
          WorkerNode.start(
              new WorkerNode.Plan(
                  coordinator.address(),
                  "127.0.0.1",
                  0,
                  "joined",
                  1,
                  1,
                  Map.of("akka.loglevel", "WARNING"),
                  notice -> {}))) {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() ->
                coordinator.view().workers().stream()
                    .anyMatch(w -> w.live() && w.key().equals("joined")));
        stands(Duration.ofSeconds(1));
        outcome(coordinator.control().resume("ada"));
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> accepted().stream().anyMatch(p -> p.worker().equals("worker-1")));
        node.close();
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> !coordinator.view().workers().get(1).restarts().isEmpty());
        assertThat(coordinator.view().workers().get(1).restarts().getFirst().cause())
            .isEqualTo("left in good order");
        assertThat(events(Metric.RunKind.MEMBER))
            .extracting(Metric.RunEvent::text)
            .anyMatch(t -> t.endsWith(" is a member"));
      }
      assertThat(outcome(coordinator.control().stop("ada"))).isInstanceOf(Outcome.Done.class);
      Coordinator.Ended ended = end(coordinator);
      assertThat(ended.reason()).isEqualTo("stopped by ada");
      assertThat(ended.stopped()).isTrue();
      assertThat(CheckpointStore.verify(ended.checkpoint()).ok()).isTrue();
      assertThat(outcome(coordinator.control().pause("ada"))).isInstanceOf(Outcome.Conflict.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"async", "gossip"})
  void shouldStopWhilePaused(String strategy) throws Exception {
    try (Workshop workshop = workshop("strategy", strategy, "tokens", "100000000")) {
      Coordinator coordinator = start(workshop, 2);
      try (coordinator) {
        pause(coordinator);
        outcome(coordinator.control().stop("ada"));
        Coordinator.Ended ended = end(coordinator);
        assertThat(ended.stopped()).isTrue();
        assertThat(CheckpointStore.verify(ended.checkpoint()).ok()).isTrue();
      }
      assertThat(coordinator.port().onLoan()).as("vectors on loan").isZero();
    }
  }

  @Test
  void shouldNotLoseAStopThatComesBeforeTheServer() throws Exception {
    CountingModel.release(counter);
    try (Workshop workshop = workshop("tokens", "100000000");
        Coordinator coordinator = start(workshop, 1)) {
      coordinator.stop("at once");
      assertThat(end(coordinator).reason()).isEqualTo("at once");
    }
  }

  @ParameterizedTest
  @CsvSource({"async", "sync", "gossip"})
  void shouldChangeAllKeysOrNone(String strategy) throws Exception {
    String[] settings = {"strategy", strategy, "tokens", "100000000"};
    try (Workshop workshop = workshop(settings);
        Coordinator coordinator = start(workshop, 2)) {
      trains(4);
      Outcome unknown =
          outcome(
              coordinator
                  .control()
                  .change(Map.of("tokens", "64000", "checkpoint.evry", "1s"), "ada"));
      assertThat(unknown).isInstanceOf(Outcome.Invalid.class);
      assertThat(unknown.detail())
          .contains("unknown key checkpoint.evry")
          .contains("nearest that can is checkpoint.every")
          .contains("evaluation.batches");
      assertThat(outcome(coordinator.control().change(Map.of("outer.rate", "2"), "ada")).detail())
          .contains("outer.rate cannot be changed");
      assertThat(outcome(coordinator.control().change(Map.of("evaluation.every", "7"), "ada")))
          .isInstanceOf(Outcome.Invalid.class);
      assertThat(outcome(coordinator.control().change(Map.of("tokens", "1"), "ada")))
          .isInstanceOf(Outcome.Conflict.class);
      assertThat(kept).as("nothing was changed").isEmpty();
      assertThat(events(Metric.RunKind.CHANGED)).isEmpty();

      Outcome done =
          outcome(
              coordinator
                  .control()
                  .change(Map.of("estafette.tokens", "32000", "checkpoint.every", "1s"), "ada"));
      assertThat(done).isInstanceOf(Outcome.Done.class);
      assertThat(done.detail()).contains("tokens 100000000 -> 32000");
      assertThat(kept).hasSize(1);
      assertThat(ConfigReader.parse(kept.element(), Map.of(), key -> {}).tokens())
          .isEqualTo(32_000);
      assertThat(coordinator.view().config()).isEqualTo(kept.element());
      assertThat(coordinator.view().status().budgetTokens()).isEqualTo(32_000);
      CountingModel.release(counter);
      assertThat(end(coordinator).finished()).isTrue();
      assertThat(coordinator.now().tokens()).isGreaterThanOrEqualTo(32_000);
    }
  }

  @Test
  void shouldGiveMoreToWorkersThatHadNothingLeftToDo() throws Exception {
    // The second worker is in its round while the first has nothing left.
    try (Workshop workshop =
        workshop(
            "model.options.holds",
            "estafette-local-1",
            "model.options.hold-from",
            "0",
            "tokens",
            "640",
            "local-steps.dynamic",
            "false")) {
      try (Coordinator coordinator = start(workshop, 2)) {
        trains(3); // 20 steps in rounds of 5, one of which is held.
        Outcome longer = outcome(coordinator.control().change(Map.of("tokens", "6400"), "ada"));
        assertThat(longer).isInstanceOf(Outcome.Done.class);
        trains(10); // By the first worker alone.
        CountingModel.release(counter);
        assertThat(end(coordinator).finished()).isTrue();
        assertThat(coordinator.now().tokens()).isEqualTo(6400);
        assertThat(CountingModel.steps(counter)).isEqualTo(200);
      }
    }
  }

  @Test
  void shouldSayWhyAWorkerIsGone() throws Exception {
    try (Workshop workshop =
        workshop("model.options.fails", "estafette-local-1", "tokens", "12800")) {
      CountingModel.release(counter);
      try (Coordinator coordinator = start(workshop, 2)) {
        assertThat(end(coordinator).finished()).isTrue();
        List<WorkerStatus.Restart> ends =
            coordinator.view().workers().stream().flatMap(w -> w.restarts().stream()).toList();
        assertThat(ends).hasSize(1);
        assertThat(ends.getFirst().cause()).isEqualTo("its actor failed: no tenth step");
        assertThat(ends.getFirst().stepsLost()).isPositive();
        assertThat(metrics)
            .anyMatch(m ->
                m instanceof Metric.WorkerEvent e
                    && e.kind() == Metric.Kind.LOST
                    && e.reason()
                        .startsWith("its actor failed: no tenth step; local steps lost: "));
      }
    }
  }

  @Test
  void shouldGoOnCountingWhereItsCheckpointWasTaken() throws Exception {
    try (Workshop workshop = workshop("tokens", "25600")) {
      StoredCheckpoint saved;
      try (Coordinator coordinator = start(workshop, 2)) {
        trains(8);
        CompletionStage<Outcome> stop = coordinator.control().stop("ada");
        CountingModel.release(counter);
        outcome(stop);
        saved = CheckpointStore.open(end(coordinator).checkpoint());
      }
      RunCheckpoints store = checkpoints(workshop);
      RunMonitor monitor = new RunMonitor(workshop.config().tokens(), metrics::add);
      monitor.before(java.util.Objects.requireNonNull(store.tally(saved)));
      double before = monitor.now().seconds();
      assertThat(before).isPositive();
      run++;
      try (Coordinator coordinator =
          Coordinator.start(
              new Coordinator.Plan(
                  run,
                  workshop,
                  monitor,
                  store,
                  store.read(saved),
                  2,
                  0,
                  new RunHome(
                      "tiny-1",
                      "test",
                      List.copyOf(metrics)::forEach,
                      new RunStatus.CheckpointStatus(saved.path().toString(), 8, before),
                      kept::add)))) {
        assertThat(coordinator.view().status().checkpoint()).isNotNull();
        assertThat(end(coordinator).finished()).isTrue();
        assertThat(coordinator.now().seconds()).isGreaterThan(before);
        assertThat(coordinator.now().wholeSeconds())
            .isGreaterThan(coordinator.now().trainingSeconds());
        assertLedgersAreThePushes(coordinator);
      }
      try (Stream<Path> shm = Files.list(Path.of("/dev/shm"))) {
        assertThat(shm).noneMatch(p -> p.getFileName().toString().contains(Long.toHexString(run)));
      }
    }
  }
}
