package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.estafette.actor.history.RunHistory;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run of actors writes its history, and the history holds. */
@Timeout(90)
final class RecordedHistoryTest {
  @TempDir Path dir;

  private TinyCluster train(Path folder, String... settings) throws Exception {
    try (Workshop workshop = TinyRuns.workshop(TinyRuns.text(dir), settings)) {
      return new TinyCluster(workshop, folder, 2);
    }
  }

  @Test
  void theHistoryOfARunShouldHoldAgainstThePromises() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("run"));
    RunHistory.Verdict v =
        train(folder, "history.record", "true", "history.vectors", "true").history();
    assertThat(v.files()).isEqualTo(1);
    assertThat(v.killed()).isZero();
    assertThat(v.servers()).isEqualTo(1);
    assertThat(v.inferred()).isZero();
    try (Stream<Path> files = Files.list(folder.resolve("history"))) {
      assertThat(Files.readString(files.findFirst().orElseThrow()))
          .contains("\"vector\":\"")
          .endsWith("\"}\n");
    }
  }

  @Test
  void theHistoryOfSynchronousRoundsShouldHoldToo() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("run"));
    train(folder, "history.record", "true", "strategy", "sync").history();
  }

  @Test
  void nothingShouldBeWrittenWhereNobodyAsksForIt() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("run"));
    train(folder);
    assertThat(folder.resolve("history")).doesNotExist();
  }
}
