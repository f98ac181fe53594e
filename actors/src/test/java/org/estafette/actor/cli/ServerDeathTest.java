package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.IoUtil;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.halt.HaltPoints;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.MetricsLog;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.security.KeyMaker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The process that has the server dies, as by kill -9, and another goes on. */
@Tag("process")
@Timeout(300)
final class ServerDeathTest {
  private static final Pattern GOES_ON =
      Pattern.compile("server of epoch (\\d+) goes on from version (\\d+), counter \\d+: (.*)");

  @TempDir Path dir;
  private Programs programs;

  private Path run() {
    return dir.resolve("run");
  }

  /**
   * @param halts where the processes with the server die, one after the other
   */
  private Process train(String halts, String tokens, String... more) throws IOException {
    List<String> all = new ArrayList<>(List.of(more));
    TinyRuns.settings(
            TinyRuns.text(dir),
            "tokens",
            tokens,
            "local-steps.count",
            "50",
            "workers.patience",
            "5s",
            "workers.count",
            "1",
            "checkpoint.every",
            "500ms",
            "checkpoint.keep",
            "1000",
            "cluster.failure-detection",
            "quick")
        .forEach((k, v) -> all.addAll(List.of("--set", k + "=" + v)));
    return trainAsIs(halts, all);
  }

  /** Without settings of a run of its own. What is for people and what is not go to two files. */
  private Process trainAsIs(String halts, List<String> more) throws IOException {
    List<String> args =
        new ArrayList<>(List.of("train", "--plain", "--out", run().toString(), "--processes"));
    args.addAll(more);
    ProcessBuilder train =
        programs.prepare("all", List.of("-D" + HaltPoints.PROPERTY + "=" + halts), args);
    if (more.contains("--json")) {
      train.redirectErrorStream(false).redirectError(train.redirectOutput());
      train.redirectOutput(json().toFile());
    }
    return programs.start(train);
  }

  private Path json() {
    return programs.printed("json");
  }

  @BeforeEach
  void prepare() {
    programs = new Programs(dir);
  }

  @AfterEach
  void endAll() {
    programs.close();
  }

  private String output() throws IOException {
    return programs.output("all");
  }

  /** The media driver's directory, which the processes with the server are told of. */
  private static Path driver(Process p) throws IOException {
    for (ProcessHandle child : p.descendants().toList()) {
      Path cmdline = Path.of("/proc", Long.toString(child.pid()), "cmdline");
      List<String> arguments =
          Files.exists(cmdline) ? List.of(Files.readString(cmdline).split("\0")) : List.of();
      int at = arguments.indexOf("--driver");
      if (at > 0) {
        return Path.of(arguments.get(at + 1));
      }
    }
    return Path.of("");
  }

  private void finishes(Process p) throws Exception {
    await().atMost(Duration.ofSeconds(60)).until(() -> !driver(p).toString().isEmpty());
    finishes(p, driver(p));
  }

  private void finishes(Process p, Path driver) throws Exception {
    assertThat(p.waitFor(250, TimeUnit.SECONDS)).as(output()).isTrue();
    assertThat(p.exitValue()).as(output()).isZero();
    JsonNode summary = new ObjectMapper().readTree(run().resolve("summary.json").toFile());
    assertThat(summary.get("tokens").asLong()).isGreaterThanOrEqualTo(80_000);
    assertThat(CheckpointStore.verify(run().resolve(summary.get("checkpoint").asText())).ok())
        .isTrue();
    assertThat(driver).doesNotExist();
    assertThat(driver.resolveSibling(driver.getFileName() + ".lock")).doesNotExist();
    assertThat(alive()).as("processes of this run").isEmpty();
  }

  private List<String> alive() {
    return ProcessHandle.allProcesses()
        .map(h -> String.join(" ", h.info().arguments().orElse(new String[0])))
        .filter(line -> line.contains(run().toString()))
        .toList();
  }

