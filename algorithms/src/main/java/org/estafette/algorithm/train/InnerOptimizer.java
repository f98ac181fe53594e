package org.estafette.algorithm.train;

/**
 * What a worker applies to its gradients. The forms are those of torch; learning rates come from
 * the {@link LearningRate}.
 */
public sealed interface InnerOptimizer {
  /** Vectors of the parameters' length that it keeps between steps. */
  int moments();

  /**
   * x ← x − rate·(g + weightDecay·x).
   *
   * @param weightDecay coupled weight decay
   */
  record Sgd(double weightDecay) implements InnerOptimizer {
    /** Checks the range. */
    public Sgd {
      atLeastZero("weightDecay", weightDecay);
    }

    @Override
    public int moments() {
      return 0;
    }
  }

  /**
   * d = g + weightDecay·x; m ← momentum·m + intake·d; x ← x − rate·gain·(nesterov ? d + momentum·m
   * : m).
   *
   * @param momentum in [0, 1)
   * @param nesterov Nesterov's form instead of the heavy ball
   * @param weightDecay coupled weight decay
   * @param intake what m takes of d: 1, or 1 − momentum where the momentum is dampened to a running
   *     mean
   * @param gain factor on the step: 1, or 1/(1 + momentum) where steps with and without momentum
   *     are to be equally long
   */
  record Momentum(double momentum, boolean nesterov, double weightDecay, double intake, double gain)
      implements InnerOptimizer {
    /** Checks the ranges. */
    public Momentum {
      belowOne("momentum", momentum);
      atLeastZero("weightDecay", weightDecay);
      aboveZero("intake", intake);
      aboveZero("gain", gain);
      if (nesterov && intake != 1) {
        throw new IllegalArgumentException(
            "intake=" + intake + " with nesterov (expected 1: Nesterov's form is not dampened)");
      }
    }

    /** Torch's form: not dampened, gain 1. */
    public Momentum(double momentum, boolean nesterov, double weightDecay) {
      this(momentum, nesterov, weightDecay, 1, 1);
    }

    /** The running mean m ← μm + (1 − μ)d, and a step of m. */
    public static Momentum dampened(double momentum, double weightDecay) {
      return new Momentum(momentum, false, weightDecay, 1 - momentum, 1);
    }

    /** m ← μm + d, and a step of m/(1 + μ). */
    public static Momentum normalised(double momentum, double weightDecay) {
      return new Momentum(momentum, false, weightDecay, 1, 1 / (1 + momentum));
    }

    @Override
    public int moments() {
      return 1;
    }
  }

  /**
   * AdamW (Loshchilov and Hutter, 2019) with decoupled weight decay.
   *
   * @param beta1 β₁ in [0, 1)
   * @param beta2 β₂ in [0, 1)
   * @param epsilon ε > 0
   * @param weightDecay decoupled weight decay
   * @param decayMatricesOnly whether only tensors of two and more dimensions decay
   */
  record AdamW(
      double beta1, double beta2, double epsilon, double weightDecay, boolean decayMatricesOnly)
      implements InnerOptimizer {
    /** Checks the ranges. */
    public AdamW {
      belowOne("beta1", beta1);
      belowOne("beta2", beta2);
      atLeastZero("weightDecay", weightDecay);
      if (!(epsilon > 0)) {
        throw new IllegalArgumentException("epsilon=" + epsilon + " (expected > 0)");
      }
    }

    /** β = (0.9, 0.999), ε = 1e-8, and that weight decay on matrices. */
    public static AdamW withDefaults(double weightDecay) {
      return new AdamW(0.9, 0.999, 1e-8, weightDecay, true);
    }

    @Override
    public int moments() {
      return 2;
    }
  }

  private static void atLeastZero(String name, double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException(name + "=" + value + " (expected >= 0)");
    }
  }

  private static void aboveZero(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + "=" + value + " (expected > 0 and finite)");
    }
  }

  private static void belowOne(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + "=" + value + " (expected in [0, 1))");
    }
  }
}
