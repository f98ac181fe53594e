package org.estafette.bench.gpu;

import java.util.function.Consumer;
import org.estafette.device.Device;

/**
 * Something that two devices are to do alike.
 *
 * @param name with its sizes
 * @param work done once on each side, with the same numbers
 * @param kinks whether gradients jump where a number changes its sign or its rank (ReLU, max
 *     pooling): where rounding decides one such number otherwise, a part of the gradient differs by
 *     all of it
 */
record Case(String name, Consumer<Side> work, boolean kinks) {
  /** What is allowed of bfloat16 where gradients jump: about one number of a hundred decided so. */
  static final double WITH_KINKS = 0.1;

  Case(String name, Consumer<Side> work) {
    this(name, work, false);
  }

  /** Does it on both. */
  Agreement compare(Device device, Device reference, double allowed) {
    try (Side mine = new Side(device);
        Side right = new Side(reference)) {
      work.accept(mine);
      work.accept(right);
      return Agreement.of(name, mine.results(), right.results(), allowed);
    }
  }

  /** Whether the device gives the same bits twice. */
  boolean repeats(Device device) {
    try (Side first = new Side(device);
        Side second = new Side(device)) {
      work.accept(first);
      work.accept(second);
      for (int i = 0; i < first.results().size(); i++) {
        if (!java.util.Arrays.equals(first.results().get(i), second.results().get(i))) {
          return false;
        }
      }
      return true;
    }
  }
}
