package org.estafette.algorithm.model;

import org.estafette.device.DeviceVector;
import org.estafette.memory.Layout;

/** What an {@link Mlp} computes for a batch on its way, cut once. */
final class MlpActivations {
  final DeviceVector targets;

  /** Outputs of layer l at l + 1; 0 is the input. The last are logits. */
  final DeviceVector[] outputs;

  /** Gradients of the outputs of the same index; 0 is not used. */
  final DeviceVector[] gradients;

  /**
   * Cuts them.
   *
   * @param cuts of {@link #cuts}, for so many widths
   */
  MlpActivations(DeviceVector memory, Layout cuts, int widths) {
    targets = memory.slice(cuts.get("targets"));
    outputs = new DeviceVector[widths];
    gradients = new DeviceVector[widths];
    for (int i = 0; i < widths; i++) {
      outputs[i] = memory.slice(cuts.get("out" + i));
      gradients[i] = memory.slice(cuts.get("d" + i));
    }
  }

  /** Where each of them lies, for so many rows. */
  static Layout cuts(int rows, int[] widths) {
    Layout.Builder plan = Layout.builder().add("targets", rows);
    for (int i = 0; i < widths.length; i++) {
      plan.add("out" + i, rows, widths[i]).add("d" + i, rows, widths[i]);
    }
    return plan.build();
  }
}
