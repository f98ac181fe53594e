package org.estafette.algorithm.outer;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.estafette.kernel.AdamStep;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Precision;

/** AdamW on pseudo-gradients: one step a push. */
public final class AdamOuter implements OuterOptimizer {
  private final double rate;
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;
  private final FlatVector m;
  private final FlatVector v;
  private long counter;

  /** AdamW for vectors of {@code length} elements; the moments start at 0. */
  public AdamOuter(
      double rate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      long length,
      Precision precision) {
    if (!(rate > 0)) {
      throw new IllegalArgumentException("outer rate=" + rate + " (expected > 0)");
    }
    this.rate = rate;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.weightDecay = weightDecay;
    this.m = precision.zeros(length);
    this.v = precision.zeros(length);
  }

  @Override
  public void apply(FlatVector parameters, FlatVector[] pushes, double[] weights, int count) {
    for (int j = 0; j < count; j++) {
      counter++;
      parameters.adamStep(
          m,
          v,
          pushes[j],
          new AdamStep(rate, beta1, beta2, epsilon, weightDecay, counter, weights[j]));
    }
  }

  @Override
  public long counter() {
    return counter;
  }

  @Override
  public SequencedMap<String, FlatVector> vectors() {
    SequencedMap<String, FlatVector> map = new LinkedHashMap<>();
    map.put("adam_m", m);
    map.put("adam_v", v);
    return map;
  }

  @Override
  public void restoreCounter(long counter) {
    this.counter = counter;
  }

  @Override
  public int period() {
    return 1;
  }

  @Override
  public double displacement(double weight) {
    return Double.NaN;
  }
}
