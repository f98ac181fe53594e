package org.estafette.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.ImageForm;
import org.estafette.algorithm.model.ConvNet;
import org.estafette.algorithm.model.ConvNetConfig;
import org.estafette.algorithm.model.Gpt;
import org.estafette.algorithm.model.GptConfig;
import org.estafette.algorithm.model.Logistic;
import org.estafette.algorithm.model.Mlp;
import org.estafette.algorithm.model.MlpConfig;
import org.estafette.algorithm.model.Model;
import org.estafette.algorithm.model.Quadratic;
import org.estafette.algorithm.model.QuadraticTerm;
import org.estafette.device.Device;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;

/** Every model's loss and gradient. */
final class ModelCases {
  private static final int DIMENSION = 24;

  private final Numbers numbers;
  private final List<Case> cases = new ArrayList<>();

  private ModelCases(long seed) {
    this.numbers = new Numbers(seed);
  }

  static List<Case> all(long seed) {
    ModelCases c = new ModelCases(seed);
    for (boolean tied : new boolean[] {true, false}) {
      c.gpt(new GptConfig(13, 9, 2, 3, 12, tied), 5);
      c.gpt(new GptConfig(64, 70, 2, 2, 64, tied), 2);
    }
    for (MlpConfig.Activation a : MlpConfig.Activation.values()) {
      MlpConfig config = MlpConfig.of(a, 5, 17, 9, 3);
      c.add("mlp " + a, (d, b) -> new Mlp(d, config, b), c.rows(7, 5, 3), 0);
    }
    ImageForm form = new ImageForm(9, 8, 3);
    for (int groups : new int[] {1, 4}) {
      ConvNetConfig config = new ConvNetConfig(form, List.of(4, 8), groups, 5);
      c.add(
          "convnet groups=" + groups,
          (d, b) -> new ConvNet(d, config, b),
          c.rows(6, form.size(), 5),
          0);
    }
    c.add("logistic", (d, b) -> new Logistic(d, 6, 0.1, b), c.rows(11, 6, 2), 1);
    List<QuadraticTerm> terms = List.of(c.term(20), c.term(9), c.term(31));
    c.add("quadratic", (d, b) -> new Quadratic(d, terms), c.rows(4, DIMENSION, 3), 1);
    return c.cases;
  }

  private QuadraticTerm term(int height) {
    float[][] a = new float[height][];
    for (int r = 0; r < height; r++) {
      a[r] = numbers.normal(DIMENSION);
    }
    return new QuadraticTerm(a, numbers.normal(height));
  }

  private void gpt(GptConfig config, int batch) {
    Batch.Tokens tokens = Batch.Tokens.of(batch, config.context());
    for (int i = 0; i < tokens.inputs().length; i++) {
      tokens.inputs()[i] = numbers.next(config.vocabulary());
      tokens.targets()[i] = numbers.next(config.vocabulary());
    }
    add("gpt " + config, (d, b) -> new Gpt(d, config, b), tokens, 0);
  }

  private Batch.Rows rows(int size, int width, int classes) {
    return new Batch.Rows(
        size, width, numbers.normal((long) size * width), numbers.below(size, classes));
  }

  /**
   * @param deviation of the parameters; 0 for the model's own first ones, a little disturbed
   */
  private void add(
      String name, BiFunction<Device, Integer, Model> make, Batch batch, double deviation) {
    long seed = numbers.next(1 << 30);
    cases.add(
        new Case(
            name,
            s -> {
              try (Model model = make.apply(s.device, batch.size())) {
                Layout layout = model.layout();
                Float32Vector x = Float32Vector.allocate(layout.length());
                model.initialize(x, seed);
                float[] by = new Numbers(seed).normal(x.length(), deviation > 0 ? deviation : 0.02);
                layout
                    .tensors()
                    .forEach(t -> {
                      for (long i = t.offset(); i < t.offset() + t.size(); i++) {
                        x.set(i, x.get(i) + by[(int) i]);
                      }
                    });
                DeviceVector parameters = s.of(new float[(int) x.length()]);
                s.device.upload(x, parameters);
                DeviceVector gradient = s.empty(x.length());
                s.result(model.lossAndGradient(batch, parameters, gradient));
                s.result(gradient);
                s.result(model.loss(batch, parameters));
              }
            },
            name.startsWith("convnet") || name.contains("RELU")));
  }
}
