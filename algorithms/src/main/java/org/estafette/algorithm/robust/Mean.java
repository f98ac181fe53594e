package org.estafette.algorithm.robust;

import org.estafette.memory.FlatVector;

/** Σ weight·Δ: one push that is wrong moves it as far as it likes. */
public record Mean() implements Aggregation {
  @Override
  public void aggregate(FlatVector into, FlatVector[] deltas, double[] weights, int count) {
    into.weightedSum(deltas, weights, count);
  }
}
