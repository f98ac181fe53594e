package org.estafette.algorithm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.ImageForm;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.TensorSpec;
import org.junit.jupiter.api.Test;

/** Gradients against central differences of the model's own loss, along random directions. */
class GradientCheckTest {
  private static final long SEED = 20261120;

  private final Device device = Devices.open("cpu");
  private final Random random = new Random(SEED);

  @Test
  void gptGradientShouldFollowTheLossInEveryTensor() {
    for (boolean tied : new boolean[] {true, false}) {
      GptConfig config = new GptConfig(13, 9, 2, 3, 12, tied);
      check(new Gpt(device, config, 5), tokens(5, 9, 13), 0.5);
    }
  }

  @Test
  void gptGradientShouldFollowTheLossWhereABatchTakesSeveralPasses() {
    GptConfig config = new GptConfig(13, 160, 1, 2, 8, true);
    check(new Gpt(device, config, 4), tokens(4, 160, 13), 0.5);
  }

  @Test
  void mlpGradientShouldFollowTheLossInEveryTensor() {
    for (MlpConfig.Activation activation : MlpConfig.Activation.values()) {
      check(new Mlp(device, MlpConfig.of(activation, 5, 17, 9, 3), 7), rows(7, 5, 3), 1);
    }
    check(new Mlp(device, MlpConfig.of(MlpConfig.Activation.RELU, 5, 3), 7), rows(7, 5, 3), 1);
  }

  @Test
  void convNetGradientShouldFollowTheLossInEveryTensor() {
    ImageForm form = new ImageForm(9, 8, 3);
    for (int groups : new int[] {1, 2, 4}) {
      ConvNetConfig config = new ConvNetConfig(form, List.of(4, 8), groups, 5);
      check(new ConvNet(device, config, 6), rows(6, form.size(), 5), 0.5);
    }
    ConvNetConfig one = new ConvNetConfig(new ImageForm(1, 4, 2), List.of(6), 3, 2);
    check(new ConvNet(device, one, 3), rows(2, 8, 2), 0.5);
  }

  @Test
  void convNetGradientShouldFollowTheLossWhereABatchTakesSeveralPasses() {
    ImageForm form = new ImageForm(48, 40, 1);
    ConvNetConfig config = new ConvNetConfig(form, List.of(16, 4), 2, 3);
    check(new ConvNet(device, config, 5), rows(5, form.size(), 3), 0.5);
  }

  @Test
  void logisticGradientShouldFollowTheLoss() {
    check(new Logistic(device, 6, 0.1, 11), rows(11, 6, 2), 1);
  }

  @Test
  void quadraticGradientShouldFollowTheLossWithAndWithoutNoise() {
    List<QuadraticTerm> terms = List.of(term(4, 3), term(2, 3), term(5, 3));
    check(new Quadratic(device, terms), rows(4, 3, 3), 1);
    check(new Quadratic(device, terms), new Batch.Rows(3, 0, new float[0], new int[] {2, 0, 1}), 1);
  }

  @Test
  void quadraticShouldBeHalfTheSquaredDistance() {
    QuadraticTerm term = new QuadraticTerm(new float[][] {{2, 0}, {0, 1}}, new float[] {2, 3});
    Model model = new Quadratic(device, List.of(term));
    Batch batch = new Batch.Rows(1, 0, new float[0], new int[] {0});
    try (DeviceArena arena = device.allocate("test", 64)) {
      DeviceVector x = arena.all().slice(0, model.layout().length());
      DeviceVector g = arena.all().slice(32, model.layout().length());
      assertThat(model.lossAndGradient(batch, x, g)).isEqualTo(6.5);
      float[] gradient = new float[2];
      device.download(g, gradient, 2);
      assertThat(gradient).containsExactly(-4f, -3f);
    }
  }

  private QuadraticTerm term(int height, int dimension) {
    float[][] a = new float[height][dimension];
    float[] b = new float[height];
    for (int r = 0; r < height; r++) {
      b[r] = (float) random.nextGaussian();
      for (int c = 0; c < dimension; c++) {
        a[r][c] = (float) random.nextGaussian();
      }
    }
    return new QuadraticTerm(a, b);
  }

  private Batch.Tokens tokens(int size, int length, int vocabulary) {
    Batch.Tokens batch = Batch.Tokens.of(size, length);
    for (int i = 0; i < size * length; i++) {
      batch.inputs()[i] = random.nextInt(vocabulary);
      batch.targets()[i] = random.nextInt(vocabulary);
    }
    return batch;
  }

  private Batch.Rows rows(int size, int width, int classes) {
    Batch.Rows batch = Batch.Rows.of(size, width);
    for (int i = 0; i < size * width; i++) {
      batch.features()[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < size; i++) {
      batch.labels()[i] = random.nextInt(classes);
    }
    return batch;
  }

  private void check(Model model, Batch batch, double deviation) {
    Layout layout = model.layout();
    Float32Vector x = Float32Vector.allocate(layout.length());
    for (TensorSpec tensor : layout.tensors()) {
      Float32Vector view = x.view(tensor);
      for (long i = 0; i < view.length(); i++) {
        view.set(i, deviation * random.nextGaussian());
      }
    }
    try (model;
        DeviceArena arena = device.allocate("test", 2 * layout.length())) {
      DeviceVector dx = arena.all().slice(0, layout.length());
      DeviceVector dg = arena.all().slice(layout.length(), layout.length());
      device.upload(x, dx);
      double loss = model.lossAndGradient(batch, dx, dg);
      assertThat(loss).isCloseTo(model.loss(batch, dx), within(1e-5 * (1 + Math.abs(loss))));
      Float32Vector gradient = Float32Vector.allocate(layout.length());
      device.download(dg, gradient);
      for (TensorSpec tensor : layout.tensors()) {
        along(model, batch, layout, tensor, x, gradient, dx);
      }
    }
  }

  /** The slope along the tensor's own gradient and a random direction of the same length. */
  private void along(
      Model model,
      Batch batch,
      Layout layout,
      TensorSpec tensor,
      Float32Vector x,
      Float32Vector gradient,
      DeviceVector dx) {
    Float32Vector g = gradient.view(tensor);
    double norm = Math.sqrt(g.squaredNorm());
    Float32Vector direction = Float32Vector.allocate(layout.length());
    Float32Vector d = direction.view(tensor);
    for (long i = 0; i < g.length(); i++) {
      d.set(i, g.get(i) / (norm + 1e-12) + random.nextGaussian() / Math.sqrt(g.length()));
    }
    double step = 4e-3;
    double up = lossAt(model, batch, x, direction, step, dx);
    double down = lossAt(model, batch, x, direction, -step, dx);
    double slope = (up - down) / (2 * step);
    double expected = g.dot(d);
    assertThat(slope)
        .as("%s of %s, seed=%d", tensor.name(), model, SEED)
        .isCloseTo(expected, within(2e-3 + 0.01 * Math.abs(expected)));
  }

  private double lossAt(
      Model model,
      Batch batch,
      Float32Vector x,
      Float32Vector direction,
      double step,
      DeviceVector dx) {
    Float32Vector moved = Float32Vector.allocate(x.length());
    moved.copyFrom(x);
    moved.axpy(step, direction);
    device.upload(moved, dx);
    return model.loss(batch, dx);
  }
}
