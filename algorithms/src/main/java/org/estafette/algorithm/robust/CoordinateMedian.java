package org.estafette.algorithm.robust;

import org.estafette.memory.FlatVector;

/**
 * The median of each coordinate; of an even number of pushes the mean of the two in the middle.
 * Fewer than half of the pushes cannot move a coordinate beyond those of the others.
 */
public record CoordinateMedian() implements Aggregation {
  @Override
  public void aggregate(FlatVector into, FlatVector[] deltas, double[] weights, int count) {
    into.trimmedMean(deltas, count, (count - 1) / 2);
  }

  @Override
  public int least() {
    return 3;
  }
}
