package org.estafette.algorithm.outer;

import java.util.SequencedMap;
import org.estafette.memory.FlatVector;

/** An outer rule with its vectors: applied to pseudo-gradients in the order of their arrival. */
public interface OuterOptimizer {
  /**
   * Applies {@code count} pushes, one after another.
   *
   * @param parameters x, changed
   * @param pushes Δ_1 … Δ_count; AdamW and delay compensation leave them as they are
   * @param weights w_1 … w_count
   */
  void apply(FlatVector parameters, FlatVector[] pushes, double[] weights, int count);

  /** Pushes applied so far: t. */
  long counter();

  /** The vectors that must survive, by name: live views, copied by who saves. */
  SequencedMap<String, FlatVector> vectors();

  /** Takes up a saved counter; the vectors are restored through {@link #vectors()}. */
  void restoreCounter(long counter);

  /** Pushes between two refreshes of momentum or buffer. */
  int period();

  /** See {@link OuterRule#displacement}; NaN where the rule is not linear. */
  double displacement(double weight);
}
