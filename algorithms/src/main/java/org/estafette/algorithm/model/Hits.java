package org.estafette.algorithm.model;

import org.estafette.device.Device;
import org.estafette.device.DeviceVector;

/** Counts the rows whose largest logit is that of their class. */
final class Hits {
  private final float[] logits;

  /** For up to so many rows of so many classes. */
  Hits(int rows, int classes) {
    this.logits = new float[Math.multiplyExact(rows, classes)];
  }

  /**
   * Of equal logits the first counts; a row with a NaN is no hit.
   *
   * @param from where the rows' labels begin
   */
  int count(Device device, DeviceVector source, int[] labels, int from, int rows, int classes) {
    device.download(source, logits, rows * classes);
    int hits = 0;
    for (int r = 0; r < rows; r++) {
      hits += isHit(r * classes, labels[from + r], classes) ? 1 : 0;
    }
    return hits;
  }

  private boolean isHit(int row, int label, int classes) {
    float own = logits[row + label];
    boolean hit = !Float.isNaN(own);
    for (int c = 0; c < classes && hit; c++) {
      float other = logits[row + c];
      hit = c < label ? other < own : other <= own;
    }
    return hit;
  }
}
