package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.estafette.actor.checkpoint.CheckpointException;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.FailingModel;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.server.ServerState;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole clusters in this JVM. */
@Timeout(60)
final class ClusterTest {
  @TempDir Path dir;
  private Path text = Path.of("");
  private final Queue<Metric> metrics = new ConcurrentLinkedQueue<>();
  private long run = System.nanoTime();

  @BeforeEach
  void writeText() throws Exception {
    text = TinyRuns.text(dir);
  }

  @AfterEach
  void shouldLeaveNothingBehind() throws Exception {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("estafette-") && !name.contains("restarts")));
    try (Stream<Path> shm = Files.list(Path.of("/dev/shm"))) {
      assertThat(shm).noneMatch(p -> p.getFileName().toString().contains(Long.toHexString(run)));
    }
  }

  private Coordinator.Plan plan(
      Workshop workshop, @Nullable ServerState resume, int local, int more) throws Exception {
    RunCheckpoints checkpoints = checkpoints(workshop);
    if (resume != null) {
      checkpoints.latest(); // As the command does that resumes.
    }
    return new Coordinator.Plan(
        run,
        workshop,
        new RunMonitor(workshop.config().tokens(), metrics::add),
        checkpoints,
        resume,
        local,
        more);
  }

  private RunCheckpoints checkpoints(Workshop workshop) throws Exception {
    return new RunCheckpoints(dir.resolve("checkpoints"), 3, "tiny", workshop);
  }

  private static Coordinator.Ended end(Coordinator coordinator) throws Exception {
    return coordinator.result().get(45, TimeUnit.SECONDS);
  }

  private long accepted() {
    return metrics.stream()
        .filter(m -> m instanceof Metric.PushRecord p && p.outcome() != Metric.Outcome.REFUSED)
        .count();
  }

  private static Path verified(Coordinator.Ended ended) {
    assertThat(ended.failure()).isEmpty();
    assertThat(ended.checkpoint()).isNotNull();
    assertThat(CheckpointStore.verify(ended.checkpoint()).ok()).isTrue();
    return ended.checkpoint();
  }

  private void assertWholeRun(Coordinator.Ended ended, RunMonitor.Snapshot s) {
    assertThat(ended.reason()).isEqualTo("finished");
    verified(ended);
    long steps = 0;
    double first = Double.NaN;
    for (Metric m : metrics) {
      if (m instanceof Metric.PushRecord p && p.outcome() != Metric.Outcome.REFUSED) {
        steps += p.steps();
        first = Double.isNaN(first) ? p.loss() : first;
      }
    }
    assertThat(steps).as("steps of the ledger").isEqualTo(400).isEqualTo(s.localSteps());
    assertThat(s.tokens()).isEqualTo(12_800);
    assertThat(s.trainLoss()).isLessThan(first - 0.2);
    assertThat(s.validationLoss()).isNotNull().isLessThan(first - 0.2);
    assertThat(s.restarts()).isZero();
  }

  @Test
  void shouldTrainToTheEndWithTwoWorkersAndGiveAllBack() throws Exception {
    try (Workshop workshop = TinyRuns.workshop(text)) {
      Coordinator coordinator = Coordinator.start(plan(workshop, null, 2, 0));
      Coordinator.Ended ended;
      try (coordinator) {
        ended = end(coordinator);
      }
      assertWholeRun(ended, coordinator.now());
      assertThat(coordinator.port().onLoan()).as("vectors on loan").isZero();
    }
  }

  @Test
  void shouldNotWaitForAWorkerWhoseMessageOutlivedIt() throws Exception {
    try (Workshop workshop = TinyRuns.workshop(text, "tokens", "100000000");
        Coordinator coordinator = Coordinator.start(plan(workshop, null, 1, 1))) {
      // Of a worker that the server's actor has seen go.
      coordinator.tell(new ServerMessage.PullRequest(run, 1, 1, 1, 1, 0, 1, 0));
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() ->
              assertThat(metrics)
                  .as("its round is given up")
                  .anyMatch(m ->
                      m instanceof Metric.WorkerEvent e
                          && e.worker().equals("worker-1")
                          && e.kind() == Metric.Kind.LOST));
      coordinator.stop("test");
      end(coordinator);
    }
  }

  @Test
  void shouldRefuseAKeyThatNoActorCanHave() {
    WorkerNode.Plan plan =
        new WorkerNode.Plan("127.0.0.1:1", "127.0.0.1", 0, "bad/key", 1, 0, Map.of(), notice -> {});
    assertThatThrownBy(() -> WorkerNode.start(plan))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("key=bad/key");
  }

  @Test
  void shouldTrainInSynchronousRounds() throws Exception {
    try (Workshop workshop =
        TinyRuns.workshop(text, "strategy", "sync", "outer.rule", "nesterov")) {
      Coordinator coordinator = Coordinator.start(plan(workshop, null, 2, 0));
      Coordinator.Ended ended;
      try (coordinator) {
        ended = end(coordinator);
      }
      assertWholeRun(ended, coordinator.now());
      assertThat(coordinator.now().version()).as("rounds").isEqualTo(40);
      assertThat(coordinator.port().onLoan()).as("vectors on loan").isZero();
    }
  }

  @Test
  void shouldTakePushesOfANodeThatJoinsLater() throws Exception {
    try (Workshop workshop = TinyRuns.workshop(text, "tokens", "100000000");
        Coordinator coordinator = Coordinator.start(plan(workshop, null, 1, 1))) {
      await().atMost(Duration.ofSeconds(20)).until(() -> accepted() > 2);
      WorkerNode.Plan joining =
          new WorkerNode.Plan(
              coordinator.address(),
              "127.0.0.1",
              0,
              "joined",
              1,
              1,
              Map.of("akka.loglevel", "WARNING"),
              notice -> {});
      try (WorkerNode node = WorkerNode.start(joining)) {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() ->
                metrics.stream()
                    .anyMatch(m ->
                        m instanceof Metric.PushRecord p
                            && p.worker().equals("worker-1")
                            && p.outcome() != Metric.Outcome.REFUSED));
        coordinator.stop("enough");
        assertThat(end(coordinator).reason()).isEqualTo("enough");
        node.result().get(20, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void shouldGoOnWithoutAWorkerWhoseTrainerThrows() throws Exception {
    try (Workshop workshop =
        TinyRuns.workshop(
            text,
            "model.kind",
            FailingModel.class.getName(),
            "model.options.name",
            "\"estafette-local-1\"")) {
      Coordinator coordinator = Coordinator.start(plan(workshop, null, 2, 0));
      Coordinator.Ended ended;
      try (coordinator) {
        ended = end(coordinator);
      }
      assertThat(ended.reason()).isEqualTo("finished");
      assertThat(coordinator.now().localSteps()).isEqualTo(400);
    }
  }

  @Test
  void shouldEndWithItsLastWorker() throws Exception {
    try (Workshop workshop =
            TinyRuns.workshop(
                text,
                "model.kind",
                FailingModel.class.getName(),
                "model.options.name",
                "\"estafette-local-\"");
        Coordinator coordinator = Coordinator.start(plan(workshop, null, 2, 0))) {
      assertThat(end(coordinator).reason()).contains("all workers have ended");
    }
  }

  @Test
  void shouldCheckpointWhenStoppedAndGoOnFromThere() throws Exception {
    Path checkpoint;
    try (Workshop workshop = TinyRuns.workshop(text, "tokens", "100000000");
        Coordinator coordinator = Coordinator.start(plan(workshop, null, 2, 0))) {
      await().atMost(Duration.ofSeconds(20)).until(() -> accepted() > 10);
      coordinator.stop("interrupted");
      Coordinator.Ended ended = end(coordinator);
      assertThat(ended.reason()).isEqualTo("interrupted");
      assertThat(ended.finished()).isFalse();
      checkpoint = verified(ended);
    }
    run++;
    metrics.clear();
    try (Workshop workshop = TinyRuns.workshop(text, "tokens", "100000000")) {
      RunCheckpoints store = checkpoints(workshop);
      ServerState saved = store.read(CheckpointStore.open(checkpoint));
      assertThat(saved.epoch()).isEqualTo(1);
      assertThat(saved.vectors().keySet()).contains(ServerState.PARAMETERS, "momentum", "buffer");
      try (Coordinator coordinator = Coordinator.start(plan(workshop, saved, 0, 1))) {
        // Nobody trains: what would be written again is what was read.
        await()
            .atMost(Duration.ofSeconds(10))
            .until(() -> coordinator.now().version() == saved.version());
        assertThat(coordinator.now().tokens()).isEqualTo(saved.tokens());
        coordinator.stop("interrupted");
        assertThat(verified(end(coordinator))).isEqualTo(checkpoint.toAbsolutePath());
      }
      run++;
      ServerState again;
      try (Coordinator coordinator = Coordinator.start(plan(workshop, saved, 2, 0))) {
        await().atMost(Duration.ofSeconds(20)).until(() -> accepted() > 2);
        coordinator.stop("interrupted");
        again = store.read(CheckpointStore.open(verified(end(coordinator))));
        assertThat(coordinator.now().restarts()).as("a resumed run has restarted nobody").isZero();
      }
      // The server between had epoch 2, though it saved nothing new.
      assertThat(again.epoch()).isEqualTo(3);
      assertThat(again.version()).isGreaterThan(saved.version());
      assertThat(again.localSteps()).isGreaterThan(saved.localSteps());
    }
  }

  @Test
  void shouldRestoreEveryVectorThatItSaved() throws Exception {
    try (Workshop workshop = TinyRuns.workshop(text);
        Coordinator coordinator = Coordinator.start(plan(workshop, null, 2, 0))) {
      ServerState saved =
          checkpoints(workshop).read(CheckpointStore.open(verified(end(coordinator))));
      try (var server = workshop.newServer(run, workshop.initialParameters())) {
        server.restore(saved);
        saved
            .vectors()
            .forEach((name, v) ->
                assertThat(same(v, server.state().vectors().get(name))).as(name).isTrue());
        assertThat(server.counter()).isEqualTo(saved.counter());
      }
      assertThat(saved.finished()).isTrue();
    }
  }

  private static boolean same(FlatVector a, @Nullable FlatVector b) {
    for (long i = 0; i < a.length(); i++) {
      if (b == null || a.get(i) != b.get(i)) {
        return false;
      }
    }
    return true;
  }

  @Test
  void shouldGoOnWithAFinishedRunThatIsGivenMore() throws Exception {
    ServerState saved;
    try (Workshop workshop = TinyRuns.workshop(text, "tokens", "1280");
        Coordinator coordinator = Coordinator.start(plan(workshop, null, 2, 0))) {
      saved = checkpoints(workshop).read(CheckpointStore.open(verified(end(coordinator))));
    }
    run++;
    try (Workshop workshop = TinyRuns.workshop(text, "tokens", "2560");
        Coordinator coordinator = Coordinator.start(plan(workshop, saved, 2, 0))) {
      assertThat(end(coordinator).reason()).isEqualTo("finished");
      assertThat(coordinator.now().tokens()).isEqualTo(2560);
    }
  }

  @Test
  void shouldSayThatASavedStateDoesNotFitInsteadOfWaiting() throws Exception {
    ServerState saved;
    try (Workshop workshop = TinyRuns.workshop(text, "outer.rule", "sgd");
        var server = workshop.newServer(run, workshop.initialParameters())) {
      saved = server.state();
    }
    try (Workshop workshop = TinyRuns.workshop(text);
        Coordinator coordinator = Coordinator.start(plan(workshop, saved, 1, 0))) {
      assertThatThrownBy(() -> end(coordinator))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(CheckpointException.class)
          .hasMessageContaining("outer optimizer");
    }
  }

  @Test
  void shouldSayThatThePortIsInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        Workshop workshop =
            TinyRuns.workshop(text, "cluster.port", Integer.toString(taken.getLocalPort()))) {
      assertThatThrownBy(() -> Coordinator.start(plan(workshop, null, 1, 0)))
          .isInstanceOf(PortInUseException.class)
          .hasMessageContaining("port " + taken.getLocalPort() + " on 127.0.0.1 is in use");
    }
  }

  @Test
  void shouldRefuseAMailboxPolicyThatIsNone() throws Exception {
    try (Workshop workshop =
        TinyRuns.workshop(text, "mailbox", "mine", "mailboxes.mine.policy", "java.lang.String")) {
      assertThatThrownBy(() -> Coordinator.start(plan(workshop, null, 1, 0)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("estafette.mailboxes.mine.policy")
          .hasMessageContaining("java.lang.String does not implement");
    }
  }

  @Test
  void shouldGiveUpJoiningWhereNobodyIs() throws Exception {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      nobody = socket.getLocalPort();
    }
    WorkerNode.Plan plan =
        new WorkerNode.Plan(
            "127.0.0.1:" + nobody,
            "127.0.0.1",
            0,
            "lost",
            1,
            0,
            Map.of("cluster.patience", "2s", "akka.loglevel", "OFF"),
            notice -> {});
    try (WorkerNode node = WorkerNode.start(plan)) {
      assertThatThrownBy(() -> node.result().get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(JoinException.class)
          .hasMessageContaining("no server found behind 127.0.0.1:" + nobody)
          .hasMessageContaining("refuses the connection")
          .hasMessageContaining("--port " + nobody);
    }
    assertThatThrownBy(() ->
            WorkerNode.start(
                new WorkerNode.Plan("here", "127.0.0.1", 0, "x", 1, 0, Map.of(), n -> {})))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--join here");
  }
}
