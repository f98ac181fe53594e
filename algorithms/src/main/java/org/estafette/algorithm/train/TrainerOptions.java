package org.estafette.algorithm.train;

import org.jspecify.annotations.Nullable;

/**
 * How a worker trains.
 *
 * @param optimizer inner optimizer
 * @param learningRate its learning rate
 * @param clipNorm gradients whose global norm is larger are scaled down to it; 0 for never
 * @param resetEachRound whether the inner optimizer forgets its moments and its step count when a
 *     round begins
 * @param quantization how pseudo-gradients are rounded; null where they are not
 */
public record TrainerOptions(
    InnerOptimizer optimizer,
    LearningRate learningRate,
    double clipNorm,
    boolean resetEachRound,
    @Nullable Quantization quantization) {
  /**
   * @throws IllegalArgumentException where the norm is negative
   */
  public TrainerOptions {
    if (!(clipNorm >= 0)) {
      throw new IllegalArgumentException("clipNorm=" + clipNorm + " (expected >= 0; 0 is off)");
    }
  }

  /** Pseudo-gradients are what they are. */
  public TrainerOptions(
      InnerOptimizer optimizer, LearningRate learningRate, double clipNorm, boolean reset) {
    this(optimizer, learningRate, clipNorm, reset, null);
  }

  /** No clipping; moments are kept over rounds. */
  public static TrainerOptions of(InnerOptimizer optimizer, LearningRate learningRate) {
    return new TrainerOptions(optimizer, learningRate, 0, false);
  }
}
