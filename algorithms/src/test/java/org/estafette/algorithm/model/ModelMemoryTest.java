package org.estafette.algorithm.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.ImageForm;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model in memory that it was given, and one that allocates its own. */
class ModelMemoryTest {
  private static final int VECTORS = 2048;

  private final Device device = Devices.open("cpu");

  private record Case(String name, Function<Device, Model> model, Batch batch) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    Batch.Tokens tokens = Batch.Tokens.of(3, 5);
    for (int i = 0; i < tokens.tokens(); i++) {
      tokens.inputs()[i] = i % 7;
      tokens.targets()[i] = (3 * i + 1) % 7;
    }
    GptConfig gpt = new GptConfig(7, 5, 2, 2, 8, true);
    MlpConfig mlp = MlpConfig.of(MlpConfig.Activation.TANH, 12, 9, 2);
    ConvNetConfig convNet = new ConvNetConfig(new ImageForm(2, 2, 3), List.of(4), 2, 2);
    QuadraticTerm term =
        new QuadraticTerm(new float[][] {new float[12], new float[12]}, new float[] {1, 2});
    term.a()[1][3] = 2;
    return Stream.of(
        new Case("gpt", d -> new Gpt(d, gpt, 3), tokens),
        new Case("mlp", d -> new Mlp(d, mlp, 3), rows()),
        new Case("convnet", d -> new ConvNet(d, convNet, 3), rows()),
        new Case("logistic", d -> new Logistic(d, 12, 0.1, 3), rows()),
        new Case("quadratic", d -> new Quadratic(d, List.of(term, term)), rows()));
  }

  private static Batch.Rows rows() {
    Batch.Rows rows = Batch.Rows.of(3, 12);
    for (int i = 0; i < rows.features().length; i++) {
      rows.features()[i] = (float) Math.cos(0.5 + 1.1 * i);
    }
    rows.labels()[1] = 1;
    return rows;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldGiveTheSameBitsInBoth(Case c) {
    Allocations allocations = new Allocations(device, Long.MAX_VALUE);
    try (Model own = c.model().apply(allocations.device());
        Model given = c.model().apply(allocations.device());
        DeviceArena arena = device.allocate("given", given.memory().elements())) {
      given.memory().workIn(arena.all());
      assertThat(allocations.open()).isZero();
      assertThat(results(given, c.batch())).isEqualTo(results(own, c.batch()));
      assertThat(allocations.elements()).containsExactly(own.memory().elements());
      assertThat(allocations.purposes()).containsExactly(own.memory().purpose());
    }
    assertThat(allocations.open()).isZero();
  }

  /** Two steps' gradients and losses. */
  private float[] results(Model model, Batch batch) {
    int n = (int) model.layout().length();
    assertThat(n).isLessThanOrEqualTo(VECTORS);
    Float32Vector x = Float32Vector.allocate(n);
    model.initialize(x, 4);
    float[] results = new float[n + 3];
    try (DeviceArena arena = device.allocate("test", 2L * VECTORS)) {
      DeviceVector parameters = arena.all().slice(0, n);
      DeviceVector gradient = arena.all().slice(VECTORS, n);
      device.upload(x, parameters);
      results[n] = (float) model.lossAndGradient(batch, parameters, gradient);
      device.axpy(-0.1f, gradient, parameters);
      results[n + 1] = (float) model.lossAndGradient(batch, parameters, gradient);
      results[n + 2] = (float) model.loss(batch, parameters);
      device.download(gradient, results, n);
    }
    return results;
  }
}
