package org.estafette.algorithm.outer;

import org.estafette.kernel.LinearStep;

/**
 * A linear outer rule: gives the coefficients of the t-th push's step. Immutable; a user's own rule
 * implements this and is named in the configuration.
 */
public interface OuterRule {
  /**
   * The step of the push that is applied when {@code counter} pushes have been applied before it.
   *
   * @param counter t, from 0
   * @param weight w, the factor on this push
   */
  LinearStep step(long counter, double weight);

  /** Pushes between two refreshes of the momentum or the buffer; 1 where each push is its own. */
  default int period() {
    return 1;
  }

  /** Whether the rule keeps a momentum vector. */
  boolean keepsMomentum();

  /** Whether the rule keeps a buffer vector. */
  boolean keepsBuffer();

  /**
   * How far one push of weight w moves the parameters in all, now and through the momentum it
   * leaves behind, as a multiple of the push. The gain of a run is K times this.
   */
  double displacement(double weight);
}
