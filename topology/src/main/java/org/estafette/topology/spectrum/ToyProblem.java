package org.estafette.topology.spectrum;

import java.util.function.DoubleUnaryOperator;

/**
 * Decentralised SGD on random isotropic quadratics: each step sees another quadratic with the
 * common minimum, E H = I and E‖Hx‖² = ζ E‖x‖². In expectation ‖x‖² shrinks by 1 − r each step,
 * with
 *
 * <pre>r = 1 − (1 − η)² − (ζ − 1) η² / n_W(γ),  γ = (1 − η)² / (1 − r)</pre>
 *
 * (Beyond spectral gap, section 3). Exact where all nodes are alike; with the worst node's n_W a
 * lower bound elsewhere. It tells, without training, how fast a graph can learn from noise and at
 * which step size.
 *
 * @param neighbours n_W
 * @param zeta ζ ≥ 1, the noise; d + 2 for one normal sample in d dimensions
 */
public record ToyProblem(EffectiveNeighbours neighbours, double zeta) {
  /** The noise of the paper's plots. */
  public static final double USUAL_ZETA = 50;

  /** A step size with the rate that it gives. */
  public record Best(double stepSize, double rate) {}

  private static final int GRID = 60;
  private static final int ITERATIONS = 10_000;

  /**
   * Checks the noise.
   *
   * @throws IllegalArgumentException for ζ below 1
   */
  public ToyProblem {
    if (!(zeta >= 1 && zeta < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("zeta=" + zeta + " (expected a number from 1)");
    }
  }

  /**
   * The rate r at a step size; 0 where the problem does not converge.
   *
   * @param stepSize η, 0 &lt; η ≤ 1
   */
  public double rate(double stepSize) {
    double kept = (1 - stepSize) * (1 - stepSize);
    double noise = (zeta - 1) * stepSize * stepSize;
    // From above: what is left after a step falls monotonically to the largest fixed point.
    double left = 1;
    for (int i = 0; i < ITERATIONS; i++) {
      double gamma = kept / left;
      if (gamma >= 1) {
        return 0;
      }
      double next = kept + noise / neighbours.at(gamma);
      if (next >= 1) {
        return 0;
      }
      if (Math.abs(left - next) <= 1e-13) {
        return 1 - next;
      }
      left = next;
    }
    return 1 - left;
  }

  /** The step size in (0, 1] with the largest rate, within about 10⁻⁹. */
  public Best best() {
    double lower = Math.log(1e-4 / zeta);
    double step = -lower / GRID;
    int peak = 0;
    double highest = -1;
    for (int k = 0; k <= GRID; k++) {
      double rate = rate(Math.exp(lower + k * step));
      if (rate > highest) {
        highest = rate;
        peak = k;
      }
    }
    double at =
        goldenSection(
            t -> rate(Math.exp(t)),
            lower + Math.max(0, peak - 1) * step,
            lower + Math.min(GRID, peak + 1) * step);
    return new Best(Math.exp(at), rate(Math.exp(at)));
  }

  private static double goldenSection(DoubleUnaryOperator f, double from, double to) {
    double ratio = (Math.sqrt(5) - 1) / 2;
    double a = from;
    double b = to;
    double left = b - ratio * (b - a);
    double right = a + ratio * (b - a);
    double atLeft = f.applyAsDouble(left);
    double atRight = f.applyAsDouble(right);
    while (b - a > 1e-9) {
      if (atLeft >= atRight) {
        b = right;
        right = left;
        atRight = atLeft;
        left = b - ratio * (b - a);
        atLeft = f.applyAsDouble(left);
      } else {
        a = left;
        left = right;
        atLeft = atRight;
        right = a + ratio * (b - a);
        atRight = f.applyAsDouble(right);
      }
    }
    return (a + b) / 2;
  }
}
