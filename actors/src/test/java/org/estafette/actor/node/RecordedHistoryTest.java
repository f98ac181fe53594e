package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.estafette.actor.history.RunHistory;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run of actors writes its history, and the history holds. */
@Timeout(90)
final class RecordedHistoryTest {
  @TempDir Path dir;

  private RunMonitor train(Path folder, String... settings) throws Exception {
    Workshop workshop = TinyRuns.workshop(TinyRuns.text(dir), settings);
    RunMonitor monitor = new RunMonitor(workshop.config().tokens(), m -> {});
    try (workshop;
        Coordinator coordinator =
            Coordinator.start(
                new Coordinator.Plan(
                    System.nanoTime(),
                    workshop,
                    monitor,
                    new RunCheckpoints(folder.resolve("checkpoints"), 3, "tiny", workshop),
                    null,
                    2,
                    0,
                    new RunHome("tiny", "test", hocon -> {}).at(folder)))) {
      assertThat(coordinator.result().get(60, TimeUnit.SECONDS).finished()).isTrue();
    }
    return monitor;
  }

  @Test
  void theHistoryOfARunShouldHoldAgainstThePromises() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("run"));
    RunMonitor monitor = train(folder, "history.record", "true", "history.vectors", "true");
    RunHistory.Verdict v = RunHistory.read(List.of(folder)).check();
    assertThat(v.violations()).isEmpty();
    assertThat(v.files()).isEqualTo(1);
    assertThat(v.killed()).isZero();
    assertThat(v.servers()).isEqualTo(1);
    assertThat(v.inferred()).isZero();
    assertThat((long) v.applied()).isEqualTo(monitor.now().version()).isPositive();
    try (Stream<Path> files = Files.list(folder.resolve("history"))) {
      assertThat(Files.readString(files.findFirst().orElseThrow()))
          .contains("\"vector\":\"")
          .endsWith("\"}\n");
    }
  }

  @Test
  void theHistoryOfSynchronousRoundsShouldHoldToo() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("run"));
    train(folder, "history.record", "true", "strategy", "sync");
    RunHistory.Verdict v = RunHistory.read(List.of(folder)).check();
    assertThat(v.violations()).isEmpty();
    assertThat(v.applied()).isPositive();
  }

  @Test
  void nothingShouldBeWrittenWhereNobodyAsksForIt() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("run"));
    train(folder);
    assertThat(folder.resolve("history")).doesNotExist();
  }
}
