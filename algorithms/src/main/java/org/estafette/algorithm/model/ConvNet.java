package org.estafette.algorithm.model;

import java.util.List;
import org.estafette.algorithm.data.Batch;
import org.estafette.device.ConvolutionShape;
import org.estafette.device.Device;
import org.estafette.device.DeviceVector;
import org.estafette.device.GroupShape;
import org.estafette.device.ImageOps;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.jspecify.annotations.Nullable;

/**
 * A small convolutional network with softmax cross-entropy, as {@link ConvNetConfig} says. Group
 * norm instead of batch norm: an image's result depends on no other image, so that workers with
 * different data have nothing to average but parameters.
 *
 * <p>A batch goes through in parts of a few images whose activations stay in the cache; the
 * gradient is the sum of the parts'.
 */
public final class ConvNet implements Model {
  private final Device device;
  private final ImageOps ops;
  private final ConvNetConfig config;
  private final Layout layout;
  private final int batch;
  private final ConvNetPlan plan;
  private final Workplace<ConvNetActivations> workplace;
  private final Hits hits;
  private @Nullable Tensors parameters;
  private @Nullable Tensors gradient;

  /**
   * Allocates nothing on the device.
   *
   * @param batch most images of a batch
   * @throws IllegalArgumentException where the batch is below 1
   */
  public ConvNet(Device device, ConvNetConfig config, int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException("batch=" + batch + " (expected >= 1)");
    }
    this.device = device;
    this.ops = device.images();
    this.config = config;
    this.layout = config.layout();
    this.batch = batch;
    this.plan = new ConvNetPlan(device, config, batch);
    this.workplace =
        new Workplace<>(
            device,
            "activations of " + config + ", " + plan.images() + " images",
            plan.cuts().length(),
            memory -> new ConvNetActivations(memory, plan));
    this.hits = new Hits(plan.images(), config.classes());
  }

  /** The sizes. */
  public ConvNetConfig config() {
    return config;
  }

  @Override
  public Layout layout() {
    return layout;
  }

  /** As torch's Conv2d, GroupNorm and Linear begin: uniform in ±1/√inputs, norms 1 and 0. */
  @Override
  public void initialize(Float32Vector parameters, long seed) {
    parameters.fill(0);
    for (int i = 0; i < config.blocks(); i++) {
      String block = "blocks." + i;
      List<Integer> shape = layout.get(block + ".conv.weight").shape();
      double bound = 1 / Math.sqrt((double) shape.get(1) * shape.get(2) * shape.get(3));
      InitialValues.uniform(parameters, layout, block + ".conv.weight", bound, seed);
      InitialValues.constant(parameters, layout, block + ".norm.weight", 1);
    }
    double bound = 1 / Math.sqrt(config.channels().getLast());
    InitialValues.uniform(parameters, layout, "head.weight", bound, seed);
    InitialValues.uniform(parameters, layout, "head.bias", bound, seed);
  }

  @Override
  public double lossAndGradient(Batch batch, DeviceVector parameters, DeviceVector gradient) {
    Batch.Rows rows = check(batch);
    ConvNetActivations at = workplace.get();
    Tensors p = parameters(parameters);
    Tensors g = gradient(gradient);
    device.fill(gradient, 0);
    double loss = 0;
    for (int from = 0; from < rows.size(); from += plan.images()) {
      ConvNetPlan.Shapes s = plan.shapes(Math.min(plan.images(), rows.size() - from));
      forward(rows, from, s, p, at);
      loss +=
          device.crossEntropyBackward(
              at.logits, at.targets, s.images(), config.classes(), 1f / rows.size());
      backward(s, p, g, at);
    }
    return loss / rows.size();
  }

  @Override
  public double loss(Batch batch, DeviceVector parameters) {
    return score(batch, parameters).loss();
  }

  @Override
  public Score score(Batch batch, DeviceVector parameters) {
    Batch.Rows rows = check(batch);
    ConvNetActivations at = workplace.get();
    Tensors p = parameters(parameters);
    int classes = config.classes();
    double loss = 0;
    int right = 0;
    for (int from = 0; from < rows.size(); from += plan.images()) {
      ConvNetPlan.Shapes s = plan.shapes(Math.min(plan.images(), rows.size() - from));
      forward(rows, from, s, p, at);
      right += hits.count(device, at.logits, rows.labels(), from, s.images(), classes);
      loss += device.crossEntropy(at.logits, at.targets, s.images(), classes);
    }
    return new Score(loss / rows.size(), (double) right / rows.size());
  }

  private void forward(
      Batch.Rows rows, int from, ConvNetPlan.Shapes s, Tensors p, ConvNetActivations at) {
    int n = s.images();
    device.upload(rows.features(), from * rows.width(), n * rows.width(), at.input);
    device.upload(rows.labels(), from, n, at.targets);
    int last = config.blocks() - 1;
    for (int i = 0; i <= last; i++) {
      ConvolutionShape conv = s.convolution(i);
      GroupShape group = s.group(i);
      ops.convolution(at.conv[i], at.in(i), p.conv[i], at.scratch, conv);
      ops.groupNorm(at.norm[i], at.mean[i], at.rstd[i], at.conv[i], p.gamma[i], p.beta[i], group);
      ops.relu(at.norm[i], group.size());
      if (i < last) {
        ops.maxPool(at.pooled[i], at.norm[i], plan.windows[i], n);
      } else {
        ops.averagePool(at.pooled[i], at.norm[i], plan.windows[i], n);
      }
    }
    int width = config.channels().getLast();
    int classes = config.classes();
    device.multiply(false, true, n, classes, width, at.pooled[last], p.head, false, at.logits);
    device.addBias(at.logits, p.bias, n, classes);
  }

  /** From the gradient of the logits, which stands in their place. */
  private void backward(ConvNetPlan.Shapes s, Tensors p, Tensors g, ConvNetActivations at) {
    int n = s.images();
    int last = config.blocks() - 1;
    int width = config.channels().getLast();
    int classes = config.classes();
    device.biasGradient(g.bias, at.logits, n, classes);
    device.multiply(true, false, classes, width, n, at.logits, at.pooled[last], true, g.head);
    device.multiply(false, false, n, width, classes, at.logits, p.head, false, at.dPooled[last]);
    for (int i = last; i >= 0; i--) {
      ConvolutionShape conv = s.convolution(i);
      GroupShape group = s.group(i);
      DeviceVector d = at.dNorm;
      if (i < last) {
        ops.maxPoolBackward(d, at.dPooled[i], at.pooled[i], at.norm[i], plan.windows[i], n);
      } else {
        ops.averagePoolBackward(d, at.dPooled[i], plan.windows[i], n);
      }
      device.reluBackward(d, at.norm[i], group.size());
      ops.groupNormBackward(
          d,
          g.gamma[i],
          g.beta[i],
          d,
          at.conv[i],
          at.mean[i],
          at.rstd[i],
          p.gamma[i],
          at.scratch,
          group);
      ops.convolutionWeightGradient(g.conv[i], d, at.in(i), at.scratch, conv);
      if (i > 0) {
        ops.convolutionInputGradient(at.dPooled[i - 1], d, p.conv[i], at.scratch, conv);
      }
    }
  }

  private Batch.Rows check(Batch given) {
    Batch.Rows rows = RowsCheck.rows(given, batch, config.form().size());
    RowsCheck.labels(rows, config.classes());
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
    final DeviceVector[] conv = new DeviceVector[config.blocks()];
    final DeviceVector[] gamma = new DeviceVector[config.blocks()];
    final DeviceVector[] beta = new DeviceVector[config.blocks()];
    final DeviceVector head;
    final DeviceVector bias;

    Tensors(DeviceVector source) {
      this.source = source;
      for (int i = 0; i < config.blocks(); i++) {
        conv[i] = source.slice(layout.get("blocks." + i + ".conv.weight"));
        gamma[i] = source.slice(layout.get("blocks." + i + ".norm.weight"));
        beta[i] = source.slice(layout.get("blocks." + i + ".norm.bias"));
      }
      head = source.slice(layout.get("head.weight"));
      bias = source.slice(layout.get("head.bias"));
    }
  }
}
