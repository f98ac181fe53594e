package org.estafette.topology.spectrum;

import org.estafette.topology.TimeVaryingExponential;

/**
 * n_W(γ): among how many nodes a value is in effect averaged before it decays by γ each round
 * (Vogels, Hendrikx and Jaggi, Beyond spectral gap, 2022). From 1 (alone) to n (everybody); a graph
 * may have a small spectral gap and many effective neighbours.
 *
 * <p>With y ← W(√γ y + ξ), ξ ~ N(0, I): n_W(γ) = (1 / (1 − γ)) / Var y.
 */
@FunctionalInterface
public interface EffectiveNeighbours {
  /**
   * n_W(γ).
   *
   * @param gamma 0 ≤ γ &lt; 1
   */
  double at(double gamma);

  /** With the variance averaged over the nodes. */
  static EffectiveNeighbours mean(Spectrum spectrum) {
    return gamma -> 1 / ((1 - checked(gamma)) * spectrum.meanVariance(gamma));
  }

  /** Of the node with the largest variance. */
  static EffectiveNeighbours worst(Spectrum spectrum) {
    return gamma -> 1 / ((1 - checked(gamma)) * spectrum.worstVariance(gamma));
  }

  /**
   * Of the one-peer exponential graph, where all nodes are alike. After m + 1 averagings a node
   * holds the mean of 2^(m+1) nodes, after a period that of all n, so the variance is a finite sum:
   * Σ_{m&lt;P−1} γ^m / 2^(m+1) + γ^(P−1) / ((1 − γ) n).
   */
  static EffectiveNeighbours of(TimeVaryingExponential graph) {
    return gamma -> {
      double left = 1 / (1 - checked(gamma));
      double variance = 0;
      double decay = 1;
      for (int m = 0; m < graph.period() - 1; m++) {
        variance += decay / (1L << (m + 1));
        decay *= gamma;
      }
      return left / (variance + decay * left / graph.n());
    };
  }

  private static double checked(double gamma) {
    if (!(gamma >= 0 && gamma < 1)) {
      throw new IllegalArgumentException("gamma=" + gamma + " (expected 0 ≤ γ < 1)");
    }
    return gamma;
  }
}
