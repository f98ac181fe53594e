package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.mailbox.Admission;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.algorithm.outer.OuterProvider;
import org.estafette.algorithm.outer.OuterRule;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the classes of docs/bring-your-own.md do, and what is said of classes that are wrong. */
final class BringYourOwnTest {
  private static final String WRONG =
      """
      package wrong;
      import org.estafette.actor.run.ModelProvider;
      import org.estafette.algorithm.data.Dataset;
      import org.estafette.algorithm.model.Model;
      import org.estafette.device.Device;
      public class NAME implements ModelProvider {
        BODY
        @Override
        public Model create(Device d, Dataset s, int b, java.util.Map<String, String> o) {
          RESULT
        }
      }
      """;

  @TempDir static Path dir;
  private static Path classes = Path.of("");

  @BeforeAll
  static void compile() throws Exception {
    classes = dir.resolve("my");
    Path sources = Files.createDirectories(dir.resolve("sources"));
    for (Markdown.Block block :
        Markdown.read(OwnClasses.ROOT.resolve("docs/bring-your-own.md")).blocks()) {
      if (block.language().equals("java") && block.text().startsWith("package ")) {
        String name = block.text().replaceFirst("(?s).*public final class (\\w+).*", "$1");
        Files.writeString(sources.resolve(name + ".java"), block.text());
      }
    }
    assertThat(sources.resolve("Halving.java")).exists();
    wrong(sources, "Hidden", "Hidden() {}", "return null;");
    wrong(
        sources,
        "Failing",
        "public Failing() { throw new IllegalStateException(\"no licence\"); }",
        "return null;");
    wrong(sources, "Static", "static final int N = Integer.parseInt(\"none\");", "return null;");
    wrong(sources, "Nothing", "", "return null;");
    wrong(
        sources,
        "Refusing",
        "",
        "throw new IllegalArgumentException(\"depth=0 (expected >= 1)\");");
    OwnClasses.Result r =
        OwnClasses.call(
            dir,
            "compile",
            sources.toString(),
            OwnClasses.ROOT.resolve("docs/examples/newest").toString(),
            OwnClasses.ROOT.resolve("docs/examples/lion").toString(),
            "--to",
            classes.toString());
    assertThat(r.status()).as(r.err()).isZero();
    // A class file that is in the wrong folder is the usual wrong class path.
    Files.createDirectories(classes.resolve("other"));
    Files.copy(classes.resolve("wrong/Nothing.class"), classes.resolve("other/Nothing.class"));
  }

