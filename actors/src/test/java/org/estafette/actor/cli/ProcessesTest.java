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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.estafette.actor.run.TinyRuns;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs as real processes that are killed and interrupted. */
@Tag("process")
@Timeout(150)
final class ProcessesTest {
  @TempDir Path dir;
  private Programs programs;

  private Path run() {
    return dir.resolve("run");
  }

  private Process start(String... args) throws IOException {
    return programs.start(programs.prepare("all", List.of(), List.of(args)));
  }

  private String[] train(Path text, String tokens, String... more) {
    List<String> all = new ArrayList<>(List.of("train", "--plain", "--out", run().toString()));
    TinyRuns.settings(text, "tokens", tokens, "local-steps.count", "50", "workers.patience", "5s")
        .forEach((k, v) -> all.addAll(List.of("--set", k + "=" + v)));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
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

  private long pushes(String worker) throws IOException {
    Path metrics = run().resolve("metrics.jsonl");
    if (!Files.exists(metrics)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(metrics)) {
      return lines.filter(l -> l.contains("\"push\"") && l.contains(worker)).count();
    }
  }

  private int status(Process p) throws Exception {
    assertThat(p.waitFor(100, TimeUnit.SECONDS)).as(output()).isTrue();
    return p.exitValue();
  }

  @Test
  void shouldReplaceAWorkerThatIsKilledAndEndWell() throws Exception {
    Path text = TinyRuns.text(dir);
    // The survivor is so slow that the run cannot end before the other's replacement has joined.
    Process p =
        start(
            train(
                text,
                "600000",
                "--processes",
                "--set",
                "workers.speeds=[1,0.1]",
                "--set",
                "local-steps.count=10"));
    await().atMost(Duration.ofSeconds(60)).until(() -> pushes("worker-") > 2);
    Set<Path> shared = Programs.shared(p);
    List<ProcessHandle> children = p.descendants().toList();
    assertThat(children).hasSize(2);
    assertThat(process(p, 0).destroyForcibly()).isTrue();
    assertThat(status(p)).as(output()).isZero();
    JsonNode summary = new ObjectMapper().readTree(run().resolve("summary.json").toFile());
    assertThat(summary.get("worker_restarts").asInt()).as(summary.toString()).isEqualTo(1);
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(shared).isNotEmpty().noneMatch(Files::exists);
  }

  @Test
  @Tag("nightly")
  @Timeout(300)
  void shouldBringAPlansFaultsAboutInTheWorkersProcesses() throws Exception {
    Path plan =
        Files.writeString(
            dir.resolve("plan.conf"),
            """
            faults { seed = 4, list = [
              { kind = lose, probability = 0.05, at = 0, seconds = 1h }
              { kind = corrupt, probability = 0.05, at = 0, seconds = 1h }
              { kind = duplicate, probability = 0.2, at = 0, seconds = 1h }
              { kind = kill, who = worker-1, at-version = 6, downtime = 500ms }
              { kind = freeze, who = worker-0, at-version = 8, seconds = 1 }
            ] }
            """);
    List<String> command =
        new ArrayList<>(
            List.of(
                train(TinyRuns.text(dir), "100000", "--processes", "--faults", plan.toString())));
    // The survivor is so slow that the run cannot end before the other is back.
    command.addAll(List.of("--set", "workers.speeds=[0.05,1]", "--set", "workers.patience=300ms"));
    Process p = start(command.toArray(String[]::new));
    await().atMost(Duration.ofSeconds(60)).until(() -> pushes("worker-") > 0);
    Set<Path> shared = Programs.shared(p);
    assertThat(p.waitFor(270, TimeUnit.SECONDS)).as(output()).isTrue();
    assertThat(p.exitValue()).as(output()).isZero();
    List<JsonNode> faults = new ArrayList<>();
    for (String line : Files.readAllLines(run().resolve("metrics.jsonl"))) {
      if (line.contains("\"fault\"")) {
        faults.add(new ObjectMapper().readTree(line));
      }
    }
    assertThat(faults)
        .as(output())
        .anyMatch(f -> f.get("reason").asText().matches("worker-1 is back after .* s .*"))
        .noneMatch(f -> f.get("phase").asText().equals("not-carried-out"));
    JsonNode summary = new ObjectMapper().readTree(run().resolve("summary.json").toFile());
    assertThat(summary.get("worker_restarts").asInt()).as(summary.toString()).isEqualTo(1);
    assertThat(shared).isNotEmpty().noneMatch(Files::exists);
  }

  @Test
  @Tag("nightly")
  void shouldGiveTheKeysOnToTheWorkersProcesses() throws Exception {
    Path keys = dir.resolve("keys");
    org.estafette.actor.security.KeyMaker.create(keys, List.of(), 9, false);
    Process p = start(train(TinyRuns.text(dir), "60000", "--processes", "--keys", keys.toString()));
    assertThat(status(p)).as(output()).isZero();
    assertThat(pushes("worker-0")).as(output()).isPositive();
    assertThat(pushes("worker-1")).as(output()).isPositive();
  }

  @Test
  @Tag("nightly")
  void shouldRepairTheTreeAroundAnInnerWorkerThatIsKilledAndAttachItsReplacement()
      throws Exception {
    Path text = TinyRuns.text(dir);
    Process p =
        start(
            train(
                text,
                "900000",
                "--processes",
                "--set",
                "strategy=relay",
                "--set",
                "topology.kind=chain",
                "--set",
                "workers.count=3",
                "--set",
                "workers.speeds=[0.3,0.3,0.3]"));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> pushes("worker-0") > 0 && pushes("worker-1") > 0 && pushes("worker-2") > 0);
    Set<Path> shared = Programs.shared(p);
    ProcessHandle inner = process(p, "has slot 1,");
    assertThat(inner.destroyForcibly()).isTrue();
    assertThat(status(p)).as(output()).isZero();
    JsonNode summary = new ObjectMapper().readTree(run().resolve("summary.json").toFile());
    assertThat(summary.get("worker_restarts").asInt()).as(summary.toString()).isEqualTo(1);
    assertThat(summary.get("exchanges").get("repairs").asInt()).isEqualTo(1);
    assertThat(summary.get("exchanges").get("epoch").asInt()).isEqualTo(3);
    assertThat(summary.get("tokens").asLong()).isGreaterThanOrEqualTo(900_000);
    // Without the inner one of the chain, its two neighbours are neighbours of each other.
    assertThat(output()).contains("worker-0 note: neighbours are now worker-2 (epoch 2)");
    assertThat(output()).contains("worker-0 note: neighbours are now worker-1 (epoch 3)");
    assertThat(shared).isNotEmpty().noneMatch(Files::exists);
  }

