package org.estafette.algorithm.model;

import org.estafette.algorithm.data.Batch;
import org.estafette.device.AttentionShape;
import org.estafette.device.Device;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.jspecify.annotations.Nullable;

/**
 * GPT-2 (Radford et al., 2019): pre-layer-norm blocks of causal attention and a GELU network,
 * learned positions, softmax over the vocabulary.
 *
 * <p>A batch goes through in passes of a few sequences each, so that a layer's activations stay in
 * the cache; gradients add up over the passes, in the batch's order.
 */
public final class Gpt implements Model {
  private static final double DEVIATION = 0.02;

  private final Device device;
  private final GptConfig config;
  private final Layout layout;
  private final int batch;
  private final int sequences;
  private final GptActivations a;
  private AttentionShape whole;
  private AttentionShape rest;
  private @Nullable GptTensors parameters;
  private @Nullable GptTensors gradient;

  /**
   * Allocates the activations.
   *
   * @param batch most sequences of a batch
   * @throws org.estafette.device.DeviceMemoryException where they do not fit
   */
  public Gpt(Device device, GptConfig config, int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException("batch=" + batch + " (expected >= 1)");
    }
    this.device = device;
    this.config = config;
    this.layout = config.layout();
    this.batch = batch;
    int fitting = device.preferredRows(config.width()) / config.context();
    this.sequences = Math.clamp(fitting, 1, batch);
    this.a = new GptActivations(device, config, sequences);
    this.whole =
        new AttentionShape(sequences, config.context(), config.heads(), config.headWidth());
    this.rest = whole;
  }

  /** The sizes. */
  public GptConfig config() {
    return config;
  }

  @Override
  public Layout layout() {
    return layout;
  }

  /**
   * GPT-2's initial values: normal of deviation 0.02, for the projections into the residual stream
   * 0.02/√(2L); biases 0, layer norms 1.
   */
  @Override
  public void initialize(Float32Vector parameters, long seed) {
    parameters.fill(0);
    normal(parameters, "wte.weight", DEVIATION, seed);
    normal(parameters, "wpe.weight", DEVIATION, seed);
    double residual = DEVIATION / Math.sqrt(2.0 * config.layers());
    for (int l = 0; l < config.layers(); l++) {
      String h = "h." + l + ".";
      InitialValues.constant(parameters, layout, h + "ln_1.weight", 1);
      InitialValues.constant(parameters, layout, h + "ln_2.weight", 1);
      normal(parameters, h + "attn.c_attn.weight", DEVIATION, seed);
      normal(parameters, h + "attn.c_proj.weight", residual, seed);
      normal(parameters, h + "mlp.c_fc.weight", DEVIATION, seed);
      normal(parameters, h + "mlp.c_proj.weight", residual, seed);
    }
    InitialValues.constant(parameters, layout, "ln_f.weight", 1);
    if (!config.tied()) {
      normal(parameters, "lm_head.weight", DEVIATION, seed);
    }
  }

  private void normal(Float32Vector parameters, String name, double deviation, long seed) {
    InitialValues.normal(parameters, layout, name, deviation, seed);
  }

  @Override
  public double lossAndGradient(Batch batch, DeviceVector parameters, DeviceVector gradient) {
    Batch.Tokens tokens = check(batch);
    GptTensors p = parameters(parameters);
    GptTensors g = gradient(gradient);
    g.clear(device);
    float scale = 1f / tokens.tokens();
    double loss = 0;
    for (int s = 0; s < tokens.size(); s += sequences) {
      AttentionShape shape = shape(Math.min(sequences, tokens.size() - s), tokens.length());
      upload(tokens.inputs(), s * tokens.length(), shape.rows(), a.inputs);
      upload(tokens.targets(), s * tokens.length(), shape.rows(), a.targets);
      forward(p, shape);
      logits(p, shape.rows());
      loss +=
          device.crossEntropyBackward(
              a.logits, a.targets, shape.rows(), config.vocabulary(), scale);
      backward(p, g, shape, s > 0);
    }
    return loss / tokens.tokens();
  }

  @Override
  public double loss(Batch batch, DeviceVector parameters) {
    Batch.Tokens tokens = check(batch);
    GptTensors p = parameters(parameters);
    double loss = 0;
    for (int s = 0; s < tokens.size(); s += sequences) {
      AttentionShape shape = shape(Math.min(sequences, tokens.size() - s), tokens.length());
      upload(tokens.inputs(), s * tokens.length(), shape.rows(), a.inputs);
      upload(tokens.targets(), s * tokens.length(), shape.rows(), a.targets);
      forward(p, shape);
      logits(p, shape.rows());
      loss += device.crossEntropy(a.logits, a.targets, shape.rows(), config.vocabulary());
    }
    return loss / tokens.tokens();
  }

  /**
   * The logits that follow a text.
   *
   * @param tokens the text
   * @param from first token that the model sees
   * @param count tokens that it sees, 1 … context
   * @param into one logit per token of the vocabulary
   */
  public void logits(int[] tokens, int from, int count, DeviceVector parameters, float[] into) {
    if (count < 1 || count > config.context()) {
      throw new IllegalArgumentException(
          "count=%d (expected 1 … context=%d)".formatted(count, config.context()));
    }
    GptTensors p = parameters(parameters);
    AttentionShape shape = shape(1, count);
    upload(tokens, from, count, a.inputs);
    forward(p, shape);
    int width = config.width();
    DeviceVector last = a.norm.slice((long) (count - 1) * width, width);
    device.multiply(false, true, 1, config.vocabulary(), width, last, p.output, false, a.logits);
    device.download(a.logits, into, config.vocabulary());
  }

  @Override
  public void close() {
    a.close();
  }

  private Batch.Tokens check(Batch given) {
    if (!(given instanceof Batch.Tokens tokens)) {
      throw new IllegalArgumentException(
          "batch=" + given.getClass().getSimpleName() + " (expected Tokens: a GPT trains on text)");
    }
    if (tokens.size() > batch || tokens.length() > config.context()) {
      throw new IllegalArgumentException(
          "batch of %d sequences of %d tokens (expected at most %d of %d)"
              .formatted(tokens.size(), tokens.length(), batch, config.context()));
    }
    return tokens;
  }

  /** Tokens index tables: one outside would read foreign memory. */
  private void upload(int[] tokens, int from, int count, DeviceVector to) {
    for (int i = from; i < from + count; i++) {
      if (tokens[i] < 0 || tokens[i] >= config.vocabulary()) {
        throw new IllegalArgumentException(
            "token %d at position %d (expected 0 … %d)"
                .formatted(tokens[i], i, config.vocabulary() - 1));
      }
    }
    device.upload(tokens, from, count, to);
  }

  private GptTensors parameters(DeviceVector source) {
    if (parameters == null || !parameters.source.equals(source)) {
      parameters = new GptTensors(config, layout, source);
    }
    return parameters;
  }

  private GptTensors gradient(DeviceVector source) {
    if (gradient == null || !gradient.source.equals(source)) {
      gradient = new GptTensors(config, layout, source);
      // The padding between tensors, which nothing writes later.
      device.fill(source, 0);
    }
    return gradient;
  }

  /**
   * Two shapes alternate in training, whole passes and the rest of a batch: no new ones per step.
   */
  private AttentionShape shape(int sequences, int tokens) {
    if (whole.sequences() == sequences && whole.tokens() == tokens) {
      return whole;
    }
    if (rest.sequences() != sequences || rest.tokens() != tokens) {
      rest = new AttentionShape(sequences, tokens, config.heads(), config.headWidth());
    }
    return rest;
  }

  private void forward(GptTensors p, AttentionShape shape) {
    int r = shape.rows();
    int c = config.width();
    GptActivations.Block first = a.blocks[0];
    device.embedding(first.in, a.inputs, p.tokenTable, p.positionTable, r, shape.tokens(), c);
    GptTensors.Block w = p.blocks[0];
    device.layerNorm(first.norm1, first.mean1, first.rstd1, first.in, w.gamma1, w.beta1, r, c);
    for (int l = 0; l < config.layers(); l++) {
      block(p, l, shape);
    }
  }

  /** From one block's first norm to the next one's, or to the norm in front of the output. */
  private void block(GptTensors p, int l, AttentionShape shape) {
    int r = shape.rows();
    int c = config.width();
    GptTensors.Block w = p.blocks[l];
    GptActivations.Block x = a.blocks[l];
    device.multiply(false, false, r, 3 * c, c, x.norm1, w.attention, false, x.qkv);
    device.addBias(x.qkv, w.attentionBias, r, 3 * c);
    device.attention(x.attended, x.kept, x.qkv, shape);
    device.multiply(false, false, r, c, c, x.attended, w.projection, false, a.branch);
    device.residualLayerNorm(
        x.norm2,
        x.middle,
        x.mean2,
        x.rstd2,
        x.in,
        a.branch,
        w.projectionBias,
        w.gamma2,
        w.beta2,
        r,
        c);
    device.multiply(false, false, r, 4 * c, c, x.norm2, w.up, false, x.up);
    device.biasGelu(x.hidden, x.up, w.upBias, r, 4 * c);
    device.multiply(false, false, r, c, 4 * c, x.hidden, w.down, false, a.branch);
    if (l + 1 < config.layers()) {
      GptTensors.Block nextWeights = p.blocks[l + 1];
      GptActivations.Block next = a.blocks[l + 1];
      device.residualLayerNorm(
          next.norm1,
          next.in,
          next.mean1,
          next.rstd1,
          x.middle,
          a.branch,
          w.downBias,
          nextWeights.gamma1,
          nextWeights.beta1,
          r,
          c);
    } else {
      device.residualLayerNorm(
          a.norm,
          a.residual,
          a.normMean,
          a.normRstd,
          x.middle,
          a.branch,
          w.downBias,
          p.normGamma,
          p.normBeta,
          r,
          c);
    }
  }

  private void logits(GptTensors p, int rows) {
    device.multiply(
        false, true, rows, config.vocabulary(), config.width(), a.norm, p.output, false, a.logits);
  }

  /**
   * From the gradient of the logits, which lies in the logits' place.
   *
   * @param add whether the matrices' gradients add to what earlier passes left
   */
  private void backward(GptTensors p, GptTensors g, AttentionShape shape, boolean add) {
    int r = shape.rows();
    int c = config.width();
    int v = config.vocabulary();
    device.multiply(true, false, v, c, r, a.logits, a.norm, add, g.output);
    device.multiply(false, false, r, c, v, a.logits, p.output, false, a.branch);
    device.layerNormBackward(
        a.dResidual,
        g.normGamma,
        g.normBeta,
        a.branch,
        a.residual,
        a.normMean,
        a.normRstd,
        p.normGamma,
        r,
        c,
        false);
    for (int l = config.layers() - 1; l >= 0; l--) {
      blockBackward(p.blocks[l], g.blocks[l], a.blocks[l], shape, add);
    }
    device.embeddingBackward(
        g.tokenTable, g.positionTable, a.inputs, a.dResidual, r, shape.tokens(), c);
  }

  private void blockBackward(
      GptTensors.Block w,
      GptTensors.Block g,
      GptActivations.Block x,
      AttentionShape shape,
      boolean add) {
    int r = shape.rows();
    int c = config.width();
    device.biasGradient(g.downBias, a.dResidual, r, c);
    device.multiply(true, false, 4 * c, c, r, x.hidden, a.dResidual, add, g.down);
    device.multiply(false, true, r, 4 * c, c, a.dResidual, w.down, false, a.dHidden);
    device.biasGeluBackward(a.dHidden, g.upBias, x.up, r, 4 * c);
    device.multiply(true, false, c, 4 * c, r, x.norm2, a.dHidden, add, g.up);
    device.multiply(false, true, r, c, 4 * c, a.dHidden, w.up, false, a.branch);
    device.layerNormBackward(
        a.dResidual, g.gamma2, g.beta2, a.branch, x.middle, x.mean2, x.rstd2, w.gamma2, r, c, true);

    device.biasGradient(g.projectionBias, a.dResidual, r, c);
    device.multiply(true, false, c, c, r, x.attended, a.dResidual, add, g.projection);
    device.multiply(false, true, r, c, c, a.dResidual, w.projection, false, a.branch);
    device.attentionBackward(a.dQkv, a.branch, x.attended, x.kept, x.qkv, a.scratch, shape);
    device.biasGradient(g.attentionBias, a.dQkv, r, 3 * c);
    device.multiply(true, false, c, 3 * c, r, x.norm1, a.dQkv, add, g.attention);
    device.multiply(false, true, r, c, 3 * c, a.dQkv, w.attention, false, a.branch);
    device.layerNormBackward(
        a.dResidual, g.gamma1, g.beta1, a.branch, x.in, x.mean1, x.rstd1, w.gamma1, r, c, true);
  }
}
