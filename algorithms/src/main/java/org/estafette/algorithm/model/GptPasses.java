package org.estafette.algorithm.model;

import org.estafette.algorithm.data.Batch;
import org.estafette.device.AttentionShape;
import org.estafette.device.Device;
import org.estafette.device.DeviceVector;

/** A few sequences' way through a GPT and back, over activations that are cut once. */
final class GptPasses {
  private final Device device;
  private final GptConfig config;
  private final GptActivations a;

  GptPasses(Device device, GptConfig config, GptActivations activations) {
    this.device = device;
    this.config = config;
    this.a = activations;
  }

  /** Sum of the losses of sequences {@code first} …, as many as the shape has. */
  double loss(Batch.Tokens tokens, int first, GptTensors p, AttentionShape shape) {
    read(tokens, first, p, shape);
    return device.crossEntropy(a.logits, a.targets, shape.rows(), config.vocabulary());
  }

  /**
   * As {@link #loss}, with the gradient.
   *
   * @param scale what every token's gradient is multiplied with
   * @param add whether the matrices' gradients add to what earlier passes left
   */
  double lossAndGradient(
      Batch.Tokens tokens,
      int first,
      GptTensors p,
      GptTensors g,
      AttentionShape shape,
      float scale,
      boolean add) {
    read(tokens, first, p, shape);
    double loss =
        device.crossEntropyBackward(a.logits, a.targets, shape.rows(), config.vocabulary(), scale);
    backward(p, g, shape, add);
    return loss;
  }

  /** The logits behind the last token of one sequence of the shape's tokens. */
  void logits(int[] tokens, int from, GptTensors p, AttentionShape shape, float[] into) {
    int count = shape.tokens();
    upload(tokens, from, count, a.inputs);
    forward(p, shape);
    int width = config.width();
    DeviceVector last = a.norm.slice((long) (count - 1) * width, width);
    device.multiply(false, true, 1, config.vocabulary(), width, last, p.output, false, a.logits);
    device.download(a.logits, into, config.vocabulary());
  }

  private void read(Batch.Tokens tokens, int first, GptTensors p, AttentionShape shape) {
    int from = first * tokens.length();
    upload(tokens.inputs(), from, shape.rows(), a.inputs);
    upload(tokens.targets(), from, shape.rows(), a.targets);
    forward(p, shape);
    int v = config.vocabulary();
    device.multiply(
        false, true, shape.rows(), v, config.width(), a.norm, p.output, false, a.logits);
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
