package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.estafette.actor.run.TinyRuns;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Every command of the documentation: run in this JVM with a small budget and a small model, or,
 * where its block is marked {@code parse}, read by the command line without being run. The commands
 * of a page follow one another, as a reader would call them.
 */
final class DocumentedCommandsTest {
  /** Small, whatever the command trains; keys that its model does not have do no harm. */
  private static final List<String> SMALL =
      List.of(
          "model.gpt.layers=1",
          "model.gpt.heads=2",
          "model.gpt.width=16",
          "model.gpt.context=16",
          "model.convnet.channels=[8,8]",
          "model.convnet.groups=2",
          "model.batch=4",
          "local-steps.count=5",
          "data.max-bytes=300KiB",
          "data.images.rows=400",
          "data.images.validation-rows=64",
          "evaluation.batches=2",
          "evaluation.every=0.5",
          "channel.term=512KiB",
          "akka.loglevel=WARNING",
          "akka.cluster.singleton.hand-over-retry-interval=200ms");

  private static final Pattern CALL =
      Pattern.compile("((?:[A-Z_]+=\\S+ )*)(?:machine [A-Z]\\$ )?\\./estafette\\b(.*)");

  private static final String CIFAR = "cifar-10-batches-bin";

  @TempDir static Path dir;
  private static Path text = Path.of("");

  /** A run that goes on while the commands of the blocks marked {@code live} are called. */
  private static final class LiveRun {
    private static CompletableFuture<Integer> ended = CompletableFuture.completedFuture(0);
    private static String url = "";

    static synchronized String url() throws Exception {
      if (url.isEmpty()) {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
          port = free.getLocalPort();
        }
        List<String> args = new ArrayList<>(List.of("train", "--data", text.toString()));
        shrink(args);
        args.set(args.indexOf("--tokens") + 1, "1000000000");
        args.addAll(List.of("--set", "management.port=" + port, "--set", "management.writes=true"));
        args.addAll(List.of("--set", "faults.enabled=true"));
        ended =
            CompletableFuture.supplyAsync(
                () -> Main.commandLine().execute(args.toArray(String[]::new)));
        url = "http://127.0.0.1:" + port;
        for (int i = 0; i < 600 && !ended.isDone() && !answers(port); i++) {
          Thread.sleep(100);
        }
        assertThat(ended).isNotDone();
      }
      return url;
    }

    /** Whether it trains: commands that come before the first round have nothing to pause. */
    private static boolean answers(int port) throws Exception {
      OwnClasses.Result r =
          OwnClasses.call(dir, "status", "--json", "--url", "http://127.0.0.1:" + port);
      return r.status() == 0 && r.out().contains("\"training\"");
    }

    static void end() throws Exception {
      if (!url.isEmpty()) {
        OwnClasses.call(dir, "stop", "--url", url);
        stopped();
      }
    }

