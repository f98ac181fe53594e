package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.MetricsLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PastLinesTest {
  @Test
  void shouldGiveWhatTheLogGivesAtOnce(@TempDir Path dir) throws Exception {
    for (int seed = 0; seed < 30; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Path file = dir.resolve(seed + ".jsonl");
      try (MetricsLog log = MetricsLog.open(file)) {
        double now = 0;
        for (int i = 0; i < 60; i++) {
          // Now and then it is resumed from an earlier second.
          now = random.nextInt(8) == 0 ? now * random.nextDouble() : now + random.nextInt(3);
          log.append(new Metric.RunEvent(now, Metric.RunKind.NOTE, "line " + i));
        }
      }
      for (double until : new double[] {0, 5, 20, 1000}) {
        List<Metric> streamed = new ArrayList<>();
        PastLines.read(file, until, streamed::add);
        assertThat(streamed)
            .as("seed %s until %s", seed, until)
            .isEqualTo(MetricsLog.before(file, until));
      }
    }
  }
}
