package org.estafette.actor.run;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.data.CifarReader;
import org.estafette.actor.data.CorpusReader;
import org.estafette.actor.data.LoadedCorpus;
import org.estafette.actor.data.ReadProgress;
import org.estafette.actor.data.UnreadableDataException;
import org.estafette.algorithm.data.Augmentation;
import org.estafette.algorithm.data.Cifar10;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.data.DatasetProvider;
import org.estafette.algorithm.data.DatasetRequest;
import org.estafette.algorithm.data.ImageDataset;
import org.estafette.algorithm.data.ImageTask;
import org.estafette.algorithm.data.LogisticTask;
import org.estafette.algorithm.data.MixtureTask;
import org.estafette.algorithm.data.Partition;
import org.estafette.algorithm.data.TextDataset;
import org.estafette.algorithm.data.TextOptions;
import org.estafette.algorithm.data.TextSplit;

/** Opens the dataset that a configuration names. */
final class Datasets {
  private Datasets() {}

  static Dataset open(RunConfig config, ReadProgress progress, Consumer<String> notices)
      throws UnreadableDataException {
    RunConfig.DataChoice data = config.data();
    int shards = config.shards().count();
    Partition partition = Partition.named(data.partition(), data.alpha());
    return switch (data.kind()) {
      case "text" -> text(config, partition, progress, notices);
      case "mixture" ->
          mixture(data.mixture(), config.seed()).dataset(shards, partition, config.seed());
      case "logistic" ->
          logistic(data.options(), config.seed()).dataset(shards, partition, config.seed());
      case "cifar10" -> cifar10(config, partition, progress);
      case "images" ->
          images(data.images(), config.seed()).dataset(shards, partition, config.seed());
      default -> own(config);
    };
  }

  private static Dataset own(RunConfig config) {
    RunConfig.DataChoice data = config.data();
    DatasetProvider provider =
        Classes.named(
            data.kind(),
            DatasetProvider.class,
            "data.kind",
            "text, mixture, logistic, cifar10, images");
    DatasetRequest request =
        new DatasetRequest(
            options(data), config.shards().count(), config.model().context(), config.seed());
    return Classes.asked("data.kind", provider, () -> provider.open(request));
  }

  /** {@code data.options}, with {@code data.path} as "path" unless they have one themselves. */
  private static Map<String, String> options(RunConfig.DataChoice data) {
    Map<String, String> options = new TreeMap<>(data.options());
    if (!data.path().isEmpty()) {
      options.putIfAbsent("path", data.path());
    }
    return options;
  }

  private static MixtureTask mixture(String name, long seed) {
    return switch (name) {
      case "async-local-sgd" -> MixtureTask.asyncLocalSgd(seed);
      case "async-local-sgd-small" -> MixtureTask.asyncLocalSgdSmall(seed);
      default -> MixtureTask.localMethods(3, seed);
    };
  }

  private static Dataset cifar10(RunConfig config, Partition partition, ReadProgress progress)
      throws UnreadableDataException {
    RunConfig.DataChoice data = config.data();
    if (data.path().isEmpty()) {
      throw new ConfigException(
          "estafette.data.kind = cifar10 needs data.path (or --data): the folder with "
              + "data_batch_1.bin … and test_batch.bin of CIFAR-10's binary version; data.kind ="
              + " images needs no data");
    }
    CifarReader.Tables tables = new CifarReader(progress).read(Path.of(data.path()));
    return ImageDataset.of(
        tables.training(),
        tables.test(),
        Cifar10.CLASSES,
        Cifar10.SCALE,
        data.images().augment() ? Augmentation.FLIP_AND_CROP : Augmentation.NONE,
        config.shards().count(),
        partition,
        config.seed(),
        config.seed());
  }

  private static ImageTask images(RunConfig.ImageChoice i, long seed) {
    try {
      return new ImageTask(i.side(), 3, i.classes(), i.noise(), i.rows(), i.validationRows(), seed);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("estafette.data.images: " + e.getMessage());
    }
  }

  private static Dataset text(
      RunConfig config, Partition partition, ReadProgress progress, Consumer<String> notices)
      throws UnreadableDataException {
    RunConfig.DataChoice data = config.data();
    Path path = data.path().isEmpty() ? CorpusReader.jdkSources() : Path.of(data.path());
    LoadedCorpus corpus = new CorpusReader(data.maxBytes(), progress).read(path);
    corpus.notices().forEach(notices);
    return TextDataset.of(
        corpus.corpus(),
        new TextOptions(
            config.model().context(),
            config.shards().count(),
            partition,
            TextSplit.AUTO,
            data.validation(),
            config.seed()));
  }

  /** The generated logistic task, its sizes from the options. */
  private static LogisticTask logistic(Map<String, String> options, long seed) {
    DatasetRequest o = new DatasetRequest(options, 1, 1, seed);
    return new LogisticTask(
        o.integer("width", 32),
        o.integer("groups", 8),
        o.number("sharpness", 4),
        o.number("heterogeneity", 0.5),
        o.integer("rows", 16_000),
        o.integer("validation-rows", 4_000),
        seed);
  }
}
