package org.estafette.algorithm.model;

import org.estafette.algorithm.data.Batch;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.jspecify.annotations.Nullable;

/**
 * A multi-layer perceptron with softmax cross-entropy: x ← activation(x·Wᵀ + b) for each hidden
 * layer, logits = x·Wᵀ + b. Without hidden layers it is multinomial logistic regression.
 */
public final class Mlp implements Model {
  private final Device device;
  private final MlpConfig config;
  private final Layout layout;
  private final int batch;
  private final int[] widths;
  private final DeviceArena arena;
  private final DeviceVector targets;
  private final Hits hits;

  /** Outputs of layer l at l + 1; 0 is the input. The last are logits. */
  private final DeviceVector[] outputs;

  /** Gradients of the outputs of the same index; 0 is not used. */
  private final DeviceVector[] gradients;

  private @Nullable Tensors parameters;
  private @Nullable Tensors gradient;

  /**
   * Allocates the activations.
   *
   * @param batch most rows of a batch
   */
  public Mlp(Device device, MlpConfig config, int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException("batch=" + batch + " (expected >= 1)");
    }
    this.device = device;
    this.config = config;
    this.layout = config.layout();
    this.batch = batch;
    this.widths = config.widths().stream().mapToInt(Integer::intValue).toArray();
    Layout.Builder plan = Layout.builder().add("targets", batch);
    for (int i = 0; i < widths.length; i++) {
      plan.add("out" + i, batch, widths[i]).add("d" + i, batch, widths[i]);
    }
    Layout cuts = plan.build();
    arena = device.allocate("activations of " + config + " for " + batch + " rows", cuts.length());
    targets = arena.all().slice(cuts.get("targets"));
    hits = new Hits(batch, widths[widths.length - 1]);
    outputs = new DeviceVector[widths.length];
    gradients = new DeviceVector[widths.length];
    for (int i = 0; i < widths.length; i++) {
      outputs[i] = arena.all().slice(cuts.get("out" + i));
      gradients[i] = arena.all().slice(cuts.get("d" + i));
    }
  }

  /** The sizes. */
  public MlpConfig config() {
    return config;
  }

  @Override
  public Layout layout() {
    return layout;
  }

  @Override
  public void initialize(Float32Vector parameters, long seed) {
    parameters.fill(0);
    for (int l = 0; l < config.layers(); l++) {
      double deviation = config.initialization().deviation(widths[l], widths[l + 1]);
      String layer = "layers." + l;
      if (config.initialization() == MlpConfig.Initialization.TORCH) {
        double bound = deviation * Math.sqrt(3);
        InitialValues.uniform(parameters, layout, layer + ".weight", bound, seed);
        InitialValues.uniform(parameters, layout, layer + ".bias", bound, seed);
      } else {
        InitialValues.normal(parameters, layout, layer + ".weight", deviation, seed);
      }
    }
  }

  @Override
  public double lossAndGradient(Batch batch, DeviceVector parameters, DeviceVector gradient) {
    Batch.Rows rows = check(batch);
    Tensors p = parameters(parameters);
    Tensors g = gradient(gradient);
    device.fill(gradient, 0);
    int last = widths.length - 1;
    int n = rows.size();
    forward(rows, p);
    double loss = device.crossEntropyBackward(outputs[last], targets, n, widths[last], 1f / n) / n;
    DeviceVector d = outputs[last];
    for (int l = last - 1; l >= 0; l--) {
      device.biasGradient(g.biases[l], d, n, widths[l + 1]);
      device.multiply(true, false, widths[l + 1], widths[l], n, d, outputs[l], true, g.weights[l]);
      if (l > 0) {
        DeviceVector below = gradients[l];
        device.multiply(false, false, n, widths[l], widths[l + 1], d, p.weights[l], false, below);
        long count = (long) n * widths[l];
        switch (config.activation()) {
          case RELU -> device.reluBackward(below, outputs[l], count);
          case TANH -> device.tanhBackward(below, outputs[l], count);
        }
        d = below;
      }
    }
    return loss;
  }

  @Override
  public double loss(Batch batch, DeviceVector parameters) {
    return score(batch, parameters).loss();
  }

  @Override
  public Score score(Batch batch, DeviceVector parameters) {
    Batch.Rows rows = check(batch);
    forward(rows, parameters(parameters));
    int last = widths.length - 1;
    int n = rows.size();
    int right = hits.count(device, outputs[last], rows.labels(), 0, n, widths[last]);
    double loss = device.crossEntropy(outputs[last], targets, n, widths[last]);
    return new Score(loss / n, (double) right / n);
  }

  private void forward(Batch.Rows rows, Tensors p) {
    int n = rows.size();
    device.upload(rows.features(), 0, n * widths[0], outputs[0]);
    device.upload(rows.labels(), 0, n, targets);
    for (int l = 0; l < config.layers(); l++) {
      DeviceVector out = outputs[l + 1];
      device.multiply(
          false, true, n, widths[l + 1], widths[l], outputs[l], p.weights[l], false, out);
      if (l + 1 == config.layers()) {
        device.addBias(out, p.biases[l], n, widths[l + 1]);
      } else {
        switch (config.activation()) {
          case RELU -> device.biasRelu(out, p.biases[l], n, widths[l + 1]);
          case TANH -> device.biasTanh(out, p.biases[l], n, widths[l + 1]);
        }
      }
    }
  }

  private Batch.Rows check(Batch given) {
    Batch.Rows rows = RowsCheck.rows(given, batch, widths[0]);
    RowsCheck.labels(rows, widths[widths.length - 1]);
    return rows;
  }

  private Tensors parameters(DeviceVector source) {
    if (parameters == null || !parameters.source.equals(source)) {
      parameters = new Tensors(source);
    }
    return parameters;
  }

  private Tensors gradient(DeviceVector source) {
    if (gradient == null || !gradient.source.equals(source)) {
      gradient = new Tensors(source);
    }
    return gradient;
  }

  @Override
  public void close() {
    arena.close();
  }

  /** The slices of one flat vector, cut once. */
  private final class Tensors {
    final DeviceVector source;
    final DeviceVector[] weights;
    final DeviceVector[] biases;

    Tensors(DeviceVector source) {
      this.source = source;
      weights = new DeviceVector[config.layers()];
      biases = new DeviceVector[config.layers()];
      for (int l = 0; l < config.layers(); l++) {
        weights[l] = source.slice(layout.get("layers." + l + ".weight"));
        biases[l] = source.slice(layout.get("layers." + l + ".bias"));
      }
    }
  }
}
