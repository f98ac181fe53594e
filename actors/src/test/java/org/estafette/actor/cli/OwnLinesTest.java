package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.estafette.actor.checkpoint.Epochs;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.MetricsLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OwnLinesTest {
  @TempDir Path dir;
  private long nanos;

  private static Metric note(String text) {
    return new Metric.RunEvent(1, Metric.RunKind.NOTE, text);
  }

  @Test
  void shouldHandOnNothingOnceAnotherHasTakenOverWhileThisProcessStoodStill() throws Exception {
    List<Metric> lines = new ArrayList<>();
    OwnLines own = new OwnLines(dir, () -> nanos, lines::add);
    Epochs.claim(dir, 1, "this one", 9);
    own.accept(note("first"));
    nanos += 1_000_000_000L;
    own.accept(note("second"));
    Epochs.claim(dir, 1, "another", 9);
    nanos += 1_000_000_000L;
    own.accept(note("too late"));
    own.accept(note("and again"));
    assertThat(lines).containsExactly(note("first"), note("second"));
  }

  @Test
  void shouldWriteBehindWhatASuccessorHasWrittenNeverOverIt() throws Exception {
    Path file = dir.resolve("metrics.jsonl");
    try (MetricsLog former = MetricsLog.open(file)) {
      former.append(note("former"));
      try (MetricsLog successor = MetricsLog.open(file)) {
        successor.append(note("of the successor, and longer than what comes"));
        former.append(note("late"));
        successor.append(note("last"));
      }
    }
    assertThat(MetricsLog.read(file))
        .containsExactly(
            note("former"),
            note("of the successor, and longer than what comes"),
            note("late"),
            note("last"));
  }
}
