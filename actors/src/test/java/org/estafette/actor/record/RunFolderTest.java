package org.estafette.actor.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private static final LocalDateTime BEGAN = LocalDateTime.of(2026, 11, 20, 19, 4, 12);

  @TempDir Path folder;

  @Test
  void shouldNameTheFolderAfterRunAndTimeAndNeverTakeOneTwice() throws IOException {
    Path runs = folder.resolve("runs");
    RunFolder first = RunFolder.create(runs, "my run/#1", BEGAN);
    RunFolder second = RunFolder.create(runs, "my run/#1", BEGAN);
    assertThat(first.name()).isEqualTo("my-run-1-20261120-190412");
    assertThat(second.name()).isEqualTo("my-run-1-20261120-190412-2");
    assertThat(first.checkpoints()).isDirectory();
    assertThat(first.logs()).isDirectory();
    assertThat(first.path().getParent()).isEqualTo(runs);
  }

  @Test
  void shouldNotPutARunWhereSomethingLies() throws IOException {
    RunFolder fresh = RunFolder.createAt(folder.resolve("out"));
    assertThat(fresh.checkpoints()).isDirectory();
    assertThatThrownBy(() -> RunFolder.createAt(folder.resolve("out")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("it is not empty")
        .hasMessageContaining("resume it");
    Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> RunFolder.createAt(folder.resolve("file")))
        .hasMessageContaining("there is a file");
  }

  @Test
  void shouldOpenOnlyWhatIsARunFolder() throws IOException {
    assertThatThrownBy(() -> RunFolder.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + " is no run folder (expected config.conf or metrics.jsonl in it)");
    RunFolder made = RunFolder.createAt(folder.resolve("run"));
    made.writeConfig("seed = 7\n");
    assertThat(RunFolder.open(made.path()).config()).hasContent("seed = 7");
  }

  @Test
  void shouldLeaveNothingHalfWrittenBeside() throws IOException {
    RunFolder run = RunFolder.createAt(folder.resolve("run"));
    run.writeConfig("seed = 7\n");
    run.writeConfig("seed = 8\n");
    run.writeSummary(summary());
    try (var files = Files.list(run.path())) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("config.conf", "summary.json", "checkpoints", "logs");
    }
  }

  @Test
  void shouldWriteTheSummaryWithAllItsNames() throws IOException {
    RunFolder run = RunFolder.createAt(folder.resolve("run"));
    run.writeSummary(summary());
    JsonNode json = new ObjectMapper().readTree(run.summary().toFile());
    List<String> names = new ArrayList<>();
    json.fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .containsExactly(
            "strategy",
            "workers",
            "local_steps",
            "tokens",
            "seconds",
            "tokens_per_second",
            "final_loss",
            "validation_loss",
            "validation_accuracy",
            "pushes",
            "staleness",
            "gain",
            "checkpoint",
            "seed",
            "model_version",
            "worker_restarts",
            "versions",
            "jdk",
            "machine");
    assertThat(json.at("/pushes/refused/stale").asLong()).isEqualTo(5);
    assertThat(json.at("/pushes/accepted").asLong()).isEqualTo(2);
    assertThat(json.at("/staleness/max").asLong()).isEqualTo(4);
    assertThat(json.at("/validation_loss").isNull()).isTrue();
    assertThat(json.at("/machine/processors").asInt()).isPositive();
    assertThat(json.at("/versions/akka").asText()).isEqualTo("2.8.5");
    assertThat(Summary.read(run.summary())).isEqualTo(summary());
  }

  @Test
  void shouldSayWhichSummaryIsDamaged() throws IOException {
    Path file = Files.writeString(folder.resolve("summary.json"), "{\"strategy\": ");
    assertThatThrownBy(() -> Summary.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot read the summary " + file);
  }

  @Test
  void shouldLoadARunThatHasNotEnded() throws IOException {
    RunFolder run = RunFolder.createAt(folder.resolve("run"));
    run.writeConfig("seed = 7\n");
    RunRecord record = RunRecord.load(run);
    assertThat(record.summary()).isNull();
    assertThat(record.metrics()).isEmpty();
    assertThat(record.name()).isEqualTo("run");
  }

  @Test
  void shouldCountAllPushesOnce() {
    Pushes pushes = new Pushes(2, 3, Map.of("stale", 5L, "not finite", 1L));
    assertThat(pushes.refusals()).isEqualTo(6);
    assertThat(pushes.total()).isEqualTo(11);
    assertThat(Pushes.NONE.total()).isZero();
  }

  private static Summary summary() {
    return new Summary(
        "async",
        4,
        20,
        6_000_000,
        61.5,
        97_560.9,
        1.75,
        null,
        null,
        new Pushes(2, 1, Map.of("stale", 5L)),
        new Staleness(1.5, 4),
        7,
        null,
        42,
        3,
        0,
        null,
        null,
        Summary.versions(Map.of("akka", "2.8.5")),
        Summary.runningJdk(),
        Machine.here());
  }
}
