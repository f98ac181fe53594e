package org.estafette.actor.run;

import java.util.ArrayList;
import java.util.List;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.data.Images;
import org.estafette.algorithm.model.ConvNet;
import org.estafette.algorithm.model.ConvNetConfig;
import org.estafette.algorithm.model.Gpt;
import org.estafette.algorithm.model.GptConfig;
import org.estafette.algorithm.model.Logistic;
import org.estafette.algorithm.model.Mlp;
import org.estafette.algorithm.model.MlpConfig;
import org.estafette.algorithm.model.Model;
import org.estafette.device.Device;

/** Makes the model that a configuration names. */
final class Models {
  private Models() {}

  static GptConfig gpt(RunConfig.ModelChoice m) {
    try {
      return new GptConfig(
          GptConfig.BYTES, m.context(), m.layers(), m.heads(), m.width(), m.tied());
    } catch (IllegalArgumentException e) {
      throw new ConfigException("estafette.model.gpt: " + e.getMessage());
    }
  }

  static Model create(RunConfig.ModelChoice m, Device device, Dataset dataset) {
    return switch (m.kind()) {
      case "gpt" -> new Gpt(device, gpt(m), m.batch());
      case "mlp" -> new Mlp(device, mlp(m, dataset), m.batch());
      case "convnet" -> new ConvNet(device, convNet(m, dataset), m.batch());
      case "logistic" -> new Logistic(device, rows(dataset, "logistic").width(), 0, m.batch());
      default -> own(m, device, dataset);
    };
  }

  private static Model own(RunConfig.ModelChoice m, Device device, Dataset dataset) {
    ModelProvider provider =
        Classes.named(m.kind(), ModelProvider.class, "model.kind", "gpt, mlp, convnet, logistic");
    return Classes.asked(
        "model.kind", provider, () -> provider.create(device, dataset, m.batch(), m.options()));
  }

  private static MlpConfig mlp(RunConfig.ModelChoice m, Dataset dataset) {
    List<Integer> widths = new ArrayList<>();
    widths.add(rows(dataset, "mlp").width());
    widths.addAll(m.hidden());
    widths.add(classes(dataset));
    return new MlpConfig(
        widths,
        MlpConfig.Activation.RELU,
        MlpConfig.Initialization.valueOf(m.initialization().toUpperCase(java.util.Locale.ROOT)));
  }

  private static ConvNetConfig convNet(RunConfig.ModelChoice m, Dataset dataset) {
    if (!(dataset instanceof Images images)) {
      throw new ConfigException(
          "estafette.model.kind = convnet needs images; choose data.kind = cifar10 or images");
    }
    try {
      return new ConvNetConfig(images.form(), m.channels(), m.groups(), images.classes());
    } catch (IllegalArgumentException e) {
      throw new ConfigException("estafette.model.convnet: " + e.getMessage());
    }
  }

  private static Batch.Rows rows(Dataset dataset, String kind) {
    if (dataset.newBatch(1) instanceof Batch.Rows rows) {
      return rows;
    }
    throw new ConfigException(
        "estafette.model.kind = "
            + kind
            + " needs rows of features, and estafette.data.kind gives text;"
            + " choose model.kind = gpt or data.kind = mixture");
  }

  /** What the images say, or one more than the largest label of the first validation rows. */
  private static int classes(Dataset dataset) {
    if (dataset instanceof Images images) {
      return images.classes();
    }
    Batch batch = dataset.newBatch(256);
    int most = 0;
    for (long b = 0; b < Math.min(8, dataset.validationBatches(256)); b++) {
      dataset.fillValidation(batch, b);
      for (int label : ((Batch.Rows) batch).labels()) {
        most = Math.max(most, label);
      }
    }
    return most + 1;
  }
}
