package org.estafette.algorithm.model;

import org.estafette.device.DeviceVector;
import org.estafette.memory.Layout;

/** What a {@link ConvNet} computes for a few images on its way, cut once. */
final class ConvNetActivations {
  final DeviceVector input;
  final DeviceVector targets;
  final DeviceVector logits;
  final DeviceVector scratch;

  /** Gradient behind a norm, and then behind its convolution: one at a time is needed. */
  final DeviceVector dNorm;

  final DeviceVector[] conv;
  final DeviceVector[] norm;
  final DeviceVector[] mean;
  final DeviceVector[] rstd;
  final DeviceVector[] pooled;
  final DeviceVector[] dPooled;

  /**
   * Cuts them.
   *
   * @param memory as long as the plan's cuts
   */
  ConvNetActivations(DeviceVector memory, ConvNetPlan plan) {
    Layout cuts = plan.cuts();
    input = memory.slice(cuts.get("input"));
    targets = memory.slice(cuts.get("targets"));
    logits = memory.slice(cuts.get("logits"));
    scratch = memory.slice(cuts.get("scratch"));
    dNorm = memory.slice(cuts.get("dNorm"));
    conv = cut(memory, plan, "conv");
    norm = cut(memory, plan, "norm");
    mean = cut(memory, plan, "mean");
    rstd = cut(memory, plan, "rstd");
    pooled = cut(memory, plan, "pooled");
    dPooled = cut(memory, plan, "dPooled");
  }

  private static DeviceVector[] cut(DeviceVector memory, ConvNetPlan plan, String name) {
    DeviceVector[] vectors = new DeviceVector[plan.blocks()];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = memory.slice(plan.cuts().get(name + i));
    }
    return vectors;
  }

  /** What block {@code block} gets. */
  DeviceVector in(int block) {
    return block == 0 ? input : pooled[block - 1];
  }
}
