package org.estafette.history.peer;

import org.estafette.algorithm.peer.relay.Fill;

/** What a method keeps true over all workers, whatever its code. */
public sealed interface Law {
  /**
   * Sums of models are relayed.
   *
   * @param fill what stands for the models that have not come
   */
  record RelayedModels(Fill fill) implements Law {}

  /** Sums of pseudo-gradients are relayed, each of which counts once. */
  record RelayedGradients() implements Law {}

  /**
   * Mass (x, w) is kept or given away.
   *
   * @param weighted whether a step of z is one of w times its length in x
   * @param cumulative whether a message is the sum of all that was given over its edge
   */
  record PushSum(boolean weighted, boolean cumulative) implements Law {}

  /**
   * Rounds in which all models are mixed by doubly stochastic weights.
   *
   * @param corrected whether corrections that sum to 0 are added: D² and gradient tracking
   * @param tracked whether part 1 of each exchange is a tracker
   */
  record Mixing(boolean corrected, boolean tracked) implements Law {}

  /** Averages in pairs: what one gives the other takes. */
  record Pairs() implements Law {}

  /** None that can be told from outside, as for mixing at each worker's own pace. */
  record None() implements Law {}
}
