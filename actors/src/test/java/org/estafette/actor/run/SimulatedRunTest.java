package org.estafette.actor.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.estafette.actor.record.Metric;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SimulatedRunTest {
  @TempDir Path dir;

  private Workshop workshop(String strategy) throws Exception {
    return workshop(strategy, "32");
  }

  private Workshop workshop(String strategy, String bits) throws Exception {
    return TinyRuns.workshop(
        TinyRuns.text(dir),
        "tokens",
        "3200",
        "strategy",
        strategy,
        "exchange.bits",
        bits,
        "simulation.bandwidth",
        "50000",
        "workers.speeds",
        "[1, 0.4]",
        "simulation.latency",
        "200ms",
        "simulation.jitter",
        "0.2");
  }

  private static Float32Vector copy(FlatVector v) {
    Float32Vector copy = Float32Vector.allocate(v.length());
    copy.copyFrom(v);
    return copy;
  }

  @ParameterizedTest
  @CsvSource({"async, 32", "sync, 32", "async, 8", "sync, 4"})
  void shouldGoOnBitForBitFromACheckpoint(String strategy, String bits) throws Exception {
    try (Workshop workshop = workshop(strategy, bits)) {
      Float32Vector whole;
      double ended;
      try (SimulatedRun run = new SimulatedRun(workshop, new RunMonitor(3200, m -> {}))) {
        run.start();
        run.run(() -> false, at -> {});
        assertThat(run.server().finished()).isTrue();
        whole = copy(run.server().parameters());
        ended = run.now();
      }
      RunCheckpoints checkpoints =
          new RunCheckpoints(dir.resolve("ck-" + strategy), 2, "tiny", workshop);
      try (SimulatedRun run = new SimulatedRun(workshop, new RunMonitor(3200, m -> {}))) {
        run.start();
        long stop = strategy.equals("sync") ? 3 : 7;
        run.run(() -> run.server().version() >= stop, at -> {});
        run.runToRest();
        assertThat(run.server().finished()).isFalse();
        checkpoints.write(run.state());
        run.close();
        assertThat(run.leaks()).isNull();
      }
      RunMonitor monitor = new RunMonitor(3200, m -> {});
      try (SimulatedRun run = new SimulatedRun(workshop, monitor)) {
        var found =
            new RunCheckpoints(dir.resolve("ck-" + strategy), 2, "tiny", workshop)
                .latest()
                .checkpoint();
        assertThat(found).isNotNull();
        run.restore(checkpoints.readSimulation(found, run::lease));
        run.run(() -> false, at -> {});
        assertThat(run.server().finished()).isTrue();
        assertThat(run.now()).isEqualTo(ended);
        for (long i = 0; i < whole.length(); i++) {
          assertThat(run.server().parameters().get(i)).isEqualTo(whole.get(i));
        }
        assertThat(monitor.now().tokens()).isEqualTo(3200);
        assertThat(monitor.now().restarts()).isZero();
        assertThat(monitor.now().workers()).isEqualTo(2);
      }
    }
  }

  @Test
  void shouldCountARestartAfterADeath() throws Exception {
    try (Workshop workshop =
        TinyRuns.workshop(
            TinyRuns.text(dir),
            "tokens",
            "3200",
            "simulation.deaths",
            "[{at=7,slot=1,downtime=4}]")) {
      RunMonitor monitor = new RunMonitor(3200, m -> {});
      try (SimulatedRun run = new SimulatedRun(workshop, monitor)) {
        run.start();
        run.run(() -> false, at -> {});
      }
      assertThat(monitor.now().restarts()).isEqualTo(1);
      assertThat(monitor.now().localSteps()).isEqualTo(100);
    }
  }

  @Test
  void shouldReportTheAccuracyOfImagesAndNoneOfText() throws Exception {
    List<Metric> images = new ArrayList<>();
    try (Workshop workshop =
        TinyRuns.workshop(
            TinyRuns.text(dir),
            "data.kind",
            "images",
            "data.partition",
            "balanced-dirichlet",
            "data.images.side",
            "8",
            "data.images.classes",
            "2",
            "data.images.rows",
            "600",
            "data.images.validation-rows",
            "160",
            "model.kind",
            "convnet",
            "model.convnet.channels",
            "[8, 8]",
            "model.convnet.groups",
            "2",
            "model.batch",
            "16",
            "tokens",
            "6400",
            "evaluation.batches",
            "10")) {
      RunMonitor monitor = new RunMonitor(6400, images::add);
      try (SimulatedRun run = new SimulatedRun(workshop, monitor)) {
        run.start();
        run.run(() -> false, at -> {});
        run.validate();
      }
      assertThat(monitor.now().validationAccuracy()).isNotNull().isBetween(0.7, 1.0);
    }
    assertThat(images.getLast())
        .isInstanceOfSatisfying(
            Metric.ProgressPoint.class,
            point -> assertThat(point.validationAccuracy()).isNotNull().isBetween(0.7, 1.0));
    try (Workshop workshop = workshop("async")) {
      RunMonitor monitor = new RunMonitor(3200, m -> {});
      try (SimulatedRun run = new SimulatedRun(workshop, monitor)) {
        run.validate();
      }
      assertThat(monitor.now().validationLoss()).isNotNull();
      assertThat(monitor.now().validationAccuracy()).isNull();
    }
  }

  @Test
  void pushesInFewerBitsShouldTakeLessOfTheLinkAndTrainAsWell() throws Exception {
    double[] ended = new double[3];
    double[] loss = new double[3];
    String[] bits = {"32", "8", "4"};
    for (int i = 0; i < bits.length; i++) {
      List<Metric> metrics = new ArrayList<>();
      try (Workshop workshop = workshop("async", bits[i]);
          SimulatedRun run = new SimulatedRun(workshop, new RunMonitor(3200, metrics::add))) {
        run.start();
        run.run(() -> false, at -> {});
        ended[i] = run.now();
        loss[i] =
            metrics.stream()
                .filter(Metric.PushRecord.class::isInstance)
                .mapToDouble(m -> ((Metric.PushRecord) m).loss())
                .min()
                .orElseThrow();
      }
    }
    assertThat(ended[1]).isLessThan(0.95 * ended[0]);
    assertThat(ended[2]).isLessThan(ended[1]);
    assertThat(loss[1]).isCloseTo(loss[0], within(0.1));
    assertThat(loss[2]).isCloseTo(loss[0], within(0.2));
  }
}
