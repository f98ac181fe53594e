package org.estafette.algorithm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.data.Batch;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.TensorSpec;
import org.junit.jupiter.api.Test;

class GptTest {
  private final Device device = Devices.open("cpu");

  @Test
  void shouldNameAndShapeItsTensorsAsTransformersDoes() {
    GptConfig config = new GptConfig(256, 16, 2, 4, 8, false);
    assertThat(config.layout().tensors().stream().map(TensorSpec::name).limit(15))
        .containsExactly(
            "wte.weight",
            "wpe.weight",
            "h.0.ln_1.weight",
            "h.0.ln_1.bias",
            "h.0.attn.c_attn.weight",
            "h.0.attn.c_attn.bias",
            "h.0.attn.c_proj.weight",
            "h.0.attn.c_proj.bias",
            "h.0.ln_2.weight",
            "h.0.ln_2.bias",
            "h.0.mlp.c_fc.weight",
            "h.0.mlp.c_fc.bias",
            "h.0.mlp.c_proj.weight",
            "h.0.mlp.c_proj.bias",
            "h.1.ln_1.weight");
    assertThat(config.layout().get("h.1.attn.c_attn.weight").shape()).containsExactly(8, 24);
    assertThat(config.layout().get("h.1.mlp.c_proj.weight").shape()).containsExactly(32, 8);
    assertThat(config.layout().get("lm_head.weight").shape()).containsExactly(256, 8);
    assertThat(new GptConfig(256, 16, 2, 4, 8, true).layout().tensors())
        .extracting(TensorSpec::name)
        .doesNotContain("lm_head.weight");
  }

  @Test
  void shouldHaveTheParametersOfTheTwoMeasuredSizes() {
    assertThat(GptConfig.ofBytes(128, 4, 4, 128).layout().parameters()).isEqualTo(842_496L);
    assertThat(GptConfig.ofBytes(256, 6, 6, 384).layout().parameters()).isEqualTo(10_844_160L);
  }

  @Test
  void shouldBeginLikeGpt2() {
    GptConfig config = GptConfig.ofBytes(32, 8, 2, 64);
    try (Gpt gpt = new Gpt(device, config, 1)) {
      Float32Vector x = Float32Vector.allocate(gpt.layout().length());
      gpt.initialize(x, 5);
      assertThat(deviation(x, gpt, "wte.weight")).isCloseTo(0.02, within(0.0005));
      assertThat(deviation(x, gpt, "h.3.mlp.c_fc.weight")).isCloseTo(0.02, within(0.0005));
      assertThat(deviation(x, gpt, "h.3.attn.c_proj.weight")).isCloseTo(0.005, within(0.0002));
      assertThat(deviation(x, gpt, "h.3.mlp.c_proj.weight")).isCloseTo(0.005, within(0.0002));
      assertThat(x.view(gpt.layout().get("h.2.ln_2.weight")).get(7)).isEqualTo(1);
      assertThat(deviation(x, gpt, "h.2.attn.c_attn.bias")).isZero();
      Float32Vector again = Float32Vector.allocate(gpt.layout().length());
      gpt.initialize(again, 5);
      again.axpy(-1, x);
      assertThat(again.squaredNorm()).isZero();
      gpt.initialize(again, 6);
      again.axpy(-1, x);
      assertThat(again.squaredNorm()).isPositive();
    }
  }

  private static double deviation(Float32Vector x, Gpt gpt, String name) {
    Float32Vector view = x.view(gpt.layout().get(name));
    return Math.sqrt(view.squaredNorm() / view.length());
  }

