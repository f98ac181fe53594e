package org.estafette.algorithm.outer;

import org.estafette.kernel.LinearStep;

/**
 * The outer rules of the catalogue. ε is the outer learning rate, β the momentum decay, g = w·Δ.
 */
public final class Rules {
  private Rules() {}

  private static void check(double rate, double decay, int period) {
    if (!(rate > 0) || !Double.isFinite(rate)) {
      throw new IllegalArgumentException("outer rate=" + rate + " (expected > 0)");
    }
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException(
          "outer momentum=" + decay + " (expected 0 <= momentum < 1)");
    }
    if (period < 1) {
      throw new IllegalArgumentException("outer period=" + period + " (expected >= 1)");
    }
  }

  /** x ← x − ε·g. FedAvg is this rule with ε = 1 on the mean of a round. */
  public record Sgd(double rate) implements OuterRule {
    /** Checks the rate. */
    public Sgd {
      check(rate, 0, 1);
    }

    @Override
    public LinearStep step(long counter, double weight) {
      return LinearStep.plain(rate * weight);
    }

    @Override
    public boolean keepsMomentum() {
      return false;
    }

    @Override
    public boolean keepsBuffer() {
      return false;
    }

    @Override
    public double displacement(double weight) {
      return weight * rate;
    }
  }

  /** Heavy-ball: m ← βm + g; x ← x − ε·m. */
  public record HeavyBall(double rate, double decay) implements OuterRule {
    /** Checks rate and decay. */
    public HeavyBall {
      check(rate, decay, 1);
    }

    @Override
    public LinearStep step(long counter, double weight) {
      return LinearStep.momentum(decay, weight, rate, 0);
    }

    @Override
    public boolean keepsMomentum() {
      return true;
    }

    @Override
    public boolean keepsBuffer() {
      return false;
    }

    @Override
    public double displacement(double weight) {
      return weight * rate / (1 - decay);
    }
  }

  /** Nesterov in the form of torch: m ← βm + g; x ← x − ε(g + β·m). */
  public record Nesterov(double rate, double decay) implements OuterRule {
    /** Checks rate and decay. */
    public Nesterov {
      check(rate, decay, 1);
    }

    @Override
    public LinearStep step(long counter, double weight) {
      return LinearStep.momentum(decay, weight, rate * decay, rate * weight);
    }

    @Override
    public boolean keepsMomentum() {
      return true;
    }

    @Override
    public boolean keepsBuffer() {
      return false;
    }

    @Override
    public double displacement(double weight) {
      return weight * rate / (1 - decay);
    }
  }

  /**
   * Delayed Nesterov (Liu et al., arXiv 2401.09135, Algorithm 3): the gradient is applied at each
   * push, the momentum only at each N-th.
   *
   * <pre>
   * b ← b + g
   * (t+1) mod N = 0:  m ← βm + b/N;  x ← x − ε((1 − cN + c)·β·m + g/N);  b ← 0
   * otherwise:        x ← x − ε( c·β·m + g/N)
   * </pre>
   *
   * @param period N ≥ 1
   * @param spread c in [0, 1/N]: how much of the momentum is applied between the refreshes
   */
  public record DelayedNesterov(double rate, double decay, int period, double spread)
      implements OuterRule {
    /** Checks all four. */
    public DelayedNesterov {
      check(rate, decay, period);
      if (!(spread >= 0 && spread <= 1.0 / period + 1e-12)) {
        throw new IllegalArgumentException(
            "delayed-Nesterov spread c="
                + spread
                + " (expected 0 <= c <= 1/N = "
                + 1.0 / period
                + ")");
      }
    }

    @Override
    public LinearStep step(long counter, double weight) {
      double fromGradient = rate * weight / period;
      if ((counter + 1) % period == 0) {
        double share = 1 - spread * period + spread;
        return LinearStep.refresh(
            decay, 1.0 / period, weight, rate * share * decay, fromGradient, 0);
      }
      return LinearStep.accumulate(weight, rate * spread * decay, fromGradient);
    }

    @Override
    public boolean keepsMomentum() {
      return true;
    }

    @Override
    public boolean keepsBuffer() {
      return true;
    }

    @Override
    public double displacement(double weight) {
      return weight * rate / (period * (1 - decay));
    }
  }

  /**
   * Buffered Nesterov, "delayed_sgd": the mean of N pushes makes one Nesterov step, the parameters
   * stand still in between.
   */
  public record BufferedNesterov(double rate, double decay, int period) implements OuterRule {
    /** Checks all three. */
    public BufferedNesterov {
      check(rate, decay, period);
    }

    @Override
    public LinearStep step(long counter, double weight) {
      double into = weight / period;
      if ((counter + 1) % period == 0) {
        return LinearStep.refresh(decay, 1, into, rate * decay, 0, rate);
      }
      return LinearStep.accumulate(into, 0, 0);
    }

    @Override
    public boolean keepsMomentum() {
      return true;
    }

    @Override
    public boolean keepsBuffer() {
      return true;
    }

    @Override
    public double displacement(double weight) {
      return weight * rate / (period * (1 - decay));
    }
  }

  /** FedBuff (Nguyen et al., 2022): x ← x − (η_g/K)·Σ of K weighted pushes; no momentum. */
  public record FedBuff(double rate, int period) implements OuterRule {
    /** Checks both. */
    public FedBuff {
      check(rate, 0, period);
    }

    @Override
    public LinearStep step(long counter, double weight) {
      if ((counter + 1) % period == 0) {
        return LinearStep.refresh(0, 0, weight, 0, 0, rate / period);
      }
      return LinearStep.accumulate(weight, 0, 0);
    }

    @Override
    public boolean keepsMomentum() {
      return false;
    }

    @Override
    public boolean keepsBuffer() {
      return true;
    }

    @Override
    public double displacement(double weight) {
      return weight * rate / period;
    }
  }
}
