package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.history.RunHistory;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.Float32Vector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that go on while their pushes travel, as actors. */
@Timeout(60)
final class OverlapActorTest {
  private static final int STEPS = 400;
  @TempDir Path dir;
  private final Queue<Metric> metrics = new ConcurrentLinkedQueue<>();

  private Workshop workshop(String... more) throws Exception {
    String[] own = {"exchange.overlap", "true", "history.record", "true"};
    String[] all = java.util.Arrays.copyOf(own, own.length + more.length);
    System.arraycopy(more, 0, all, own.length, more.length);
    return TinyRuns.workshop(TinyRuns.text(dir), all);
  }

  /** Runs it to its end and gives the parameters; its history holds. */
  private Float32Vector train(Workshop workshop, int workers) throws Exception {
    Path folder = Files.createDirectories(dir.resolve("run"));
    RunMonitor monitor = new RunMonitor(workshop.config().tokens(), metrics::add);
    RunCheckpoints checkpoints =
        new RunCheckpoints(folder.resolve("checkpoints"), 3, "tiny", workshop);
    Coordinator coordinator =
        Coordinator.start(
            new Coordinator.Plan(
                System.nanoTime(),
                workshop,
                monitor,
                checkpoints,
                null,
                workers,
                0,
                new RunHome("tiny", "test", hocon -> {}).at(folder)));
    try (coordinator) {
      Coordinator.Ended ended = coordinator.result().get(45, TimeUnit.SECONDS);
      assertThat(ended.finished()).isTrue();
      assertThat(CheckpointStore.verify(ended.checkpoint()).ok()).isTrue();
    }
    assertThat(coordinator.onLoan()).as("vectors on loan").isZero();
    RunHistory.Verdict v = RunHistory.read(List.of(folder)).check();
    assertThat(v.violations()).isEmpty();
    assertThat((long) v.applied()).isEqualTo(monitor.now().version()).isPositive();
    assertThat(monitor.now().localSteps()).isEqualTo(STEPS);
    return RunCheckpoints.parameters(checkpoints.latest().checkpoint(), workshop);
  }

  private List<Metric.PushRecord> pushes() {
    return metrics.stream()
        .filter(Metric.PushRecord.class::isInstance)
        .map(Metric.PushRecord.class::cast)
        .toList();
  }

  @Test
  void oneWorkerWithAnOuterRateOfOneShouldBeAPlainTrainingLoop() throws Exception {
    try (Workshop workshop =
        workshop(
            "workers.count", "1",
            "outer.rule", "sgd",
            "outer.rate", "1",
            "outer.weight", "1",
            "inner.optimizer", "sgd",
            "inner.rate", "0.3",
            "schedule.scope", "shard")) {
      Float32Vector trained = train(workshop, 1);
      Float32Vector x = workshop.initialParameters();
      Float32Vector delta = Float32Vector.allocate(x.length());
      try (DeviceTrainer loop = workshop.newTrainer()) {
        loop.load(x);
        loop.train(new TrainOrder(STEPS, 0, 0, 0, 1), () -> false);
        loop.pseudoGradient(delta);
      }
      // Each exchange may round the parameters; with SGD that stays as small as it is.
      Float32Vector difference = Float32Vector.allocate(x.length());
      difference.difference(x, trained);
      difference.axpy(-1, delta);
      assertThat(Math.sqrt(difference.squaredNorm()))
          .isLessThan(1e-4 * Math.sqrt(delta.squaredNorm()));
      assertThat(pushes()).allMatch(p -> p.outcome() == Metric.Outcome.ACCEPTED);
      assertThat(metrics)
          .noneMatch(
              m -> m instanceof Metric.WorkerEvent e && e.reason().contains("taken for nothing"));
    }
  }

  @Test
  void twoUnequalWorkersShouldLearnAndCountEachStepOnce() throws Exception {
    try (Workshop workshop = workshop("workers.speeds", "[1, 0.5]")) {
      train(workshop, 2);
      List<Metric.PushRecord> pushes = pushes();
      assertThat(pushes.stream().mapToLong(Metric.PushRecord::steps).sum()).isEqualTo(STEPS);
      assertThat(pushes.getLast().loss()).isLessThan(pushes.getFirst().loss() - 0.2);
    }
  }
}
