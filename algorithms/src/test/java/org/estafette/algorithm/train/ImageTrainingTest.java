package org.estafette.algorithm.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.estafette.algorithm.data.ImageDataset;
import org.estafette.algorithm.data.ImageTask;
import org.estafette.algorithm.data.Partition;
import org.estafette.algorithm.model.ConvNet;
import org.estafette.algorithm.model.ConvNetConfig;
import org.estafette.algorithm.model.Mlp;
import org.estafette.algorithm.model.MlpConfig;
import org.estafette.algorithm.model.Model;
import org.estafette.algorithm.model.Score;
import org.estafette.device.Device;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;
import org.junit.jupiter.api.Test;

/** The generated image task: a small convolutional network learns it, a linear model does not. */
class ImageTrainingTest {
  private static final int BATCH = 32;

  private final Device device = Devices.open("cpu");
  private final ImageDataset data =
      new ImageTask(16, 3, 10, 1.0, 8000, 640, 1).dataset(1, new Partition.Iid(), 1);

  private Score trained(Model model, int steps) {
    Float32Vector x = Float32Vector.allocate(model.layout().length());
    model.initialize(x, 1);
    TrainerOptions options =
        TrainerOptions.of(
            new InnerOptimizer.AdamW(0.9, 0.99, 1e-8, 0.01, true), LearningRate.constant(0.003));
    try (DeviceTrainer trainer = new DeviceTrainer(device, model, data, BATCH, options)) {
      trainer.load(x);
      trainer.train(new TrainOrder(steps, 0, 0, 0, 1), () -> false);
      return trainer.score(20);
    }
  }

  @Test
  void aSmallConvNetShouldTellTheTexturesApart() {
    ConvNetConfig config = new ConvNetConfig(data.form(), List.of(8, 16, 32), 4, data.classes());
    Score score = trained(new ConvNet(device, config, BATCH), 400);
    assertThat(score.accuracy()).isGreaterThan(0.8);
    assertThat(score.loss()).isLessThan(0.8);
  }

  @Test
  void aLinearModelShouldNotTellTheTexturesApart() {
    MlpConfig config = MlpConfig.of(MlpConfig.Activation.RELU, data.form().size(), data.classes());
    assertThat(trained(new Mlp(device, config, BATCH), 400).accuracy()).isLessThan(0.3);
  }
}
