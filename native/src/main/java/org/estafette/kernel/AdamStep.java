package org.estafette.kernel;

/**
 * Coefficients of one AdamW step (Loshchilov and Hutter, 2019; the form of torch):
 *
 * <pre>
 * g ← gradientScale·g
 * x ← (1 − rate·weightDecay)·x
 * m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²
 * x ← x − rate·(m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 * </pre>
 *
 * @param rate learning rate
 * @param beta1 β₁
 * @param beta2 β₂
 * @param epsilon ε
 * @param weightDecay decoupled weight decay
 * @param step t, counted from 1
 * @param gradientScale factor on the gradient: a push's weight, or a clipping factor
 */
public record AdamStep(
    double rate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    long step,
    double gradientScale) {

  /**
   * @throws IllegalArgumentException where {@code step} is below 1
   */
  public AdamStep {
    if (step < 1) {
      throw new IllegalArgumentException("step=" + step + " (expected >= 1)");
    }
  }

  /** 1 − β₁ᵗ. */
  public double correction1() {
    return 1 - Math.pow(beta1, step);
  }

  /** 1 − β₂ᵗ. */
  public double correction2() {
    return 1 - Math.pow(beta2, step);
  }
}
