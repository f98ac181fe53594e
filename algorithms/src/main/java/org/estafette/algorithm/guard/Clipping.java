package org.estafette.algorithm.guard;

/**
 * Norm clipping: a push that is longer than a limit counts as if it were as long as the limit; its
 * direction stays. The push itself is not touched: its weight is what becomes smaller.
 *
 * @param median the limit as a multiple of the median norm; infinite for none
 * @param norm the limit as an L2 norm; infinite for none
 */
public record Clipping(double median, double norm) {
  /** Every push counts in full. */
  public static final Clipping NONE =
      new Clipping(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** Checks the numbers. */
  public Clipping {
    if (!(median > 0)) {
      throw new IllegalArgumentException(
          "clipping at " + median + " times the median norm (expected > 0)");
    }
    if (!(norm > 0)) {
      throw new IllegalArgumentException("clipping at norm=" + norm + " (expected > 0)");
    }
  }

  /** Whether there is a limit. */
  public boolean active() {
    return Double.isFinite(median) || Double.isFinite(norm);
  }

  /**
   * Factor on a push, in (0, 1].
   *
   * @param length its norm
   * @param typical the median norm; NaN where it is not known
   */
  public double factor(double length, double typical) {
    double limit = Double.isNaN(typical) ? norm : Math.min(norm, median * typical);
    return length > limit ? limit / length : 1;
  }
}