  /** What successors said they went on with, by epoch, held to the manifests. */
  private Map<Long, Long> assertTakenUpAsSaved() throws IOException {
    Map<Long, Long> versions = new TreeMap<>();
    for (Metric metric : MetricsLog.read(run().resolve("metrics.jsonl"))) {
      Matcher m = GOES_ON.matcher(metric instanceof Metric.RunEvent e ? e.text() : "");
      if (m.matches()) {
        long version = Long.parseLong(m.group(2));
        versions.put(Long.parseLong(m.group(1)), version);
        Path manifest =
            run()
                .resolve("checkpoints")
                .resolve("version-%08d".formatted(version))
                .resolve("manifest.json");
        JsonNode digests =
            new ObjectMapper().readTree(manifest.toFile()).get("attributes").get("digests");
        List<String> saved = new ArrayList<>();
        digests.fields().forEachRemaining(d -> saved.add(d.getKey() + " " + d.getValue().asText()));
        assertThat(saved).as("momentum is part of it").anyMatch(s -> s.startsWith("momentum "));
        assertThat(m.group(3)).isEqualTo(String.join(", ", saved));
      }
    }
    return versions;
  }

  /** From where the last server went on, each accepted push made one version: none was lost. */
  private void assertEachPushMadeAVersion() throws IOException {
    long version = 0;
    for (Metric metric : MetricsLog.read(run().resolve("metrics.jsonl"))) {
      if (metric instanceof Metric.RunEvent e && e.text().startsWith("server of epoch ")) {
        Matcher m = GOES_ON.matcher(e.text());
        version = m.matches() ? Long.parseLong(m.group(2)) : 0;
      } else if (metric instanceof Metric.PushRecord p && p.outcome() != Metric.Outcome.REFUSED) {
        version++;
      }
    }
    assertThat(new CheckpointStore(run().resolve("checkpoints"), 1).latest().checkpoint().version())
        .isEqualTo(version);
  }

