package org.estafette.topology.spectrum;

import java.util.Arrays;
import org.estafette.topology.MixingMatrix;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.RealMatrix;

/** Eigenvalues and eigenvectors of a symmetric mixing matrix. */
public final class Spectrum {
  private static final double SYMMETRY = 1e-12;

  /** Even rings sit at exactly −1/3, and rounding must not let them through. */
  private static final double ABOVE_A_THIRD = 1e-9;

  private final double[] values;

  /** Squared entries of the eigenvectors, [node][k]: how much of value k a node sees. */
  private final double[][] shares;

  private Spectrum(double[] values, double[][] shares) {
    this.values = values;
    this.shares = shares;
  }

  /**
   * Of a symmetric W; n³ operations.
   *
   * @throws IllegalArgumentException for another W
   */
  public static Spectrum of(MixingMatrix w) {
    if (w.asymmetry() > SYMMETRY) {
      throw new IllegalArgumentException(
          "W differs from its transpose by "
              + w.asymmetry()
              + " (expected a symmetric one, as Metropolis–Hastings gives for every graph)");
    }
    int n = w.size();
    // The library takes an epsilon for the symmetry; rounding of our own is averaged away before.
    double[][] exact = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        exact[i][j] = (w.weight(i, j) + w.weight(j, i)) / 2;
      }
    }
    EigenDecompositionSymmetric found =
        new EigenDecompositionSymmetric(new Array2DRowRealMatrix(exact, false));
    double[] descending = found.getEigenvalues();
    RealMatrix vectors = found.getV();
    double[] values = new double[n];
    double[][] shares = new double[n][n];
    for (int k = 0; k < n; k++) {
      values[k] = descending[n - 1 - k];
      for (int i = 0; i < n; i++) {
        double u = vectors.getEntry(i, n - 1 - k);
        shares[i][k] = u * u;
      }
    }
    return new Spectrum(values, shares);
  }

  /** Number of nodes. */
  public int size() {
    return values.length;
  }

  /** The eigenvalues, ascending; a copy. */
  public double[] values() {
    return values.clone();
  }

  /** λ₂, the second largest; of a single node 0. */
  public double second() {
    return values.length == 1 ? 0 : values[values.length - 2];
  }

  /** λ_min; D² needs it above −1/3. */
  public double smallest() {
    return values[0];
  }

  /**
   * Whether D² converges for small step sizes: λ_min &gt; −1/3, by more than rounding. Even rings
   * with weights 1/3 sit at exactly −1/3 and are not allowed.
   */
  public boolean allowsD2() {
    return smallest() > -1.0 / 3 + ABOVE_A_THIRD;
  }

  /** 1 − λ₂. */
  public double gapOfSecond() {
    return 1 - second();
  }

  /** The spectral gap, 1 − max(|λ₂|, |λ_min|): 0 where averaging never brings all together. */
  public double gap() {
    return values.length == 1 ? 1 : 1 - Math.max(Math.abs(second()), Math.abs(smallest()));
  }

  /** Mean over the nodes of Var y, y ← W(√γ y + ξ), ξ ~ N(0, I), when it no longer changes. */
  double meanVariance(double gamma) {
    double sum = 0;
    for (double value : values) {
      sum += variance(value, gamma);
    }
    return sum / values.length;
  }

  /** The same of the node that averages worst. */
  double worstVariance(double gamma) {
    double[] each = new double[values.length];
    Arrays.setAll(each, k -> variance(values[k], gamma));
    double worst = 0;
    for (double[] seen : shares) {
      double sum = 0;
      for (int k = 0; k < each.length; k++) {
        sum += seen[k] * each[k];
      }
      worst = Math.max(worst, sum);
    }
    return worst;
  }

  private static double variance(double value, double gamma) {
    return value * value / (1 - gamma * value * value);
  }
}
