package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.estafette.actor.run.Workshop;

/** A whole run with actors and the tensor channel in this JVM, from its start to its end. */
final class TinyCluster {
  final RunMonitor monitor;
  final RunCheckpoints checkpoints;

  /** What all its nodes have sent. */
  final long bytesSent;

  private final Path folder;
  private final int workers;
  private final boolean synchronous;
  private final Queue<Metric> metrics = new ConcurrentLinkedQueue<>();

  /** Trains until the run is over; all must be given back then. */
  TinyCluster(Workshop workshop, Path folder, int workers) throws Exception {
    this.folder = folder;
    this.workers = workers;
    this.synchronous = workshop.config().synchronous();
    this.monitor = new RunMonitor(workshop.config().tokens(), metrics::add);
    this.checkpoints = new RunCheckpoints(folder.resolve("checkpoints"), 3, "tiny", workshop);
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
      bytesSent = coordinator.port().stats().bytesSent();
    }
    assertThat(coordinator.port().onLoan()).as("vectors on loan").isZero();
  }

  /** What its record, which must hold, says. */
  RunHistory.Verdict history() throws Exception {
    RunHistory.Verdict v = RunHistory.read(List.of(folder)).check();
    assertThat(v.violations()).isEmpty();
    // A synchronous round is one version, of several pushes.
    long versions = synchronous ? (long) v.applied() / workers : v.applied();
    assertThat(versions).isEqualTo(monitor.now().version()).isPositive();
    return v;
  }

  List<Metric> metrics() {
    return List.copyOf(metrics);
  }

  List<Metric.PushRecord> pushes() {
    return metrics.stream()
        .filter(Metric.PushRecord.class::isInstance)
        .map(Metric.PushRecord.class::cast)
        .toList();
  }
}