    /** After a page's own {@code stop}: the next page begins another run. */
    static synchronized void stopped() throws Exception {
      if (!url.isEmpty()) {
        url = "";
        assertThat(ended.get(2, TimeUnit.MINUTES))
            .isIn(ExitStatus.OK.code(), ExitStatus.INTERRUPTED.code());
      }
    }
  }

  @AfterAll
  static void end() throws Exception {
    LiveRun.end();
  }

  @TestFactory
  Stream<DynamicTest> everyCommandShouldWork() throws IOException {
    text = TinyRuns.text(dir);
    Files.writeString(dir.resolve("links.txt"), "0 1\n1 2\n2 3\n3 0\n");
    List<DynamicTest> tests = new ArrayList<>();
    for (Markdown page : Markdown.all()) {
      for (Markdown.Block block : page.blocks()) {
        if (block.language().isEmpty() && !block.how().startsWith("skip")) {
          for (String line : block.text().lines().toList()) {
            String command = line.replaceFirst("(^|\\s)#.*", "").strip();
            if (!command.isEmpty()) {
              tests.add(
                  DynamicTest.dynamicTest(
                      block + " " + command, () -> check(block.how(), command)));
            }
          }
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(40);
    return tests.stream();
  }

  private static void check(String how, String command) throws Exception {
    Matcher call = CALL.matcher(command);
    if (!call.matches()) {
      // Not ours: what it names of the repository must be there.
      for (String word : command.split("\\s+")) {
        if (word.matches("(dev|conf|docs|actors|algorithms)/[\\w./-]+")) {
          assertThat(OwnClasses.ROOT.resolve(word)).exists();
        }
      }
      assertThat(command)
          .matches("(machine [A-Z]\\$ )?(dev/|mvn |javac |curl |git |podman |kubectl |scp ).*");
      return;
    }
    Matcher own = Pattern.compile("ESTAFETTE_CLASSPATH=(\\S+)").matcher(call.group(1));
    List<String> words = words(call.group(2).strip());
    if (words.isEmpty() || words.getFirst().equals("bench")) {
      return; // The launcher's own.
    }
    List<String> args = new ArrayList<>();
    words.forEach(word -> args.add(place(word)));
    if (how.equals("live") && !words.getFirst().equals("events")) {
      args.addAll(List.of("--url", LiveRun.url()));
    }
    boolean run =
        !how.equals("parse")
            && !words.getFirst().equals("events") // ends with the run only
            // Processes have tests of their own, and this data is not everywhere.
            && args.stream().noneMatch(List.of("--processes", "node", CIFAR)::contains);
    if (run && List.of("train", "simulate").contains(words.getFirst())) {
      shrink(args);
    }
    if (!run) {
      CommandLine.ParseResult parsed = Main.commandLine().parseArgs(args.toArray(String[]::new));
      assertThat(parsed.hasSubcommand()).isTrue();
      args.stream()
          .filter(a -> a.startsWith(OwnClasses.ROOT + "/conf/"))
          .forEach(a -> assertThat(Path.of(a)).exists());
      return;
    }
    Path classes = own.find() ? Path.of(place(own.group(1))) : dir;
    OwnClasses.Result r = OwnClasses.call(classes, args.toArray(String[]::new));
    assertThat(r.status()).as("%s: %s%s", args, r.out(), r.err()).isZero();
    if (how.equals("live") && words.getFirst().equals("stop")) {
      LiveRun.stopped();
    }
  }

  private static void shrink(List<String> args) {
    int tokens = args.indexOf("--tokens");
    if (tokens > 0) {
      args.set(tokens + 1, "1280");
    } else {
      args.addAll(List.of("--tokens", "1280"));
    }
    List<String> small = new ArrayList<>();
    for (String setting : SMALL) {
      small.addAll(List.of("--set", setting));
    }
    boolean graph = args.stream().anyMatch(a -> a.contains("/mixer.conf"));
    if (graph) {
      args.set(args.indexOf("--tokens") + 1, "160"); // ND4J's graphs take their time.
    }
    if (!args.contains("--out")) {
      small.addAll(List.of("--set", "run.folder=" + dir.resolve("runs")));
    }
    args.add("--plain");
    args.addAll(1, small); // Before the page's own settings, which win.
  }

  /**
   * The word as it is here: files of the repository by their whole path, all else below a folder of
   * the test's.
   */
  private static String place(String word) {
    if (word.contains("=") && !word.startsWith("-")) {
      return word;
    }
    if (Files.exists(OwnClasses.ROOT.resolve(word)) && word.contains("/")) {
      return OwnClasses.ROOT.resolve(word).toString();
    }
    Map<String, Path> users =
        Map.of(
            "book.txt", text,
            "tinyshakespeare.txt", text,
            "my", dir.resolve("my"),
            "comparison.html", dir.resolve("comparison.html"),
            "tree.svg", dir.resolve("tree.svg"),
            "links.txt", dir.resolve("links.txt"));
    if (users.containsKey(word)) {
      return String.valueOf(users.get(word));
    }
    if (word.startsWith("runs/run-…")) {
      return newest().toString();
    }
    return word.startsWith("runs/") ? dir.resolve(word).toString() : word;
  }

  /** The newest run below runs/, which the page has made before. */
  private static Path newest() {
    Path runs = dir.resolve("runs");
    try (Stream<Path> all = Files.exists(runs) ? Files.list(runs) : Stream.empty()) {
      return all.filter(r -> Files.exists(r.resolve("summary.json")))
          .filter(r -> r.getFileName().toString().startsWith("run-"))
          .max(Comparator.naturalOrder())
          .orElse(runs.resolve("run-none"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Words as a shell sees them; only double quotes are used. */
  private static List<String> words(String command) {
    List<String> words = new ArrayList<>();
    Matcher m = Pattern.compile("\"([^\"]*)\"|(\\S+)").matcher(command);
    while (m.find()) {
      words.add(m.group(1) != null ? m.group(1) : m.group(2));
    }
    return words;
  }
}
