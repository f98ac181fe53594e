package org.estafette.algorithm.robust;

import org.estafette.memory.FlatVector;

/**
 * Makes one pseudo-gradient of several. The result does not depend on the order in which they are
 * given, but for the last bits of sums. A user's own rule implements this, is public, has a public
 * constructor without parameters, and is named as {@code estafette.outer.aggregation.rule}; it is
 * used by one thread at a time, and should allocate nothing after its first use.
 */
public interface Aggregation {
  /**
   * into ← the aggregate.
   *
   * @param deltas Δ_1 … Δ_count, finite, all of the length of {@code into}; left as they are
   * @param weights what each weighs, in all at most 1; a rule that takes some and leaves others
   *     writes here what it gave them, others leave it as it is
   * @param count how many there are, at least 1: workers that left or are in quarantine are missing
   */
  void aggregate(FlatVector into, FlatVector[] deltas, double[] weights, int count);

  /** Fewest pushes for which the rule's promise holds: what a run with fewer workers is told. */
  default int least() {
    return 1;
  }
}
