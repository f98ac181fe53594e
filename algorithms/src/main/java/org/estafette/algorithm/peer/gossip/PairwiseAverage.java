package org.estafette.algorithm.peer.gossip;

import org.estafette.memory.FlatVector;

/**
 * Two workers replace both their models by the mean, without a moment at which both stand still
 * (AD-PSGD; Lian et al., 2018). One sends its model; the other moves half of the difference towards
 * it and answers with that half, which the first adds. What one gives the other takes, so that the
 * sum over all workers stays, whatever else they did meanwhile; where they did nothing else both
 * hold the mean.
 */
public final class PairwiseAverage {
  private final FlatVector x;

  /**
   * A worker's model.
   *
   * @param x changed in place
   */
  public PairwiseAverage(FlatVector x) {
    this.x = x;
  }

  /** The model, shape (d). */
  public FlatVector parameters() {
    return x;
  }

  /** The question: this worker's model as it is now. */
  public void ask(FlatVector into) {
    into.copyFrom(x);
  }

  /**
   * Answers a question: half ← (x − theirs)/2, x ← x − half.
   *
   * @return ‖x − theirs‖ before
   */
  public double answer(FlatVector theirs, FlatVector half) {
    half.difference(x, theirs);
    double distance = Math.sqrt(half.squaredNorm());
    half.scale(0.5);
    x.axpy(-1, half);
    return distance;
  }

  /** The answer to this worker's question: x ← x + half. */
  public void take(FlatVector half) {
    x.axpy(1, half);
  }

  /** A gradient that rests on an older model: x ← x − Δ. */
  public void trained(FlatVector delta) {
    x.axpy(-1, delta);
  }
}
