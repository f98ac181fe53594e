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
import java.util.Map;
import java.util.stream.Stream;
import org.estafette.actor.run.TinyRuns;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Commands in this JVM, what they print and what they return. */
final class CommandsTest {
  @TempDir static Path dir;
  private static Path text = Path.of("");
  private static Path run = Path.of("");
  private static Result trained = new Result(-1, "", "");

  private record Result(int status, String out, String err) {}

  @BeforeAll
  static void train() throws Exception {
    text = TinyRuns.text(dir);
    run = dir.resolve("run");
    trained = call(tiny("train", "--json", "--plain", "--out", run.toString()));
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

  private static String[] tiny(String... args) {
    List<String> all = new ArrayList<>(List.of(args[0]));
    TinyRuns.settings(text, "tokens", "1280")
        .forEach((k, v) -> {
          all.add("--set");
          all.add(k + "=" + v);
        });
    all.addAll(List.of(args).subList(1, args.length)); // Later settings win.
    return all.toArray(String[]::new);
  }

  private static long entries(Path folder) throws Exception {
    if (!Files.exists(folder)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.count();
    }
  }

  @Test
  void shouldPrintJsonAloneOnStandardOutput() throws Exception {
    assertThat(trained.status()).as(trained.err()).isZero();
    JsonNode summary = new ObjectMapper().readTree(trained.out());
    assertThat(summary.get("tokens").asLong()).isEqualTo(1280);
    assertThat(trained.err()).contains("report").contains("join");
    assertThat(run.resolve("summary.json")).exists();
    assertThat(run.resolve("report.html")).exists();
    assertThat(run.resolve("config.conf")).exists();
  }

  @Test
  void shouldShowAnExampleInTheHelpOfEveryCommand() {
    Map<String, CommandLine> commands = Main.commandLine().getSubcommands();
    assertThat(commands).isNotEmpty();
    commands.forEach((name, command) -> {
      Result help = call(name, "--help");
      assertThat(help.status()).isZero();
      assertThat(help.out()).as(name).contains("Example").contains("estafette " + name);
    });
  }

  @Test
  void shouldReturnTwoForAnUnknownKeyAndLeaveNoFolder() throws Exception {
    Path runs = dir.resolve("runs-usage");
    Result r = call(tiny("train", "--set", "tokns=5", "--set", "run.folder=" + runs));
    assertThat(r.status()).isEqualTo(ExitStatus.USAGE.code()).isEqualTo(2);
    assertThat(r.err()).contains("unknown key estafette.tokns").contains("did you mean tokens?");
    assertThat(call("train", "--nonsense").status()).isEqualTo(2);
    assertThat(entries(runs)).isZero();
  }

  @Test
  void shouldReturnTwoForAPlanOfWorkersWithoutAServerThatCannotWorkAndLeaveNoFolder()
      throws Exception {
    Path runs = dir.resolve("runs-plan");
    for (List<String> settings :
        List.of(
            List.of("strategy=relay", "relay.asynchronous=true", "relay.fill=half"),
            List.of("strategy=gossip", "gossip.method=powergossip", "gossip.asynchronous=true"),
            List.of("strategy=gossip", "gossip.method=gradient-tracking", "mailbox=gossip"),
            List.of("strategy=async", "mailbox=relay"))) {
      for (String command : List.of("train", "simulate")) {
        List<String> all = new ArrayList<>(List.of(command, "--set", "run.folder=" + runs));
        settings.forEach(setting -> all.addAll(List.of("--set", setting)));
        Result r = call(tiny(all.toArray(String[]::new)));
        assertThat(r.status()).as(all + r.err()).isEqualTo(ExitStatus.USAGE.code());
        assertThat(r.err()).as(all.toString()).contains("expected");
        assertThat(entries(runs)).as(all.toString()).isZero();
      }
    }
  }

  @Test
  void shouldReturnThreeForDataThatCannotBeReadAndLeaveNoFolder() throws Exception {
    Path runs = dir.resolve("runs-data");
    for (String command : List.of("train", "simulate")) {
      Result r =
          call(
              tiny(
                  command,
                  "--set",
                  "data.path=" + dir.resolve("none.txt"),
                  "--set",
                  "run.folder=" + runs));
      assertThat(r.status()).isEqualTo(ExitStatus.DATA.code()).isEqualTo(3);
      assertThat(r.err()).contains("none.txt");
    }
    assertThat(entries(runs)).isZero();
  }

  @Test
  void shouldReturnFiveForAPortInUseAndLeaveNoFolder() throws Exception {
    Path runs = dir.resolve("runs-port");
    Path out = dir.resolve("run-port");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());
      Result r = call(tiny("train", "--port", port, "--set", "run.folder=" + runs));
      assertThat(r.status()).as(r.err()).isEqualTo(ExitStatus.PORT.code()).isEqualTo(5);
      assertThat(r.err()).contains("port " + port);
      assertThat(call(tiny("train", "--port", port, "--out", out.toString())).status())
          .isEqualTo(5);
    }
    assertThat(entries(runs)).isZero();
    assertThat(out).doesNotExist();
  }

  @Test
  void shouldRefuseAFolderThatIsNotEmpty() {
    Result r = call(tiny("train", "--out", run.toString()));
    assertThat(r.status()).isEqualTo(2);
    assertThat(r.err()).contains("--out " + run).contains("--resume");
  }

  @Test
  void shouldRefuseToResumeWhatHasFinished() {
    Result r = call("train", "--resume", "--out", run.toString());
    assertThat(r.status()).isEqualTo(2);
    assertThat(r.err()).contains("has finished its 1280 tokens");
  }

  @Test
  void shouldVerifyAndShowCheckpoints() {
    Result verified = call("checkpoint", "verify", run.toString());
    assertThat(verified.status()).as(verified.err()).isZero();
    Result shown = call("checkpoint", "show", run.toString());
    assertThat(shown.status()).isZero();
    assertThat(shown.out()).contains("transformer.wte.weight").contains("parameters");
    assertThat(call("checkpoint", "verify", dir.resolve("none").toString()).status()).isEqualTo(4);
  }

  @Test
  void shouldReturnFourForACorruptCheckpoint() throws Exception {
    Path copy = dir.resolve("version-00000001");
    Path original;
    try (Stream<Path> all = Files.list(run.resolve("checkpoints"))) {
      original =
          all.filter(p -> p.getFileName().toString().startsWith("version-"))
              .findFirst()
              .orElseThrow();
    }
    Files.createDirectories(copy);
    try (Stream<Path> files = Files.list(original)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    byte[] model = Files.readAllBytes(copy.resolve("model.safetensors"));
    model[model.length - 5] ^= 1;
    Files.write(copy.resolve("model.safetensors"), model);
    for (String[] command :
        List.of(
            new String[] {"checkpoint", "verify", copy.toString()},
            new String[] {"checkpoint", "show", copy.toString()},
            new String[] {"generate", copy.toString()},
            new String[] {"evaluate", copy.toString()})) {
      Result r = call(command);
      assertThat(r.status()).as("%s: %s", String.join(" ", command), r.err()).isEqualTo(4);
      assertThat(r.out() + r.err()).contains("model.safetensors");
    }
  }

  @Test
  void shouldGenerateTheSameForTheSameSeed() {
    String[] args = {
      "generate", run.toString(), "--prompt", "line ", "--tokens", "40", "--seed", "5"
    };
    Result first = call(args);
    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.out()).startsWith("line ");
    assertThat(call(args).out()).isEqualTo(first.out());
    args[7] = "6";
    assertThat(call(args).out()).isNotEqualTo(first.out());
  }

  @Test
  void shouldEvaluateACheckpoint() throws Exception {
    Result r = call("evaluate", run.toString(), "--batches", "5", "--json");
    assertThat(r.status()).as(r.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(r.out());
    assertThat(json.get("batches").asInt()).isEqualTo(5);
    assertThat(json.get("validation_loss").asDouble()).isBetween(0.5, 6.0);
    assertThat(call("evaluate", run.toString(), "--batches", "5").out())
        .contains("validation loss");
  }

  @Test
  void shouldSimulateTheSameTwice() throws Exception {
    JsonNode[] summaries = new JsonNode[2];
    for (int i = 0; i < 2; i++) {
      Result r =
          call(tiny("simulate", "--json", "--plain", "--out", dir.resolve("sim-" + i).toString()));
      assertThat(r.status()).as(r.err()).isZero();
      summaries[i] = new ObjectMapper().readTree(r.out());
    }
    assertThat(summaries[0].get("final_loss")).isEqualTo(summaries[1].get("final_loss"));
    Path model =
        Path.of("checkpoints")
            .resolve(Path.of(summaries[0].get("checkpoint").asText()).getFileName());
    assertThat(dir.resolve("sim-0").resolve(model).resolve("model.safetensors"))
        .hasSameBinaryContentAs(dir.resolve("sim-1").resolve(model).resolve("model.safetensors"));
    Result again = call("simulate", "--resume", "--out", dir.resolve("sim-0").toString());
    assertThat(again.status()).isEqualTo(2);
    assertThat(again.err()).contains("has finished");
  }

  @Test
  void shouldReturnSevenWhereEveryWorkerDiedBeforeTheEnd() {
    Result r =
        call(
            tiny(
                "simulate",
                "--out",
                dir.resolve("sim-dead").toString(),
                "--set",
                "simulation.deaths=[{at=8,slot=0},{at=8,slot=1}]"));
    assertThat(r.status()).as(r.err()).isEqualTo(ExitStatus.RUN.code()).isEqualTo(7);
    assertThat(r.err()).contains("have all workers died?");
  }
}
