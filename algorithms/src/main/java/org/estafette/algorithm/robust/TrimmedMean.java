package org.estafette.algorithm.robust;

import org.estafette.memory.FlatVector;

/**
 * The mean of each coordinate without its largest and its smallest values: ⌈trim·count⌉ of each, as
 * far as something is left. Bears as many wrong pushes as it cuts off at an end.
 *
 * @param trim share of the pushes that is cut off at each end
 */
public record TrimmedMean(double trim) implements Aggregation {
  /** Checks the share. */
  public TrimmedMean {
    if (!(trim > 0 && trim < 0.5)) {
      throw new IllegalArgumentException("trim=" + trim + " (expected 0 < trim < 0.5)");
    }
  }

  @Override
  public void aggregate(FlatVector into, FlatVector[] deltas, double[] weights, int count) {
    into.trimmedMean(deltas, count, cut(count));
  }

  /** How many of {@code count} pushes are cut off at each end. */
  int cut(int count) {
    return Math.min((int) Math.ceil(trim * count - 1e-9), (count - 1) / 2);
  }

  @Override
  public int least() {
    return 3;
  }
}
