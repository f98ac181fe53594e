package org.estafette.algorithm.guard;

/**
 * How closely a server looks at pushes.
 *
 * @param normFactor a push whose norm is more than this many times what is usual is refused;
 *     infinite for never
 * @param window accepted pushes that say what is usual
 * @param warmup accepted pushes before that counts
 * @param clip how much of a large push counts
 * @param refusals pushes with bad content that bring a worker into quarantine; 0 for never
 * @param within among so many of its newest pushes, at most 64
 * @param probation good pushes in a row that bring it out again
 * @param outliers whether workers are marked whose pushes lie apart from the others'
 */
public record GuardPlan(
    double normFactor,
    int window,
    int warmup,
    Clipping clip,
    int refusals,
    int within,
    int probation,
    boolean outliers) {
  /** What is used where nothing else is asked for. */
  public static final GuardPlan STANDARD =
      new GuardPlan(30, 128, 16, Clipping.NONE, 3, 20, 5, true);

  /** Refuses only what cannot be applied, puts nobody in quarantine, and marks outliers. */
  public static final GuardPlan LENIENT =
      new GuardPlan(Double.POSITIVE_INFINITY, 128, 16, Clipping.NONE, 0, 20, 5, true);

  /** Checks the numbers. */
  public GuardPlan {
    if (!(normFactor > 1)) {
      throw new IllegalArgumentException("norm factor=" + normFactor + " (expected > 1)");
    }
    if (window < 1 || warmup < 1 || warmup > window) {
      throw new IllegalArgumentException(
          "norm warm-up=" + warmup + ", window=" + window + " (expected 1 <= warm-up <= window)");
    }
    if (within < 1 || within > Long.SIZE || refusals < 0 || refusals > within) {
      throw new IllegalArgumentException(
          "quarantine after "
              + refusals
              + " of "
              + within
              + " pushes (expected 0 <= after <= within, 1 <= within <= 64)");
    }
    if (probation < 1) {
      throw new IllegalArgumentException("probation=" + probation + " pushes (expected >= 1)");
    }
  }

  /** The same with other clipping. */
  public GuardPlan with(Clipping other) {
    return new GuardPlan(normFactor, window, warmup, other, refusals, within, probation, outliers);
  }
}
