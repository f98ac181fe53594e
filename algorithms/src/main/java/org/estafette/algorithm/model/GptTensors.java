package org.estafette.algorithm.model;

import java.util.ArrayList;
import java.util.List;
import org.estafette.device.Device;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Layout;
import org.estafette.memory.TensorSpec;

/** The slices of one flat vector of parameters or gradients, cut once. */
final class GptTensors {
  final DeviceVector source;
  final DeviceVector tokenTable;
  final DeviceVector positionTable;
  final Block[] blocks;
  final DeviceVector normGamma;
  final DeviceVector normBeta;

  /** [vocabulary, width]: the output matrix, which may be the token table. */
  final DeviceVector output;

  /** What a batch's gradients are added to: neighbouring tensors are one piece. */
  private final List<DeviceVector> added = new ArrayList<>();

  GptTensors(GptConfig config, Layout layout, DeviceVector source) {
    this.source = source;
    tokenTable = source.slice(layout.get("wte.weight"));
    positionTable = source.slice(layout.get("wpe.weight"));
    blocks = new Block[config.layers()];
    for (int l = 0; l < blocks.length; l++) {
      blocks[l] = new Block(layout, "h." + l + ".", source);
    }
    normGamma = source.slice(layout.get("ln_f.weight"));
    normBeta = source.slice(layout.get("ln_f.bias"));
    output = config.tied() ? tokenTable : source.slice(layout.get("lm_head.weight"));
    long from = -1;
    long end = -1;
    for (TensorSpec t : layout.tensors()) {
      if (isAdded(t, config)) {
        from = from < 0 ? t.offset() : from;
        end = t.offset() + t.size();
      } else if (from >= 0) {
        added.add(source.slice(from, end - from));
        from = -1;
      }
    }
    if (from >= 0) {
      added.add(source.slice(from, end - from));
    }
  }

  /**
   * Biases, norms and the tables that are looked up. A token table that is also the output matrix
   * is one of the matrices, which the batch's first pass writes.
   */
  private static boolean isAdded(TensorSpec t, GptConfig config) {
    return t.shape().size() == 1
        || t.name().equals("wpe.weight")
        || (t.name().equals("wte.weight") && !config.tied());
  }

  /** Zeroes what a batch's gradients are added to; the matrices are left alone. */
  void clear(Device device) {
    for (DeviceVector piece : added) {
      device.fill(piece, 0);
    }
  }

  /** One transformer block. */
  static final class Block {
    final DeviceVector gamma1;
    final DeviceVector beta1;
    final DeviceVector attention;
    final DeviceVector attentionBias;
    final DeviceVector projection;
    final DeviceVector projectionBias;
    final DeviceVector gamma2;
    final DeviceVector beta2;
    final DeviceVector up;
    final DeviceVector upBias;
    final DeviceVector down;
    final DeviceVector downBias;

    Block(Layout layout, String prefix, DeviceVector source) {
      gamma1 = source.slice(layout.get(prefix + "ln_1.weight"));
      beta1 = source.slice(layout.get(prefix + "ln_1.bias"));
      attention = source.slice(layout.get(prefix + "attn.c_attn.weight"));
      attentionBias = source.slice(layout.get(prefix + "attn.c_attn.bias"));
      projection = source.slice(layout.get(prefix + "attn.c_proj.weight"));
      projectionBias = source.slice(layout.get(prefix + "attn.c_proj.bias"));
      gamma2 = source.slice(layout.get(prefix + "ln_2.weight"));
      beta2 = source.slice(layout.get(prefix + "ln_2.bias"));
      up = source.slice(layout.get(prefix + "mlp.c_fc.weight"));
      upBias = source.slice(layout.get(prefix + "mlp.c_fc.bias"));
      down = source.slice(layout.get(prefix + "mlp.c_proj.weight"));
      downBias = source.slice(layout.get(prefix + "mlp.c_proj.bias"));
    }
  }
}
