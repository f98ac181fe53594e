package org.estafette.algorithm.robust;

import java.util.Arrays;
import org.estafette.memory.FlatVector;

/**
 * Krum and multi-Krum (Blanchard et al., "Machine Learning with Adversaries", NeurIPS 2017): each
 * push is scored by the sum of its squared distances to its n − f − 2 nearest neighbours, and the
 * best one is taken, or the mean of the m best. Bears f wrong pushes where n ≥ 2f + 3.
 *
 * <p>Where workers are missing and n is smaller, f is lowered to what n bears; two pushes, of which
 * none can be told to be wrong, are averaged.
 */
public final class Krum implements Aggregation {
  private final int byzantine;
  private final int keep;
  private double[] gram = {};
  private double[] scores = {};
  private double[] distances = {};

  /**
   * A rule.
   *
   * @param byzantine f, wrong pushes that it is to bear
   * @param keep m, pushes whose mean is taken; 1 for Krum, 0 for as many as n − f − 2
   * @throws IllegalArgumentException where one is negative
   */
  public Krum(int byzantine, int keep) {
    if (byzantine < 0 || keep < 0) {
      throw new IllegalArgumentException(
          "byzantine=" + byzantine + ", keep=" + keep + " (expected >= 0)");
    }
    this.byzantine = byzantine;
    this.keep = keep;
  }

  /** Fewest pushes among which f wrong ones are borne: 2f + 3. */
  public static int least(int byzantine) {
    return 2 * byzantine + 3;
  }

  @Override
  public int least() {
    return Math.max(least(byzantine), keep + byzantine + 2);
  }

  @Override
  public void aggregate(FlatVector into, FlatVector[] deltas, double[] weights, int count) {
    if (count < 3) {
      Arrays.fill(weights, 0, count, 1.0 / count);
      into.weightedSum(deltas, weights, count);
      return;
    }
    int f = Math.min(byzantine, (count - 3) / 2);
    int neighbours = count - f - 2;
    int taken = keep == 0 ? neighbours : Math.min(keep, neighbours);
    score(into, deltas, count, neighbours);
    Arrays.fill(weights, 0, count, 0);
    for (int i = 0; i < taken; i++) {
      int best = 0;
      for (int j = 1; j < count; j++) {
        best = scores[j] < scores[best] ? j : best;
      }
      weights[best] = 1.0 / taken;
      scores[best] = Double.POSITIVE_INFINITY;
    }
    into.weightedSum(deltas, weights, count);
  }

  private void score(FlatVector any, FlatVector[] deltas, int count, int neighbours) {
    if (gram.length < count * count) {
      gram = new double[count * count];
      scores = new double[count];
      distances = new double[count];
    }
    any.gram(deltas, count, gram);
    for (int i = 0; i < count; i++) {
      int others = 0;
      for (int j = 0; j < count; j++) {
        if (j != i) {
          // ‖a − b‖² by ‖a‖² + ‖b‖² − 2ab; rounding may make it slightly negative.
          double squared = gram[i * count + i] + gram[j * count + j] - 2 * gram[i * count + j];
          distances[others++] = Math.max(0, squared);
        }
      }
      Arrays.sort(distances, 0, others);
      scores[i] = 0;
      for (int j = 0; j < neighbours; j++) {
        scores[i] += distances[j];
      }
    }
  }

  @Override
  public String toString() {
    return "Krum[byzantine=" + byzantine + ", keep=" + keep + "]";
  }
}
