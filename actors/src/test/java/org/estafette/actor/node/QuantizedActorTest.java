package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.history.RunHistory;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs whose pushes travel in fewer bits: they learn, and what arrives is what was sent. */
@Timeout(60)
final class QuantizedActorTest {
  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({"async, 8, true", "async, 4, false", "sync, 8, false"})
  void shouldLearnAndKeepTheRecordsOfBothEndsAlike(String strategy, int bits, boolean overlap)
      throws Exception {
    Queue<Metric> metrics = new ConcurrentLinkedQueue<>();
    Path folder = Files.createDirectories(dir.resolve("run"));
    try (Workshop workshop =
        TinyRuns.workshop(
            TinyRuns.text(dir),
            "strategy",
            strategy,
            "exchange.bits",
            Integer.toString(bits),
            "exchange.overlap",
            Boolean.toString(overlap),
            "history.record",
            "true")) {
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
                  2,
                  0,
                  new RunHome("tiny", "test", hocon -> {}).at(folder)));
      try (coordinator) {
        assertThat(coordinator.result().get(45, TimeUnit.SECONDS).finished()).isTrue();
      }
      assertThat(coordinator.onLoan()).as("vectors on loan").isZero();
    }
    RunHistory.Verdict v = RunHistory.read(List.of(folder)).check();
    assertThat(v.violations()).isEmpty();
    assertThat((long) v.applied()).isPositive();
    List<Metric.PushRecord> pushes =
        metrics.stream()
            .filter(Metric.PushRecord.class::isInstance)
            .map(Metric.PushRecord.class::cast)
            .toList();
    assertThat(pushes).noneMatch(p -> p.outcome() == Metric.Outcome.REFUSED);
    assertThat(pushes.getLast().loss()).isLessThan(pushes.getFirst().loss() - 0.2);
  }
}
