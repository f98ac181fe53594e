package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.FailingModel;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.server.ServerState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole clusters without a server, in this JVM. */
@Timeout(60)
final class PeerClusterTest {
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

  private Workshop workshop(String... more) throws Exception {
    String[] all = new String[more.length + 2];
    System.arraycopy(more, 0, all, 2, more.length);
    all[0] = "workers.count";
    all[1] = "4";
    return TinyRuns.workshop(text, all);
  }

  private Coordinator.Plan plan(
      Workshop workshop, @Nullable ServerState resume, int local, int more) throws Exception {
    return new Coordinator.Plan(
        run,
        workshop,
        new RunMonitor(workshop.config().tokens(), metrics::add),
        new RunCheckpoints(dir.resolve("checkpoints"), 3, "tiny", workshop),
        resume,
        local,
        more);
  }

  private static Coordinator.Ended end(Coordinator coordinator) throws Exception {
    return coordinator.result().get(45, TimeUnit.SECONDS);
  }

  private Stream<Metric.PushRecord> rounds() {
    return metrics.stream()
        .filter(m -> m instanceof Metric.PushRecord p && p.outcome() == Metric.Outcome.ACCEPTED)
        .map(Metric.PushRecord.class::cast);
  }

  private long rounds(String worker) {
    return rounds().filter(p -> p.worker().equals(worker)).count();
  }

  private static Exchanges exchanges(Coordinator coordinator) {
    Exchanges e = coordinator.now().exchanges();
    assertThat(e).isNotNull();
    return e;
  }

  @ParameterizedTest
  @CsvSource({
    "relay, topology.kind, chain",
    "relay, relay.overlap, true",
    "relay, relay.trees, double",
    "relay, relay.form, gradient",
    "relay, relay.asynchronous, true",
    "gossip, topology.kind, ring",
    "gossip, gossip.method, gradient-tracking",
    "gossip, gossip.method, qg",
    "gossip, gossip.method, sgp",
    "gossip, gossip.method, push-sum",
    "gossip, gossip.method, consensus-control",
    "gossip, gossip.asynchronous, true",
    "gossip, gossip.method, ad-psgd",
  })
  void shouldTrainToTheEndWithoutAServer(String strategy, String key, String value)
      throws Exception {
    try (Workshop workshop = workshop("strategy", strategy, key, value, "tokens", "25600")) {
      Coordinator coordinator = Coordinator.start(plan(workshop, null, 4, 0));
      Coordinator.Ended ended;
      try (coordinator) {
        ended = end(coordinator);
      }
      assertThat(ended.reason()).isEqualTo("finished");
      assertThat(ended.failure()).isEmpty();
      assertThat(ended.checkpoint()).isNotNull();
      assertThat(CheckpointStore.verify(ended.checkpoint()).ok()).isTrue();
      RunMonitor.Snapshot s = coordinator.now();
      double first = rounds().findFirst().orElseThrow().loss();
      assertThat(s.trainLoss()).isLessThan(first - 0.2);
      assertThat(s.validationLoss()).isNotNull().isLessThan(first - 0.2);
      assertThat(s.tokens()).isGreaterThanOrEqualTo(25_600);
      assertThat(rounds().mapToLong(Metric.PushRecord::tokens).sum()).isEqualTo(s.tokens());
      for (int i = 0; i < 4; i++) {
        assertThat(rounds("worker-" + i)).as("rounds of worker-" + i).isPositive();
      }
      Exchanges e = exchanges(coordinator);
      assertThat(e.consensus()).isNotNull().isBetween(0.0, 100.0);
      assertThat(e.fresh()).isPositive();
      assertThat(e.repairs()).isZero();
      assertThat(s.restarts()).isZero();
      assertThat(s.pushes().refused()).doesNotContainKeys("not_finite", "wrong_shape");
      assertThat(coordinator.port().onLoan()).as("vectors on loan").isZero();
    }
  }

