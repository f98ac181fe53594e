package org.estafette.actor.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void file() {
    file = folder.resolve("metrics.jsonl");
  }

  @Test
  void shouldReadBackWhatWasWritten() throws IOException {
    List<Metric> metrics =
        List.of(progress(1, 2.5), push(null), worker("w\"1\n<é>"), progress(2, null));
    try (MetricsLog log = MetricsLog.open(file)) {
      metrics.forEach(log::append);
      assertThat(MetricsLog.read(file)).isEqualTo(metrics); // while it is still open
      log.sync();
    }
    assertThat(MetricsLog.read(file)).isEqualTo(metrics);
    assertThat(Files.readAllLines(file)).hasSize(4);
  }

  @Test
  void shouldWriteNamesThatOtherProgramsExpect() throws IOException {
    append(progress(1.5, 2.5), push("staleness 11 > limit 10"));
    assertThat(Files.readString(file))
        .isEqualTo(
            """
            {"type":"progress","seconds":1.5,"tokens":4096,"local_steps":32,"train_loss":3.25,\
            "validation_loss":2.5,"tokens_per_second":2730.5,"version":3,"workers":4,\
            "pushes":{"accepted":2,"merged":1,"refused":{"stale":5}},\
            "staleness":{"mean":1.5,"max":4}}
            {"type":"push","seconds":1.25,"worker":"w1","round":7,"round_seconds":0.5,"steps":20,\
            "tokens":2560,"loss":3.5,"staleness":11,"weight":0.0,"outcome":"refused",\
            "reason":"staleness 11 > limit 10"}
            """);
  }

  @Test
  void shouldWriteNumbersThatAreNoneAsNullAndReadThemAsNaN() throws IOException {
    append(
        new Metric.ProgressPoint(
            1,
            0,
            0,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            null,
            0,
            0,
            1,
            Pushes.NONE,
            Staleness.NONE));
    assertThat(Files.readString(file)).contains("\"train_loss\":null");
    Metric.ProgressPoint read = (Metric.ProgressPoint) MetricsLog.read(file).getFirst();
    assertThat(read.trainLoss()).isNaN();
    assertThat(read.validationLoss()).isNull();
  }

  @Test
  void shouldSkipATornLastLineAtEveryLength() throws IOException {
    append(progress(1, 2.5), push(null));
    byte[] whole = Files.readAllBytes(file);
    int first = new String(whole, StandardCharsets.UTF_8).indexOf('\n') + 1;
    for (int length = first; length < whole.length - 1; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(MetricsLog.read(file)).as("length %d", length).containsExactly(progress(1, 2.5));
    }
  }

  @Test
  void shouldCutATornLastLineOffBeforeItGoesOn() throws IOException {
    append(progress(1, 2.5));
    Files.writeString(
        file, "{\"type\":\"push\",\"sec" + "x".repeat(10_000), StandardOpenOption.APPEND);
    append(push(null));
    assertThat(MetricsLog.read(file)).containsExactly(progress(1, 2.5), push(null));
    Files.writeString(file, "torn from the very beginning");
    append(push(null));
    assertThat(MetricsLog.read(file)).containsExactly(push(null));
  }

  @Test
  void shouldNameTheLineThatIsDamagedWithinALog() throws IOException {
    append(progress(1, 2.5));
    Files.writeString(file, "garbage\n", StandardOpenOption.APPEND);
    append(push(null));
    assertThatThrownBy(() -> MetricsLog.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file + " line 2 is no metric");
  }

  @Test
  void shouldReadLinesOfALaterReleaseThatSayMore() throws IOException {
    Files.writeString(
        file,
        "{\"type\":\"worker\",\"seconds\":1,\"worker\":\"w\",\"kind\":\"lost\",\"reason\":\"r\",\"rack\":7}\n");
    assertThat(MetricsLog.read(file))
        .containsExactly(new Metric.WorkerEvent(1, "w", Metric.Kind.LOST, "r"));
  }

  @Test
  void shouldKeepLinesWholeWhenManyThreadsWrite() throws Exception {
    try (MetricsLog log = MetricsLog.open(file)) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        String name = "w" + t;
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  for (int i = 0; i < 200; i++) {
                    log.append(worker(name));
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(MetricsLog.read(file)).hasSize(1_600);
  }

  @Test
  void shouldSayWhichFileCannotBeWritten() throws IOException {
    MetricsLog log = MetricsLog.open(file);
    log.close();
    assertThatThrownBy(() -> log.append(push(null)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot write metrics to " + file);
  }

  private void append(Metric... metrics) throws IOException {
    try (MetricsLog log = MetricsLog.open(file)) {
      for (Metric metric : metrics) {
        log.append(metric);
      }
    }
  }

  private static Metric progress(double seconds, Double validation) {
    return new Metric.ProgressPoint(
        seconds,
        4096,
        32,
        3.25,
        validation,
        null,
        2730.5,
        3,
        4,
        new Pushes(2, 1, Map.of("stale", 5L)),
        new Staleness(1.5, 4));
  }

  private static Metric push(String reason) {
    return new Metric.PushRecord(
        1.25,
        "w1",
        7,
        0.5,
        20,
        2560,
        3.5,
        11,
        0,
        reason == null ? Metric.Outcome.ACCEPTED : Metric.Outcome.REFUSED,
        reason);
  }

  @Test
  void shouldLeaveOutWhatResumptionsTookBack() throws IOException {
    Path resumed = folder.resolve("resumed.jsonl");
    try (MetricsLog log = MetricsLog.open(resumed)) {
      // The first part was resumed from its third second, and the second one from its fifth.
      for (double at : new double[] {1, 2, 3, 4, 5, 3.5, 4.5, 5, 6}) {
        log.append(new Metric.RunEvent(at, Metric.RunKind.NOTE, ""));
      }
    }
    assertThat(MetricsLog.before(resumed, 5))
        .extracting(Metric::seconds)
        .containsExactly(1.0, 2.0, 3.0, 3.5, 4.5, 5.0);
  }

  private static Metric worker(String name) {
    return new Metric.WorkerEvent(1, name, Metric.Kind.JOINED, "started");
  }
}
