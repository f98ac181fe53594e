package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.estafette.actor.wire.PushPacking;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs whose pushes travel in fewer bits: they learn, and what arrives is what was sent. */
@Timeout(60)
final class QuantizedActorTest {
  private static final int WORKERS = 2;

  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({"async, 8, true", "async, 4, false", "sync, 8, false"})
  void shouldLearnFromPushesThatAreSmall(String strategy, int bits, boolean overlap)
      throws Exception {
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
      Path folder = Files.createDirectories(dir.resolve("run"));
      TinyCluster run = new TinyCluster(workshop, folder, WORKERS);
      run.history();
      List<Metric.PushRecord> pushes = run.pushes();
      assertThat(pushes).noneMatch(p -> p.outcome() == Metric.Outcome.REFUSED);
      assertThat(pushes.getLast().loss()).isLessThan(pushes.getFirst().loss() - 0.2);
      // Parameters to begin with, then a push and its answer each; heads and frames beside them.
      PushPacking packing = workshop.packing();
      long tensors =
          pushes.size() * (packing.pushBytes() + packing.plainBytes())
              + WORKERS * packing.plainBytes();
      assertThat(run.bytesSent).isLessThan(tensors + 1000L * (2 * pushes.size() + WORKERS));
      assertThat(packing.plainBytes() - packing.pushBytes())
          .as("what packing saves")
          .isGreaterThan(10_000L);
    }
  }
}
