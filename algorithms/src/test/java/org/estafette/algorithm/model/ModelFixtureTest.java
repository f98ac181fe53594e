package org.estafette.algorithm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.ImageForm;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.algorithm.train.LearningRate;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainerOptions;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loss, gradients and ten steps against PyTorch's float64 numbers (make_model_fixtures.py), and for
 * images against numpy's (make_convnet_fixture.py).
 */
class ModelFixtureTest {
  private final Device device = Devices.open("cpu");

  @ParameterizedTest
  @ValueSource(strings = {"gpt-tied", "gpt-untied"})
  void gptShouldGiveTheLossTheGradientsAndTheTenAdamWLossesOfPyTorch(String name)
      throws IOException {
    JsonNode fixture = fixture(name);
    JsonNode c = fixture.get("config");
    GptConfig config =
        new GptConfig(
            c.get("vocabulary").asInt(),
            c.get("context").asInt(),
            c.get("layers").asInt(),
            c.get("heads").asInt(),
            c.get("width").asInt(),
            c.get("tied").asBoolean());
    int batch = c.get("batch").asInt();
    Batch.Tokens tokens = Batch.Tokens.of(batch, config.context());
    for (int i = 0; i < tokens.tokens(); i++) {
      tokens.inputs()[i] = (3 * i + i * i) % config.vocabulary();
      tokens.targets()[i] = (5 * i + 2) % config.vocabulary();
    }
    InnerOptimizer adam =
        new InnerOptimizer.AdamW(
            c.get("beta1").asDouble(),
            c.get("beta2").asDouble(),
            c.get("epsilon").asDouble(),
            c.get("weight_decay").asDouble(),
            true);
    check(fixture, () -> new Gpt(device, config, batch), tokens, adam);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp-relu", "mlp-tanh"})
  void mlpShouldGiveTheLossTheGradientsAndTheTenNesterovLossesOfPyTorch(String name)
      throws IOException {
    JsonNode fixture = fixture(name);
    JsonNode c = fixture.get("config");
    List<Integer> widths = new ArrayList<>();
    c.get("widths").forEach(w -> widths.add(w.asInt()));
    MlpConfig.Activation activation =
        MlpConfig.Activation.valueOf(
            c.get("activation").asText().toUpperCase(java.util.Locale.ROOT));
    MlpConfig config = new MlpConfig(widths, activation, MlpConfig.Initialization.HE);
    int batch = c.get("batch").asInt();
    Batch.Rows rows = Batch.Rows.of(batch, widths.get(0));
    for (int i = 0; i < rows.features().length; i++) {
      rows.features()[i] = (float) Math.cos(0.5 + 1.1 * i);
    }
    for (int i = 0; i < batch; i++) {
      rows.labels()[i] = (3 * i + 1) % widths.getLast();
    }
    InnerOptimizer nesterov =
        new InnerOptimizer.Momentum(
            c.get("momentum").asDouble(), true, c.get("weight_decay").asDouble());
    check(fixture, () -> new Mlp(device, config, batch), rows, nesterov);
  }

  @Test
  void convNetShouldGiveTheLossTheGradientsAndTheTenNesterovLossesOfItsDefinition()
      throws IOException {
    JsonNode fixture = fixture("convnet");
    JsonNode c = fixture.get("config");
    ImageForm form =
        new ImageForm(c.get("height").asInt(), c.get("width").asInt(), c.get("inputs").asInt());
    List<Integer> channels = new ArrayList<>();
    c.get("channels").forEach(w -> channels.add(w.asInt()));
    ConvNetConfig config =
        new ConvNetConfig(form, channels, c.get("groups").asInt(), c.get("classes").asInt());
    int batch = c.get("batch").asInt();
    Batch.Rows rows = Batch.Rows.of(batch, form.size());
    for (int i = 0; i < rows.features().length; i++) {
      rows.features()[i] = (float) Math.cos(0.5 + 1.1 * i);
    }
    for (int i = 0; i < batch; i++) {
      rows.labels()[i] = (2 * i + 1) % config.classes();
    }
    InnerOptimizer nesterov =
        new InnerOptimizer.Momentum(
            c.get("momentum").asDouble(), true, c.get("weight_decay").asDouble());
    check(fixture, () -> new ConvNet(device, config, batch), rows, nesterov);
  }

  private void check(
      JsonNode fixture, Supplier<Model> models, Batch batch, InnerOptimizer optimizer) {
    Model trained = models.get();
    Layout layout = trained.layout();
    Float32Vector parameters = fill(layout);
    try (Model model = models.get();
        DeviceArena arena = device.allocate("test", 2 * layout.length())) {
      var x = arena.all().slice(0, layout.length());
      var g = arena.all().slice(layout.length(), layout.length());
      device.upload(parameters, x);
      assertThat(model.loss(batch, x)).isCloseTo(fixture.get("loss").asDouble(), within(2e-6));
      assertThat(model.lossAndGradient(batch, x, g))
          .isCloseTo(fixture.get("loss").asDouble(), within(2e-6));
      if (fixture.has("accuracy")) {
        assertThat(model.score(batch, x).accuracy()).isEqualTo(fixture.get("accuracy").asDouble());
      }
      Float32Vector gradient = Float32Vector.allocate(layout.length());
      device.download(g, gradient);
      assertThat(layout.tensors()).hasSize(fixture.get("gradients").size());
      for (TensorSpec tensor : layout.tensors()) {
        JsonNode expected = fixture.get("gradients").get(tensor.name());
        Float32Vector actual = gradient.view(tensor);
        assertThat(actual.length()).as(tensor.name()).isEqualTo(expected.size());
        for (int i = 0; i < expected.size(); i++) {
          assertThat(actual.get(i))
              .as("%s[%d]", tensor.name(), i)
              .isCloseTo(expected.get(i).asDouble(), within(2e-6));
        }
      }
    }
    TrainerOptions options =
        TrainerOptions.of(
            optimizer, LearningRate.constant(fixture.get("config").get("rate").asDouble()));
    try (DeviceTrainer trainer =
        new DeviceTrainer(device, trained, new OneBatch(batch), batch.size(), options)) {
      trainer.load(parameters);
      for (int step = 0; step < 10; step++) {
        double loss = trainer.train(new TrainOrder(1, 0, step, step, 1), () -> false).lastLoss();
        assertThat(loss)
            .as("loss of step %d", step)
            .isCloseTo(fixture.get("losses").get(step).asDouble(), within(2e-5));
      }
    }
  }

  /** The formula of the scripts that make the fixtures. */
  private static Float32Vector fill(Layout layout) {
    Float32Vector all = Float32Vector.allocate(layout.length());
    for (int t = 0; t < layout.tensors().size(); t++) {
      TensorSpec spec = layout.tensors().get(t);
      Float32Vector view = all.view(spec);
      String name = "." + spec.name();
      boolean norm = (name.contains(".ln_") || name.contains(".norm.")) && name.endsWith("weight");
      for (int i = 0; i < view.length(); i++) {
        view.set(i, (norm ? 1 : 0) + 0.3 * Math.sin(1 + 0.37 * i + 1.3 * t));
      }
    }
    return all;
  }

  private static JsonNode fixture(String name) throws IOException {
    try (InputStream in = ModelFixtureTest.class.getResourceAsStream(name + ".json")) {
      return new ObjectMapper().readTree(in);
    }
  }
}
