package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.security.KeyMaker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A plain {@code train}, which nobody starts again, is killed, and a node that was started with
 * {@code --standby} goes on: the way over machines, here on one.
 */
@Tag("process")
@Tag("nightly")
@Timeout(900)
final class StandbyNodeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(240);
  private static final Pattern GOES_ON =
      Pattern.compile("server of epoch 2 goes on from version (\\d+)");

  @TempDir Path dir;
  private Programs programs;

  private Path run() {
    return dir.resolve("run");
  }

  private Process start(String name, List<String> args) throws IOException {
    return programs.start(
        programs.prepare(name, List.of("-Destafette.log=" + dir.resolve(name + ".log")), args));
  }

  @BeforeEach
  void prepare() {
    programs = new Programs(dir);
  }

  @AfterEach
  void endAll() {
    programs.close();
  }

  private String output(String name) throws IOException {
    return programs.output(name);
  }

  private List<String> metrics() throws IOException {
    Path metrics = run().resolve("metrics.jsonl");
    return Files.exists(metrics) ? Files.readAllLines(metrics) : List.of();
  }

  private long pushes() throws IOException {
    return metrics().stream()
        .filter(l -> l.contains("\"push\"") && !l.contains("\"refused\""))
        .count();
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private int status(String name, Process p) throws Exception {
    assertThat(p.waitFor(90, TimeUnit.SECONDS)).as(output(name)).isTrue();
    return p.exitValue();
  }

  private void goesOnAfterTheDeath(String... more) throws Exception {
    int here = freePort();
    int there = freePort();
    List<String> quick = new ArrayList<>(List.of(more));
    // Busy cores are no death.
    quick.addAll(
        List.of(
            "--set",
            "cluster.failure-detection=quick",
            "--set",
            "akka.cluster.failure-detector.acceptable-heartbeat-pause=10s"));
    List<String> train =
        new ArrayList<>(
            List.of(
                "train",
                "--plain",
                "--nodes-only",
                "--port",
                "" + here,
                "--out",
                run().toString()));
    TinyRuns.settings(
            TinyRuns.text(dir),
            "tokens",
            "1000000000",
            "local-steps.count",
            "50",
            "workers.count",
            "1",
            "checkpoint.every",
            "500ms",
            "history.record",
            "true")
        .forEach((k, v) -> train.addAll(List.of("--set", k + "=" + v)));
    train.addAll(quick);
    Process coordinator = start("coordinator", train);
    await().atMost(PATIENCE).until(() -> output("coordinator").contains("join  "));

    List<String> node =
        new ArrayList<>(
            List.of(
                "node",
                "--join",
                "127.0.0.1:" + here + ",127.0.0.1:" + there,
                "--stay",
                "--key",
                "one",
                "--set",
                "history.folder=" + dir.resolve("history")));
    node.addAll(quick);
    Process worker = start("worker", node);
    List<String> standby =
        new ArrayList<>(
            List.of(
                "node",
                "--join",
                "127.0.0.1:" + here,
                "--port",
                "" + there,
                "--standby",
                run().toString()));
    standby.addAll(quick);
    Process heir = start("standby", standby);
    await()
        .atMost(PATIENCE)
        .until(() ->
            metrics().stream().filter(l -> l.contains("is a member")).count() == 2
                && metrics().stream().anyMatch(l -> l.contains("is saved in"))
                && pushes() > 2);

    coordinator.destroyForcibly().waitFor();
    await()
        .atMost(PATIENCE)
        .until(() -> metrics().stream().anyMatch(l -> GOES_ON.matcher(l).find()));
    long then = pushes();
    // It shared the coordinator's media driver: it ends with that, and comes back.
    await().atMost(PATIENCE).until(() -> pushes() > then + 2);
    assertThat(worker.isAlive()).as(output("worker")).isTrue();
    assertThat(heir.isAlive()).as(output("standby")).isTrue();

    heir.destroy();
    assertThat(status("standby", heir)).as(output("standby")).isEqualTo(130);
    worker.destroy();
    assertThat(status("worker", worker)).as(output("worker")).isEqualTo(130);

    assertThat(output("standby")).contains("epoch 2 goes on from " + run());
    assertEachPushMadeAVersion();
    assertThat(Main.commandLine().execute("checkpoint", "verify", run().toString())).isZero();
    assertThat(
            Main.commandLine()
                .execute("history", "check", run().toString(), dir.resolve("history").toString()))
        .isZero();
    try (Stream<Path> epochs = Files.list(run().resolve("checkpoints").resolve("epochs"))) {
      assertThat(epochs).hasSize(2);
    }
  }

  /** From where the successor went on, each accepted push made one version: none was lost. */
  private void assertEachPushMadeAVersion() throws IOException {
    long version = 0;
    for (String line : metrics()) {
      Matcher m = GOES_ON.matcher(line);
      if (m.find()) {
        version = Long.parseLong(m.group(1));
      } else if (line.contains("\"push\"") && !line.contains("\"refused\"")) {
        version++;
      }
    }
    assertThat(
            new org.estafette.actor.checkpoint.CheckpointStore(run().resolve("checkpoints"), 1)
                .latest()
                .checkpoint()
                .version())
        .isEqualTo(version);
  }

  @Test
  void shouldGoOnWhenAPlainTrainIsKilled() throws Exception {
    goesOnAfterTheDeath();
  }

  @Test
  void shouldGoOnAmongNodesWithKeys() throws Exception {
    Path keys = dir.resolve("keys");
    KeyMaker.create(keys, List.of(), 9, false);
    goesOnAfterTheDeath("--keys", keys.toString());
  }
}
