package org.estafette.algorithm.model;

import org.estafette.algorithm.data.Batch;
import org.estafette.device.Device;
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
  private final Workplace<MlpActivations> workplace;
  private final Hits hits;
  private @Nullable Tensors parameters;
  private @Nullable Tensors gradient;

  /**
   * Allocates nothing on the device.
   *
   * @param batch most rows of a batch
   * @throws IllegalArgumentException where the batch is below 1
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
    Layout cuts = MlpActivations.cuts(batch, widths);
    this.workplace =
        new Workplace<>(
            device,
            "activations of " + config + " for " + batch + " rows",
            cuts.length(),
            memory -> new MlpActivations(memory, cuts, widths.length));
    this.hits = new Hits(batch, widths[widths.length - 1]);
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
    MlpActivations a = workplace.get();
    Tensors p = parameters(parameters);
    Tensors g = gradient(gradient);
    device.fill(gradient, 0);
    int last = widths.length - 1;
    int n = rows.size();
    forward(rows, p, a);
    double loss =
        device.crossEntropyBackward(a.outputs[last], a.targets, n, widths[last], 1f / n) / n;
    DeviceVector d = a.outputs[last];
    for (int l = last - 1; l >= 0; l--) {
      device.biasGradient(g.biases[l], d, n, widths[l + 1]);
      device.multiply(
          true, false, widths[l + 1], widths[l], n, d, a.outputs[l], true, g.weights[l]);
      if (l > 0) {
        DeviceVector below = a.gradients[l];
        device.multiply(false, false, n, widths[l], widths[l + 1], d, p.weights[l], false, below);
        long count = (long) n * widths[l];
        switch (config.activation()) {
          case RELU -> device.reluBackward(below, a.outputs[l], count);
          case TANH -> device.tanhBackward(below, a.outputs[l], count);
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
    MlpActivations a = workplace.get();
    forward(rows, parameters(parameters), a);
    int last = widths.length - 1;
    int n = rows.size();
    int right = hits.count(device, a.outputs[last], rows.labels(), 0, n, widths[last]);
    double loss = device.crossEntropy(a.outputs[last], a.targets, n, widths[last]);
    return new Score(loss / n, (double) right / n);
  }

  private void forward(Batch.Rows rows, Tensors p, MlpActivations a) {
    int n = rows.size();
    device.upload(rows.features(), 0, n * widths[0], a.outputs[0]);
    device.upload(rows.labels(), 0, n, a.targets);
    for (int l = 0; l < config.layers(); l++) {
      DeviceVector out = a.outputs[l + 1];
      device.multiply(
          false, true, n, widths[l + 1], widths[l], a.outputs[l], p.weights[l], false, out);
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
  public ModelMemory memory() {
    return workplace;
  }

  @Override
  public void close() {
    workplace.close();
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
