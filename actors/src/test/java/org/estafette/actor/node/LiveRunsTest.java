package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.estafette.actor.live.LiveRun;
import org.estafette.actor.live.WorkerStatus;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of a run that is resumed, in which a worker was marked. */
final class LiveRunsTest {
  private static final List<Metric> PAST =
      List.of(
          new Metric.WorkerEvent(1, "worker-0", Metric.Kind.JOINED, "incarnation 1", 1, null),
          new Metric.WorkerEvent(2, "worker-0", Metric.Kind.OUTLIER, "against the others"));

  @TempDir Path dir;

  private WorkerStatus resumed(String... settings) throws Exception {
    try (Workshop workshop = TinyRuns.workshop(TinyRuns.text(dir), settings)) {
      RunMonitor monitor = new RunMonitor(1000, metric -> {});
      RunHome home = new RunHome("tiny", "test", PAST::forEach, null, hocon -> {});
      LiveRun live =
          LiveRuns.begin(1, workshop, monitor, home, 1, new RunClock(0), new CompletableFuture<>());
      monitor.decided(3, new Decision.Joined(PeerId.worker(0), 2));
      return live.workers().getFirst();
    }
  }

  @Test
  void aMarkShouldStayWhereOutliersAreLookedFor() throws Exception {
    assertThat(resumed().outlier()).isEqualTo("against the others");
  }

  @Test
  void aMarkShouldNotStayWhereNobodyWouldTakeItAway() throws Exception {
    WorkerStatus worker = resumed("guard.outliers", "false");
    assertThat(worker.live()).isTrue();
    assertThat(worker.outlier()).isNull();
  }
}
