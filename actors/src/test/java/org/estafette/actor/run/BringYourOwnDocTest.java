package org.estafette.actor.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.estafette.actor.config.ConfigReader;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.data.DatasetProvider;
import org.estafette.algorithm.data.DatasetRequest;
import org.estafette.algorithm.mailbox.Admission;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.outer.OuterRule;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.algorithm.train.LearningRate;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainerOptions;
import org.estafette.device.Device;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/bring-your-own.md shows compiles, is read and runs. */
final class BringYourOwnDocTest {
  private static final Path PAGE =
      Path.of(System.getProperty("estafette.root", ".."), "docs", "bring-your-own.md");

  @Test
  void everySnippetShouldRun(@TempDir Path folder) throws Exception {
    try (URLClassLoader own = compiled(folder)) {
      Dataset dataset =
          make(own, "my.Halves", DatasetProvider.class)
              .open(new DatasetRequest(Map.of("rows", "400"), 2, 1, 1));
      assertThat(dataset.shards()).isEqualTo(2);

      OuterRule rule = make(own, "my.Halving", OuterRule.class);
      assertThat(rule.step(0, 1).fromGradient()).isEqualTo(0.7);
      assertThat(rule.step(100, 1).fromGradient()).isEqualTo(0.35);

      ModelProvider model = make(own, "my.Softmax", ModelProvider.class);
      assertThat(trained(model, dataset)).isLessThan(Math.log(2) / 2);
    }
  }

  @Test
  void mailboxSnippetShouldBeAPolicy(@TempDir Path folder) throws Exception {
    try (URLClassLoader own = compiled(folder)) {
      UpdateQueue queue =
          own.loadClass("my.NewestFirst")
              .asSubclass(UpdateQueue.class)
              .getConstructor(QueueOptions.class)
              .newInstance(QueueOptions.of(2, 1));
      PseudoGradient older = push(1);
      PseudoGradient newer = push(2);
      assertThat(queue.offer(older)).isInstanceOf(Admission.Accepted.class);
      assertThat(queue.offer(newer)).isInstanceOf(Admission.Accepted.class);
      assertThat(queue.offer(push(3))).isEqualTo(new Admission.Refused(Refusal.BACKLOG));
      assertThat(queue.poll()).isSameAs(newer);
      assertThat(queue.poll()).isSameAs(older);
      assertThat(queue.ready()).isFalse();
      assertThat(queue.poll()).isNull();
    }
  }

  @Test
  void everyConfigurationShouldBeRead(@TempDir Path folder) throws Exception {
    List<String> blocks = blocks("hocon");
    assertThat(blocks).hasSizeGreaterThanOrEqualTo(4);
    for (String block : blocks) {
      ConfigReader.read(Files.writeString(folder.resolve("my.conf"), block), Map.of());
    }
  }

  private static PseudoGradient push(long sequence) {
    return new PseudoGradient(
        new Header(1, PeerId.worker(0), 1, sequence, 1, 0, sequence),
        Lease.unpooled(Precision.FLOAT64.zeros(1)),
        new RoundReport(1, 1, 1, 0, 0));
  }

  /** The validation loss after a few steps on the whole data. */
  private static double trained(ModelProvider provider, Dataset dataset) {
    try (Device device = Devices.open("cpu");
        DeviceTrainer trainer =
            new DeviceTrainer(
                device,
                provider.create(device, dataset, 20, Map.of("classes", "2")),
                dataset,
                20,
                TrainerOptions.of(new InnerOptimizer.Sgd(0), LearningRate.constant(0.5)))) {
      trainer.load(Float32Vector.allocate(trainer.dimension()));
      trainer.train(new TrainOrder(60, 0, 0, 0, 1), () -> false);
      return trainer.validate(10);
    }
  }

  private static <T> T make(ClassLoader own, String name, Class<T> type) throws Exception {
    return own.loadClass(name).asSubclass(type).getConstructor().newInstance();
  }

  private static URLClassLoader compiled(Path folder) throws Exception {
    List<Path> sources = new ArrayList<>();
    for (String block : blocks("java")) {
      var name = Pattern.compile("public final class (\\w+)").matcher(block);
      assertThat(name.find()).isTrue();
      sources.add(Files.writeString(folder.resolve(name.group(1) + ".java"), block));
    }
    assertThat(sources).hasSize(4);
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = javac.getStandardFileManager(null, null, null)) {
      boolean ok =
          javac
              .getTask(
                  messages,
                  files,
                  null,
                  List.of("-cp", System.getProperty("java.class.path"), "-d", folder.toString()),
                  null,
                  files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertThat(ok).describedAs("javac says: %s", messages).isTrue();
    }
    return new URLClassLoader(
        new URL[] {folder.toUri().toURL()}, BringYourOwnDocTest.class.getClassLoader());
  }

  private static List<String> blocks(String language) throws Exception {
    return Pattern.compile("(?s)```" + language + "\n(.*?)```")
        .matcher(Files.readString(PAGE))
        .results()
        .map(r -> r.group(1))
        .toList();
  }
}