  private static void wrong(Path sources, String name, String body, String result)
      throws Exception {
    Files.writeString(
        sources.resolve(name + ".java"),
        WRONG.replace("NAME", name).replace("BODY", body).replace("RESULT", result));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.kind | wrong.None | expected gpt, mlp, convnet, logistic, or a class on the class"
            + " path",
        "model.kind | wrong.Hidden | cannot be made; expected a public class, not abstract, with a"
            + " public constructor ()",
        "model.kind | wrong.Failing | its constructor failed: java.lang.IllegalStateException: no"
            + " licence",
        "model.kind | wrong.Static | its static initializer failed:"
            + " java.lang.NumberFormatException",
        "model.kind | wrong.Nothing | gave null",
        "model.kind | wrong.Refusing | depth=0 (expected >= 1)",
        "model.kind | other.Nothing | cannot be loaded",
        "model.kind | org.example.Halving | does not implement"
            + " org.estafette.actor.run.ModelProvider",
        "data.kind | wrong.Nothing | does not implement"
            + " org.estafette.algorithm.data.DatasetProvider",
        "outer.rule | wrong.Nothing | does not implement org.estafette.algorithm.outer.OuterRule or"
            + " org.estafette.algorithm.outer.OuterProvider",
        "outer.rule | wrong.None | expected delayed-nesterov",
        "strategy | wrong.None | expected async, sync, relay, gossip, or a class on the class path",
        "strategy | wrong.Nothing | does not implement org.estafette.actor.run.Strategy",
        "strategy | nonsense | expected one of async, sync, relay, gossip",
        "mailboxes.fifo.policy | wrong.None | expected a class on the class path",
        "mailboxes.fifo.policy | wrong.Nothing | does not implement"
            + " org.estafette.algorithm.mailbox.UpdateQueue",
        "mailboxes.fifo.policy | org.example.NewestFirst | ",
      })
  void shouldSayInOneLineWhatIsWrongWithAClass(String key, String value, String message)
      throws Exception {
    Path run = dir.resolve("run-" + key + "-" + value);
    OwnClasses.Result r =
        OwnClasses.call(
            classes,
            "simulate",
            "--plain",
            "--out",
            run.toString(),
            "--tokens",
            "640",
            "--set",
            "data.kind=mixture",
            "--set",
            "model.kind=mlp",
            "--set",
            "mailbox=fifo",
            "--set",
            key + "=" + value);
    if (message == null) {
      assertThat(r.status()).as(r.err()).isZero();
      return;
    }
    assertThat(r.status()).as(r.err()).isEqualTo(ExitStatus.USAGE.code());
    assertThat(r.err()).contains("estafette." + key + " = " + value).contains(message);
    assertThat(r.err().lines()).hasSize(1);
    assertThat(run).doesNotExist();
  }

  @Test
  void shouldTellWhatTheCompilerSaysAndThatNothingWasCompiled() throws Exception {
    Path wrong = Files.writeString(dir.resolve("Wrong.java"), "class Wrong { int a = \"b\"; }");
    OwnClasses.Result r =
        OwnClasses.call(dir, "compile", wrong.toString(), "--to", dir.resolve("no").toString());
    assertThat(r.status()).isEqualTo(ExitStatus.USAGE.code());
    assertThat(r.err())
        .contains("Wrong.java:1")
        .contains("incompatible types")
        .contains("not compiled");
    assertThat(OwnClasses.call(dir, "compile", dir.resolve("none").toString(), "--to", "x").err())
        .contains("no such file or folder");
    Path empty = Files.createDirectories(dir.resolve("empty"));
    assertThat(OwnClasses.call(dir, "compile", empty.toString(), "--to", "x").err())
        .contains("expected Java files");
    assertThat(OwnClasses.call(dir, "classpath").out()).contains(".jar");
  }

  @Test
  void newestFirstShouldHandOutTheNewestAndStarveNobody() throws Exception {
    UpdateQueue queue =
        OwnClasses.with(
            classes,
            () ->
                type("NewestFirst")
                    .asSubclass(UpdateQueue.class)
                    .getConstructor(QueueOptions.class)
                    .newInstance(new QueueOptions(3, 1, Map.of("overtakings", "2"))));
    PseudoGradient[] pushes = new PseudoGradient[7];
    java.util.Arrays.setAll(pushes, NewestFirstPush::of);
    for (int i = 0; i < 3; i++) {
      assertThat(queue.offer(pushes[i])).isInstanceOf(Admission.Accepted.class);
    }
    assertThat(queue.offer(pushes[6])).isEqualTo(new Admission.Refused(Refusal.BACKLOG));
    assertThat(queue.poll()).isSameAs(pushes[2]);
    queue.offer(pushes[3]);
    assertThat(queue.poll()).isSameAs(pushes[3]);
    queue.offer(pushes[4]);
    assertThat(queue.poll()).as("overtaken twice").isSameAs(pushes[0]);
    assertThat(queue.poll()).isSameAs(pushes[4]);
    assertThat(queue.poll()).isSameAs(pushes[1]);
    assertThat(queue.ready()).isFalse();
    assertThat(queue.poll()).isNull();
  }

  @Test
  void ruleOfThePageShouldHalveAfterAHundredPushes() throws Exception {
    OuterRule rule =
        OwnClasses.with(
            classes,
            () -> type("Halving").asSubclass(OuterRule.class).getConstructor().newInstance());
    assertThat(rule.step(99, 1).fromGradient()).isEqualTo(0.7);
    assertThat(rule.step(100, 1).fromGradient()).isEqualTo(0.35);
  }

  @Test
  void lionShouldMoveBySignsWhateverTheSizeOfAPush() throws Exception {
    OuterOptimizer optimizer =
        OwnClasses.with(
            classes,
            () ->
                type("Lion")
                    .asSubclass(OuterProvider.class)
                    .getConstructor()
                    .newInstance()
                    .create(new OuterProvider.Request(3, Precision.FLOAT32, 0.5, 0, 0, Map.of())));
    Float32Vector x = Float32Vector.allocate(3);
    Float32Vector push = Float32Vector.allocate(3);
    push.set(0, 1e6);
    push.set(1, -1e-6);
    optimizer.apply(x, new FlatVector[] {push}, new double[] {0.5}, 1);
    assertThat(x.get(0)).isEqualTo(-0.25);
    assertThat(x.get(1)).isEqualTo(0.25);
    assertThat(x.get(2)).isZero();
    assertThat(optimizer.counter()).isEqualTo(1);
    // m = (1 - β2)·g: the next step follows it where the push says nothing.
    push.fill(0);
    optimizer.apply(x, new FlatVector[] {push}, new double[] {0.5}, 1);
    assertThat(x.get(0)).isEqualTo(-0.5);
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName(
        "org.example." + name, true, Thread.currentThread().getContextClassLoader());
  }

  private static final class NewestFirstPush {
    private NewestFirstPush() {}

    static PseudoGradient of(int sequence) {
      return new PseudoGradient(
          new Header(1, PeerId.worker(0), 1, sequence, 1, 0, sequence),
          Lease.unpooled(Precision.FLOAT64.zeros(1)),
          new RoundReport(1, 1, 1, 0, 0));
    }
  }
}
