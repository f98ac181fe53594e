package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import org.estafette.actor.cli.operate.ManagementFile;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.live.RunControl.Outcome;
import org.estafette.actor.manage.FakeNode;
import org.estafette.actor.manage.FakeRun;
import org.estafette.actor.security.KeyMaker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that ask a running cluster, over real HTTP. */
final class OperateCommandsTest {
  @TempDir static Path folder;
  private static final FakeRun RUN = new FakeRun();
  private static FakeNode node;

  private record Result(int status, String out, String err) {}

  @BeforeAll
  static void start() throws Exception {
    node = FakeNode.withRun(RUN, true);
    new ManagementFile(
            "1f3a", node.management.url(), ProcessHandle.current().pid(), null, "estafette", null)
        .write(folder);
  }

  @AfterAll
  static void end() {
    node.close();
  }

  @BeforeEach
  void forget() {
    RUN.asked.clear();
    RUN.outcome = new Outcome.Done("paused: 2 workers keep their rounds");
  }

  @Test
  void shouldShowWhereTheRunStandsToPeopleAndToPrograms() throws Exception {
    Result text = call("status", "--run", folder.toString());
    assertThat(text.status()).as(text.err()).isZero();
    assertThat(text.out())
        .startsWith("run-20260101-120000: training, 2 of 2 workers train\n")
        .contains("7,680 of 100 k (7.7 %), 2,560/s, 36.1 s left")
        .contains("1 accepted, 1 merged, 1 refused (1 too-stale); version 7")
        .contains("version 7, 8.5 s ago, checkpoints/version-7")
        .contains("warning    worker-1: 1 push refused");
    JsonNode json =
        new ObjectMapper()
            .readTree(call("status", "--url", node.management.url() + "/", "--json").out());
    assertThat(json.path("budget_tokens").asInt()).isEqualTo(100_000);
  }

  @Test
  void shouldShowALedgerPerWorkerInColumns() {
    List<String> lines =
        call("workers", "--url", node.management.dashboard()).out().lines().toList();
    assertThat(lines.get(0)).startsWith("worker    node             state");
    assertThat(lines.get(1)).startsWith("worker-0  127.0.0.1:25520  up").endsWith("0");
    assertThat(lines.get(0).length()).isEqualTo(lines.get(1).length());
    assertThat(lines)
        .contains(
            "  worker-1 is an outlier: 100.0 times the usual length (expected below 5)",
            "  worker-1 refused: 1 too-stale",
            "  worker-1 ended at 2.5 s (life 1): its process ended; 4 steps lost, back after"
                + " 0.75 s");
  }

  @Test
  void shouldPassCommandsOnUnderItsName() {
    Result paused = call("pause", "--run", folder.toString());
    assertThat(paused.out()).isEqualTo("  paused: 2 workers keep their rounds\n");
    call("resume", "--run", folder.toString());
    call("checkpoint", "now", "--run", folder.toString());
    call("stop", "--run", folder.toString());
    call("release", "--run", folder.toString(), "worker-1");
    call("change", "--run", folder.toString(), "checkpoint.every=30s", "outer.rate=0.5");
    String by = " by command line at 127.0.0.1";
    assertThat(RUN.asked)
        .containsExactly(
            "pause" + by,
            "resume" + by,
            "checkpoint" + by,
            "stop" + by,
            "release worker-1" + by,
            "change {checkpoint.every=\"30s\", outer.rate=0.5}" + by);
  }

  @Test
  void shouldSayWhoCannotBeReleased() {
    RUN.outcome = new Outcome.Unknown("no worker is called worker-9 (expected worker-0)");
    Result unknown = call("release", "--run", folder.toString(), "worker-9");
    assertThat(unknown.status()).isEqualTo(ExitStatus.REFUSED.code());
    assertThat(unknown.err())
        .isEqualTo("estafette: no worker is called worker-9 (expected worker-0)\n");
    Result none = call("release", "--run", folder.toString(), "worker 9/../x");
    assertThat(none.status()).isEqualTo(ExitStatus.USAGE.code());
    assertThat(none.err()).contains("expected a worker, as worker-3");
  }

