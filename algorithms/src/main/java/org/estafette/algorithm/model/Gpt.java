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
  private final Workplace<GptPasses> workplace;
  private AttentionShape whole;
  private AttentionShape rest;
  private @Nullable GptTensors parameters;
  private @Nullable GptTensors gradient;

  /**
   * Allocates nothing on the device.
   *
   * @param batch most sequences of a batch
   * @throws IllegalArgumentException where the batch is below 1
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
    this.workplace =
        new Workplace<>(
            device,
            "activations of " + config + " for " + sequences * config.context() + " tokens",
            GptActivations.elements(device, config, sequences),
            memory ->
                new GptPasses(
                    device, config, new GptActivations(device, config, sequences, memory)));
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
    GptPasses passes = workplace.get();
    GptTensors p = parameters(parameters);
    GptTensors g = gradient(gradient);
    g.clear(device);
    float scale = 1f / tokens.tokens();
    double loss = 0;
    for (int s = 0; s < tokens.size(); s += sequences) {
      AttentionShape shape = shape(Math.min(sequences, tokens.size() - s), tokens.length());
      loss += passes.lossAndGradient(tokens, s, p, g, shape, scale, s > 0);
    }
    return loss / tokens.tokens();
  }

  @Override
  public double loss(Batch batch, DeviceVector parameters) {
    Batch.Tokens tokens = check(batch);
    GptPasses passes = workplace.get();
    GptTensors p = parameters(parameters);
    double loss = 0;
    for (int s = 0; s < tokens.size(); s += sequences) {
      AttentionShape shape = shape(Math.min(sequences, tokens.size() - s), tokens.length());
      loss += passes.loss(tokens, s, p, shape);
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
    workplace.get().logits(tokens, from, p, shape(1, count), into);
  }

  @Override
  public ModelMemory memory() {
    return workplace;
  }

  @Override
  public void close() {
    workplace.close();
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
}