  @Test
  void shouldGoOnWithTheServerOfAnotherProcessWhenOneIsKilledWithinAnApply() throws Exception {
    Process p = train("applied:20", "80000", "--standby");
    finishes(p);
    assertThat(output()).contains("server-0").contains("ended with status 137");
    assertThat(assertTakenUpAsSaved()).as(output()).containsOnlyKeys(2L);
    assertEachPushMadeAVersion();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "received:30",
        "applied:1",
        "answering:25",
        "hello",
        "saving:2",
        "saved:2",
        "checkpoint-make-folder:2",
        "checkpoint-write:20",
        "checkpoint-force:5",
        "checkpoint-rename:2",
        "checkpoint-force-folder:3",
        "claimed",
      })
  @Tag("nightly")
  void shouldGoOnWhereverTheServerIsKilled(String place) throws Exception {
    finishes(train(place, "80000", "--standby"));
    assertThat(output()).as("halted").contains("halted at " + place.replaceFirst(":.*", ""));
    assertTakenUpAsSaved();
    assertEachPushMadeAVersion();
  }

  @Test
  @Tag("nightly")
  void shouldGoOnWhenSuccessorsAreKilledTooAndNobodyStandsBy() throws Exception {
    finishes(train("applied:20,restored,claimed,applied:15", "80000", "--standby", "0"));
    assertThat(assertTakenUpAsSaved()).as(output()).containsKeys(2L, 4L, 5L);
    assertEachPushMadeAVersion();
  }

  @Test
  @Tag("nightly")
  void shouldGoOnWhenTheMediaDriverIsTakenAway() throws Exception {
    Process p = train("", "300000", "--standby");
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() ->
            Files.isRegularFile(run().resolve("metrics.jsonl"))
                && Files.readString(run().resolve("metrics.jsonl")).contains("\"push\""));
    Path driver = driver(p);
    IoUtil.delete(driver.toFile(), false);
    finishes(p, driver);
    assertThat(output()).contains("is gone; it starts anew");
    assertTakenUpAsSaved();
    assertEachPushMadeAVersion();
  }

  /** Of the child with that role; null while there is none. */
  private static @Nullable ProcessHandle host(Process p, String role) throws IOException {
    for (ProcessHandle child : p.descendants().toList()) {
      Path cmdline = Path.of("/proc", Long.toString(child.pid()), "cmdline");
      if (Files.exists(cmdline) && Files.readString(cmdline).contains("\0" + role + "\0")) {
        return child;
      }
    }
    return null;
  }

  private static void signal(String signal, ProcessHandle to) throws Exception {
    assertThat(new ProcessBuilder("kill", signal, "" + to.pid()).start().waitFor()).isZero();
  }

  private boolean recorded(String text) throws IOException {
    Path metrics = run().resolve("metrics.jsonl");
    return Files.isRegularFile(metrics) && Files.readString(metrics).contains(text);
  }

  @Test
  @Tag("nightly")
  void shouldEndAServerThatWasFrozenWhileAnotherTookOver() throws Exception {
    // Enough of them that the run goes on until the one that was frozen has ended.
    Process p = train("", "600000", "--standby", "--set", "workers.speeds=[0.1]");
    await()
        .atMost(Duration.ofSeconds(120))
        .until(() -> recorded("is saved in") && host(p, "server-1") != null);
    ProcessHandle frozen = host(p, "server-0");
    signal("-STOP", frozen);
    await().atMost(Duration.ofSeconds(90)).until(() -> recorded("server of epoch 2 goes on"));
    signal("-CONT", frozen);
    finishes(p);
    assertThat(output())
        .contains("epoch=1 (expected 2): another server has taken this run over")
        .contains("server-0 (pid " + frozen.pid() + ") ended with status 7");
    assertThat(assertTakenUpAsSaved()).containsOnlyKeys(2L);
    assertEachPushMadeAVersion();
  }

  @Test
  @Tag("nightly")
  void shouldGoOnAmongProcessesWithKeys() throws Exception {
    Path keys = dir.resolve("keys");
    KeyMaker.create(keys, List.of(), 9, false);
    finishes(train("applied:20", "80000", "--standby", "--keys", keys.toString()));
    assertThat(assertTakenUpAsSaved()).as(output()).containsOnlyKeys(2L);
    assertEachPushMadeAVersion();
  }

  @Test
  @Tag("nightly")
  void shouldPrintOneSummaryWhoeverHasTheServerInTheEnd() throws Exception {
    finishes(train("applied:20", "80000", "--standby", "--json"));
    List<String> printed = Files.readAllLines(json());
    assertThat(printed).filteredOn(line -> line.equals("{")).hasSize(1);
    String json = String.join("\n", printed.subList(printed.indexOf("{"), printed.size()));
    assertThat(new ObjectMapper().readTree(json))
        .isEqualTo(new ObjectMapper().readTree(run().resolve("summary.json").toFile()));
    assertThat(printed)
        .as("what is for people goes elsewhere")
        .noneMatch(line -> line.contains("goes on from") || line.contains("ended with status"));
    assertThat(output()).contains("epoch 2 goes on from").contains("ended with status 137");
    assertThat(assertTakenUpAsSaved()).as(output()).containsOnlyKeys(2L);
  }

  @Test
  @Tag("nightly")
  void shouldResumeARunThatWasInterruptedAndGoOnWhenItsServerDiesAgain() throws Exception {
    Process p = train("applied:10", "80000", "--standby", "--set", "workers.speeds=[0.2]");
    await().atMost(Duration.ofSeconds(120)).until(() -> recorded("server of epoch 2 goes on"));
    signal("-TERM", p.toHandle());
    assertThat(p.waitFor(90, TimeUnit.SECONDS)).as(output()).isTrue();
    assertThat(p.exitValue()).as(output()).isEqualTo(130);
    finishes(trainAsIs("applied:3", List.of("--standby", "--resume")));
    assertThat(assertTakenUpAsSaved()).as(output()).containsOnlyKeys(2L, 3L, 4L);
    assertEachPushMadeAVersion();
  }
}