  @Test
  void shouldHoldNothingOverInRoundsWhereNothingIsLost() throws Exception {
    try (Workshop workshop = workshop("strategy", "gossip")) {
      Coordinator coordinator = Coordinator.start(plan(workshop, null, 4, 0));
      try (coordinator) {
        assertThat(end(coordinator).finished()).isTrue();
      }
      assertThat(rounds().map(Metric.PushRecord::mix)).allMatch(m -> m != null && m.held() == 0);
      // Whoever is first in the last round takes the others with it: all have done as many.
      long each = rounds("worker-0");
      assertThat(each).isBetween(20L, 21L);
      for (int i = 1; i < 4; i++) {
        assertThat(rounds("worker-" + i)).as("rounds of worker-" + i).isEqualTo(each);
      }
    }
  }

  @Test
  void shouldBeginWithoutAWorkerThatDoesNotCome() throws Exception {
    try (Workshop workshop =
        workshop(
            "strategy",
            "relay",
            "workers.patience",
            "2s",
            "model.kind",
            FailingModel.class.getName(),
            "model.options.name",
            "\"estafette-local-1\"")) {
      Coordinator coordinator = Coordinator.start(plan(workshop, null, 4, 0));
      Coordinator.Ended ended;
      try (coordinator) {
        ended = end(coordinator);
      }
      assertThat(ended.reason()).isEqualTo("finished");
      assertThat(coordinator.now().localSteps()).isGreaterThanOrEqualTo(400);
      assertThat(coordinator.port().onLoan()).as("vectors on loan").isZero();
    }
  }

  @Test
  void shouldAttachAWorkerThatJoinsLaterWithoutStoppingTheOthers() throws Exception {
    try (Workshop workshop =
            workshop("strategy", "relay", "tokens", "100000000", "workers.patience", "1s");
        Coordinator coordinator = Coordinator.start(plan(workshop, null, 3, 1))) {
      await().atMost(Duration.ofSeconds(20)).until(() -> rounds("worker-2") > 2);
      try (WorkerNode node =
          WorkerNode.start(
              new WorkerNode.Plan(
                  coordinator.address(),
                  "127.0.0.1",
                  0,
                  "joined",
                  1,
                  0,
                  Map.of("akka.loglevel", "WARNING"),
                  notice -> {}))) {
        await().atMost(Duration.ofSeconds(30)).until(() -> rounds("worker-3") > 2);
        long before = rounds("worker-0");
        await().atMost(Duration.ofSeconds(20)).until(() -> rounds("worker-0") > before + 2);
        assertThat(exchanges(coordinator).epoch()).isEqualTo(2);
        node.close();
        await().atMost(Duration.ofSeconds(20)).until(() -> exchanges(coordinator).repairs() == 1);
        long survivors = rounds("worker-0");
        await().atMost(Duration.ofSeconds(20)).until(() -> rounds("worker-0") > survivors + 2);
      }
      coordinator.stop("enough");
      assertThat(end(coordinator).reason()).isEqualTo("enough");
    }
  }

  @Test
  void shouldGoOnFromTheMeanOfAResumedRun() throws Exception {
    ServerState saved;
    try (Workshop workshop = workshop("strategy", "relay")) {
      Coordinator coordinator = Coordinator.start(plan(workshop, null, 4, 0));
      try (coordinator) {
        saved =
            new RunCheckpoints(dir.resolve("checkpoints"), 3, "tiny", workshop)
                .read(CheckpointStore.open(end(coordinator).checkpoint()));
      }
    }
    assertThat(saved.finished()).isTrue();
    run++;
    metrics.clear();
    try (Workshop workshop = workshop("strategy", "relay", "tokens", "15360")) {
      Coordinator coordinator = Coordinator.start(plan(workshop, saved, 4, 0));
      try (coordinator) {
        assertThat(end(coordinator).finished()).isTrue();
      }
      assertThat(coordinator.now().tokens()).isBetween(15_360L, 16_640L);
      // What was learnt is where they begin, not the seed's first values.
      assertThat(rounds().findFirst().orElseThrow().loss()).isLessThan(3.5);
      assertThat(coordinator.port().onLoan()).as("vectors on loan").isZero();
    }
  }
}