  @Test
  void shouldSayWhyACommandIsNotDone() {
    RUN.outcome = new Outcome.Conflict("the run is over");
    Result over = call("pause", "--run", folder.toString());
    assertThat(over.status()).isEqualTo(ExitStatus.REFUSED.code());
    assertThat(over.err()).isEqualTo("estafette: the run is over\n");
    try (FakeNode readOnly = FakeNode.withRun(new FakeRun(), false)) {
      Result off = call("pause", "--url", readOnly.management.url());
      assertThat(off.status()).isEqualTo(ExitStatus.REFUSED.code());
      assertThat(off.err()).contains("--set management.writes=true");
    }
    try (FakeNode worker = FakeNode.worker("http://192.0.2.1:8558")) {
      Result elsewhere = call("status", "--url", worker.management.url());
      assertThat(elsewhere.status()).isEqualTo(ExitStatus.REFUSED.code());
      assertThat(elsewhere.err()).contains("--url http://192.0.2.1:8558");
    }
  }

  @Test
  void shouldSayThatNobodyAnswersAndWhereItLooked() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      free = socket.getLocalPort();
    }
    Path killed = Files.createDirectory(folder.resolve("killed"));
    new ManagementFile("1f3a", "http://127.0.0.1:" + free, 999_999_999, null, "estafette", null)
        .write(killed);
    Result nobody = call("status", "--run", killed.toString());
    assertThat(nobody.status()).isEqualTo(ExitStatus.UNREACHABLE.code());
    assertThat(nobody.err())
        .contains("nobody answers at http://127.0.0.1:" + free)
        .contains("killed/management.json; its process 999999999 is gone");
    Result none = call("status", "--run", folder.resolve("nowhere").toString());
    assertThat(none.status()).isEqualTo(ExitStatus.USAGE.code());
    assertThat(none.err()).contains("no management.json", "--url");
    for (String wrong : List.of("ftp://x", "http://a b", "http://a_b:1", "http://x:99999999")) {
      Result result = call("status", "--url", wrong);
      assertThat(result.status()).as(wrong).isEqualTo(ExitStatus.USAGE.code());
      assertThat(result.err()).contains("--url = " + wrong);
    }
  }

  @Test
  void shouldNotCommandARunThatTookThePortOfAnother() throws Exception {
    Path former = Files.createDirectory(folder.resolve("former"));
    long pid = ProcessHandle.current().pid();
    new ManagementFile("beef", node.management.url(), pid, null, "estafette", null).write(former);
    Result stop = call("stop", "--run", former.toString());
    assertThat(stop.status()).isEqualTo(ExitStatus.UNREACHABLE.code());
    assertThat(stop.err()).contains("has run 1f3a (expected beef");
    assertThat(RUN.asked).isEmpty();
  }

  @Test
  void shouldSendNoPasswordInClearOverANetwork() throws Exception {
    Path password = Files.writeString(folder.resolve("clear"), "secret\n");
    Result clear =
        call("status", "--url", "http://192.0.2.1:8558", "--password-file", password.toString());
    assertThat(clear.status()).isEqualTo(ExitStatus.USAGE.code());
    assertThat(clear.err()).contains("expected https://").doesNotContain("secret");
  }

  @Test
  void shouldNameAFileAndAnAnswerThatAreNotOurs() throws Exception {
    Path broken = Files.createDirectory(folder.resolve("broken"));
    Files.writeString(ManagementFile.in(broken), "{\"url\": ");
    Result file = call("status", "--run", broken.toString());
    assertThat(file.status()).isEqualTo(ExitStatus.USAGE.code());
    assertThat(file.err()).contains("broken/management.json is not what");
    var other =
        com.sun.net.httpserver.HttpServer.create(new java.net.InetSocketAddress("127.0.0.1", 0), 0);
    other.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 6);
          exchange.getResponseBody().write("hello\n".getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    other.start();
    try {
      String url = "http://127.0.0.1:" + other.getAddress().getPort();
      for (List<String> command :
          List.of(List.of("status"), List.of("workers"), List.of("pause"))) {
        Result answer = call(command.getFirst(), "--url", url);
        assertThat(answer.status()).isEqualTo(ExitStatus.UNREACHABLE.code());
        assertThat(answer.err()).contains("is it the management of an Estafette node?");
      }
    } finally {
      other.stop(0);
    }
  }

  @Test
  void shouldRefuseWhatIsNoEventAndNoKey() {
    assertThat(call("events", "--after", "-1").status()).isEqualTo(ExitStatus.USAGE.code());
    Result change = call("change", "--run", folder.toString(), "foo");
    assertThat(change.status()).isEqualTo(ExitStatus.USAGE.code());
    assertThat(change.err()).contains("change foo (expected change key=value)");
  }

  @Test
  void shouldAskForKeysAndUseThem() throws Exception {
    Path keys = folder.resolve("keys");
    KeyMaker.create(keys, List.of("127.0.0.1"), 30, false);
    Path others = folder.resolve("others");
    KeyMaker.create(others, List.of("127.0.0.1"), 30, false);
    FakeRun run = new FakeRun();
    try (FakeNode secured =
        FakeNode.of(
            FakeNode.settings(true, OptionalInt.of(0), ""),
            new RunConfig.Security(keys.toString()),
            run)) {
      String url = secured.management.url();
      Result untrusted = call("status", "--url", url);
      assertThat(untrusted.status()).isEqualTo(ExitStatus.UNREACHABLE.code());
      assertThat(untrusted.err()).contains("--keys DIR");
      Result foreign = call("status", "--url", url, "--keys", others.toString());
      assertThat(foreign.status()).isEqualTo(ExitStatus.UNREACHABLE.code());
      assertThat(foreign.err()).contains("did not make");
      Path wrong = Files.writeString(folder.resolve("wrong"), "wrong\n");
      Result refused =
          call(
              "pause",
              "--url",
              url,
              "--keys",
              keys.toString(),
              "--password-file",
              wrong.toString());
      assertThat(refused.status()).isEqualTo(ExitStatus.REFUSED.code());
      assertThat(refused.err()).contains("user estafette", "password");
      assertThat(run.asked).isEmpty();
      assertThat(call("pause", "--url", url, "--keys", keys.toString()).status()).isZero();
      assertThat(run.asked).hasSize(1);
    }
  }

  @Test
  void shouldAskForAPassword() throws Exception {
    Path password = Files.writeString(folder.resolve("password"), "secret\n");
    try (FakeNode secured =
        FakeNode.of(
            FakeNode.settings(true, OptionalInt.of(0), password.toString()),
            FakeNode.NO_KEYS,
            new FakeRun())) {
      String url = secured.management.url();
      Result none = call("status", "--url", url);
      assertThat(none.status()).isEqualTo(ExitStatus.REFUSED.code());
      assertThat(none.err()).contains("asks for a password", "--password-file");
      assertThat(call("status", "--url", url, "--password-file", password.toString()).status())
          .isZero();
    }
  }

  @Test
  void shouldFollowEventsUntilTheNodeEnds() throws Exception {
    FakeRun run = new FakeRun();
    run.state = org.estafette.actor.live.RunState.ENDED;
    List<String> lines = new ArrayList<>();
    CountDownLatch seen = new CountDownLatch(1);
    try (FakeNode short_ = FakeNode.withRun(run, false)) {
      Thread ends =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  seen.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                short_.management.close();
              });
      try (org.estafette.actor.cli.operate.Client client =
          new org.estafette.actor.cli.operate.Client(
              new org.estafette.actor.cli.operate.Target(
                  java.net.URI.create(short_.management.url()), "", "estafette", "", null, null))) {
        var text = new org.estafette.actor.cli.operate.EventsText(false, lines::add);
        client.follow(
            "/estafette/events?after=0",
            line -> {
              text.accept(line);
              if (lines.size() == 7) {
                seen.countDown();
              }
            });
      }
      ends.join();
    }
    assertThat(lines)
        .hasSize(7)
        .contains("     0.5 s  worker-0  joined: from 127.0.0.1:25520")
        .contains(
            "     3.0 s  worker-1  round 1 refused (too-stale), 10 steps in 1.5 s, staleness 9,"
                + " loss 2.7500")
        .contains("     4.0 s  run  checkpoint: version 7");
  }

  private static Result call(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream o = new ByteArrayOutputStream();
    ByteArrayOutputStream e = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(o, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(e, true, StandardCharsets.UTF_8));
      int status = Main.commandLine().execute(args);
      return new Result(
          status, o.toString(StandardCharsets.UTF_8), e.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }
}
