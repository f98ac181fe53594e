package org.estafette.algorithm.outer;

/**
 * What a push's staleness does to it. A pure function of τ; the drivers, the merged pass and the
 * traces ask the same object.
 */
public interface StalenessPolicy {
  /**
   * Factor on a push of staleness τ; NaN where the push is to be refused as too stale.
   *
   * @param staleness τ = version when applied − version when pulled, ≥ 0
   */
  double factor(long staleness);

  /** Every push counts in full. */
  record Constant() implements StalenessPolicy {
    @Override
    public double factor(long staleness) {
      return 1;
    }
  }

  /** (1 + τ)^−exponent. */
  record Polynomial(double exponent) implements StalenessPolicy {
    @Override
    public double factor(long staleness) {
      return Math.pow(1.0 + staleness, -exponent);
    }
  }

  /** Refuses τ > max; asks {@code within} for the others. */
  record Threshold(long max, StalenessPolicy within) implements StalenessPolicy {
    @Override
    public double factor(long staleness) {
      return staleness > max ? Double.NaN : within.factor(staleness);
    }
  }
}
