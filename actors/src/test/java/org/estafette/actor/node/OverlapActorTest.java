package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.RunCheckpoints;
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

  private Workshop workshop(String... more) throws Exception {
    String[] own = {"exchange.overlap", "true", "history.record", "true"};
    String[] all = java.util.Arrays.copyOf(own, own.length + more.length);
    System.arraycopy(more, 0, all, own.length, more.length);
    return TinyRuns.workshop(TinyRuns.text(dir), all);
  }

  /** Runs it to its end; its history holds. */
  private TinyCluster train(Workshop workshop, int workers) throws Exception {
    Path folder = Files.createDirectories(dir.resolve("run"));
    TinyCluster run = new TinyCluster(workshop, folder, workers);
    run.history();
    assertThat(run.monitor.now().localSteps()).isEqualTo(STEPS);
    return run;
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
      TinyCluster run = train(workshop, 1);
      Float32Vector trained =
          RunCheckpoints.parameters(run.checkpoints.latest().checkpoint(), workshop);
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
      assertThat(run.pushes()).allMatch(p -> p.outcome() == Metric.Outcome.ACCEPTED);
      assertThat(run.metrics())
          .noneMatch(
              m -> m instanceof Metric.WorkerEvent e && e.reason().contains("taken for nothing"));
    }
  }

  @Test
  void twoUnequalWorkersShouldLearnAndCountEachStepOnce() throws Exception {
    try (Workshop workshop = workshop("workers.speeds", "[1, 0.5]")) {
      List<Metric.PushRecord> pushes = train(workshop, 2).pushes();
      assertThat(pushes.stream().mapToLong(Metric.PushRecord::steps).sum()).isEqualTo(STEPS);
      assertThat(pushes.getLast().loss()).isLessThan(pushes.getFirst().loss() - 0.2);
    }
  }
}