  /** The worker's process whose log says that. */
  private ProcessHandle process(Process parent, String said) throws IOException {
    for (int i = 0; i < 3; i++) {
      Path log = run().resolve("logs").resolve("process-" + i + ".log");
      if (Files.readString(log).contains(said)) {
        return process(parent, i);
      }
    }
    throw new AssertionError("no log says: " + said);
  }

  private static ProcessHandle process(Process parent, int index) throws IOException {
    String key = "\0process-" + index + "\0";
    for (ProcessHandle child : parent.descendants().toList()) {
      if (Files.readString(Path.of("/proc", Long.toString(child.pid()), "cmdline")).contains(key)) {
        return child;
      }
    }
    throw new AssertionError("no child of process " + parent.pid() + " is process-" + index);
  }

  @Test
  void shouldCheckpointWhenInterruptedAndFinishWhenResumed() throws Exception {
    Path text = TinyRuns.text(dir);
    Process p = start(train(text, "600000"));
    await().atMost(Duration.ofSeconds(60)).until(() -> pushes("worker-") > 2);
    assertThat(new ProcessBuilder("kill", interrupt(), Long.toString(p.pid())).start().waitFor())
        .isZero();
    assertThat(status(p)).as(output()).isEqualTo(130);
    assertThat(Main.commandLine().execute("checkpoint", "verify", run().toString())).isZero();
    assertThat(status(start("train", "--resume", "--plain", "--out", run().toString())))
        .as(output())
        .isZero();
    JsonNode summary = new ObjectMapper().readTree(run().resolve("summary.json").toFile());
    assertThat(summary.get("tokens").asLong()).isGreaterThanOrEqualTo(600_000);
  }

  /** SIGINT, or SIGTERM where this process, and so its children, was started deaf to SIGINT. */
  private static String interrupt() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("SigIgn:")) {
        long ignored = Long.parseUnsignedLong(line.substring(7).strip(), 16);
        return (ignored & 1L << 1) == 0 ? "-INT" : "-TERM";
      }
    }
    return "-INT";
  }
}