  @Test
  void shouldGiveTheLogitsOfTheLastTokenWhateverStandsBehindIt() {
    GptConfig config = new GptConfig(11, 8, 2, 2, 8, true);
    try (Gpt gpt = new Gpt(device, config, 2);
        DeviceArena arena = device.allocate("test", gpt.layout().length())) {
      Float32Vector x = Float32Vector.allocate(gpt.layout().length());
      gpt.initialize(x, 1);
      x.scale(10);
      device.upload(x, arena.all());
      float[] logits = new float[11];
      gpt.logits(new int[] {1, 2, 3}, 0, 3, arena.all(), logits);
      float[] other = new float[11];
      gpt.logits(new int[] {9, 1, 2, 3, 7}, 1, 3, arena.all(), other);
      assertThat(other).isEqualTo(logits);
      // The loss of a text is made of the same logits.
      Batch.Tokens batch = new Batch.Tokens(1, 1, new int[] {4}, new int[] {6});
      gpt.logits(new int[] {4}, 0, 1, arena.all(), logits);
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit);
      }
      assertThat(gpt.loss(batch, arena.all())).isCloseTo(Math.log(sum) - logits[6], within(1e-5));
    }
  }

  /** Nothing may be left of the gradient before: some of it is added to, some overwritten. */
  @Test
  void theSameBatchShouldHaveTheSameGradientTwice() {
    for (boolean tied : new boolean[] {true, false}) {
      GptConfig config = new GptConfig(17, 8, 2, 2, 12, tied);
      try (Gpt gpt = new Gpt(device, config, 3);
          DeviceArena arena = device.allocate("test", 2 * config.layout().length())) {
        int n = (int) config.layout().length();
        Float32Vector x = Float32Vector.allocate(n);
        gpt.initialize(x, 5);
        DeviceVector parameters = arena.all().slice(0, n);
        DeviceVector gradient = arena.all().slice(n, n);
        device.upload(x, parameters);
        Batch.Tokens batch = Batch.Tokens.of(3, 8);
        for (int i = 0; i < batch.inputs().length; i++) {
          batch.inputs()[i] = i * 7 % 17;
          batch.targets()[i] = i * 5 % 17;
        }
        float[] first = new float[n];
        float[] second = new float[n];
        gpt.lossAndGradient(batch, parameters, gradient);
        device.download(gradient, first, n);
        gpt.lossAndGradient(batch, parameters, gradient);
        device.download(gradient, second, n);
        assertThat(second).as("tied=%b", tied).isEqualTo(first);
      }
    }
  }

  @Test
  void shouldRefuseATokenOutsideTheVocabulary() {
    try (Gpt gpt = new Gpt(device, new GptConfig(11, 8, 1, 2, 8, true), 2);
        DeviceArena arena = device.allocate("test", gpt.layout().length())) {
      Batch.Tokens batch = Batch.Tokens.of(2, 8);
      batch.targets()[9] = 11;
      assertThatThrownBy(() -> gpt.loss(batch, arena.all()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("token 11 at position 9 (expected 0 … 10)");
    }
  }

  @Test
  void shouldRefuseABatchThatIsTooLargeOrOfAnotherKind() {
    try (Gpt gpt = new Gpt(device, new GptConfig(11, 8, 1, 2, 8, true), 2);
        DeviceArena arena = device.allocate("test", gpt.layout().length())) {
      assertThatThrownBy(() -> gpt.loss(Batch.Tokens.of(3, 8), arena.all()))
          .hasMessageContaining("batch of 3 sequences of 8 tokens (expected at most 2 of 8)");
      assertThatThrownBy(() -> gpt.loss(Batch.Rows.of(3, 8), arena.all()))
          .hasMessageContaining("expected Tokens");
    }
  }

  @Test
  void generationShouldBeDecidedByTheSeedAndGoOnBeyondTheContext() {
    GptConfig config = new GptConfig(11, 8, 1, 2, 8, true);
    try (Gpt gpt = new Gpt(device, config, 1);
        DeviceArena arena = device.allocate("test", gpt.layout().length())) {
      Float32Vector x = Float32Vector.allocate(gpt.layout().length());
      gpt.initialize(x, 1);
      device.upload(x, arena.all());
      Generator generator = new Generator(gpt, arena.all());
      List<Integer> heard = new ArrayList<>();
      int[] text = generator.generate(new int[] {3}, 30, new Sampling(1, 5, 42), heard::add);
      assertThat(text).hasSize(30).containsExactly(heard.stream().mapToInt(i -> i).toArray());
      assertThat(generator.generate(new int[] {3}, 30, new Sampling(1, 5, 42), t -> {}))
          .isEqualTo(text);
      assertThat(generator.generate(new int[] {3}, 30, new Sampling(1, 5, 43), t -> {}))
          .isNotEqualTo(text);
    }
  }

  @Test
  void samplingShouldKeepToTheLikeliestTokens() {
    float[] logits = {0.1f, 2f, -1f, 1.5f};
    assertThat(Generator.choose(logits, Sampling.greedy(), 0.99)).isEqualTo(1);
    for (double uniform = 0; uniform < 1; uniform += 0.01) {
      assertThat(Generator.choose(logits, new Sampling(1, 2, 0), uniform)).isIn(1, 3);
      assertThat(Generator.choose(logits, new Sampling(1e-3, 0, 0), uniform)).isEqualTo(1);
    }
    assertThat(Generator.choose(logits, new Sampling(100, 0, 0), 0)).isEqualTo(0);
    assertThat(Generator.choose(logits, new Sampling(100, 0, 0), 0.999)).isEqualTo(3);
  }
}
