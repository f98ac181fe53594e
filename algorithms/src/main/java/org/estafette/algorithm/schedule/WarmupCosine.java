package org.estafette.algorithm.schedule;

import org.estafette.algorithm.train.LearningRate;

/**
 * Linear warm-up, then cosine to a floor (arXiv 2401.09135, eq. 3). Progress is clipped to [0, 1],
 * so that a shard that is visited beyond its total stays at the floor; before its first step the
 * rate is that of step 0.
 *
 * @param total T, steps at which the floor is reached
 * @param warmup steps of the warm-up
 * @param peak η_max
 * @param floor η_min
 */
public record WarmupCosine(double total, double warmup, double peak, double floor)
    implements LearningRate {
  /** Checks the order of the numbers. */
  public WarmupCosine {
    if (!(warmup >= 0 && total > warmup)) {
      throw new IllegalArgumentException(
          "schedule warmup=" + warmup + ", total=" + total + " (expected 0 <= warmup < total)");
    }
    if (!(peak >= floor && floor >= 0)) {
      throw new IllegalArgumentException(
          "schedule peak=" + peak + ", floor=" + floor + " (expected 0 <= floor <= peak)");
    }
  }

  @Override
  public double at(double t) {
    if (t < warmup) {
      return peak * Math.max(t, 0) / warmup;
    }
    double progress = Math.clamp((t - warmup) / (total - warmup), 0.0, 1.0);
    return floor + 0.5 * (peak - floor) * (1 + Math.cos(Math.PI * progress));
  }
}
