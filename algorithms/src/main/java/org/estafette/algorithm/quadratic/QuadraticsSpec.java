package org.estafette.algorithm.quadratic;

import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.random.RandomStream;

/**
 * What a random instance is to be like. The start is x = 0.
 *
 * <p>A_i = U_i·diag(s)·V_iᵀ with random orthogonal U_i, V_i and singular values s spread evenly
 * over [μ, L], so that grad_i is L²-smooth and μ²-strongly monotone. The optimum is a random point
 * at distance {@code distance}. The gradients at the optimum are normal vectors, centred and scaled
 * so that their mean is 0 and the mean of their squared norms is ζ². Neither A_i nor x* depends on
 * ζ².
 *
 * @param workers n
 * @param dimension d
 * @param zeta2 ζ², heterogeneity
 * @param mu μ, smallest singular value
 * @param smoothness L, largest singular value
 * @param distance r₀ = ‖x* − 0‖
 * @param seed decides all that is random
 */
public record QuadraticsSpec(
    int workers,
    int dimension,
    double zeta2,
    double mu,
    double smoothness,
    double distance,
    long seed) {
  /**
   * @throws IllegalArgumentException where a number is out of its range
   */
  public QuadraticsSpec {
    if (workers < 1 || dimension < 1) {
      throw new IllegalArgumentException(
          "workers=" + workers + ", dimension=" + dimension + " (expected >= 1)");
    }
    if (!(zeta2 >= 0) || (workers == 1 && zeta2 > 0)) {
      throw new IllegalArgumentException(
          "zeta2=" + zeta2 + " for workers=" + workers + " (expected >= 0, and 0 for one worker)");
    }
    if (!(mu > 0 && mu <= smoothness && distance >= 0)) {
      throw new IllegalArgumentException(
          "mu=%s, smoothness=%s, distance=%s (expected 0 < mu <= smoothness, distance >= 0)"
              .formatted(mu, smoothness, distance));
    }
  }

  /** The RelaySGD paper's: d = 10, μ = 0.5, L = 1, r₀ = 1. */
  public static QuadraticsSpec paper(int workers, double zeta2, long seed) {
    return new QuadraticsSpec(workers, 10, zeta2, 0.5, 1, 1, seed);
  }

  /** The instance. */
  public RandomQuadratics generate() {
    int d = dimension;
    double[] optimum = normal(CounterRandom.stream(CounterRandom.key(seed, 1)), d);
    scale(optimum, distance / Math.sqrt(squaredNorm(optimum)));
    double[][] gradients = gradientsAtOptimum();
    double[][][] a = new double[workers][][];
    double[][] b = new double[workers][];
    for (int i = 0; i < workers; i++) {
      RandomStream random = CounterRandom.stream(CounterRandom.key(seed, 3, i));
      double[][] u = orthogonal(random, d);
      double[][] v = orthogonal(random, d);
      a[i] = new double[d][d];
      b[i] = new double[d];
      for (int k = 0; k < d; k++) {
        double s = d == 1 ? smoothness : mu + (smoothness - mu) * k / (d - 1);
        double along = dot(v[k], gradients[i]) / s;
        for (int r = 0; r < d; r++) {
          for (int c = 0; c < d; c++) {
            a[i][r][c] += u[k][r] * s * v[k][c];
          }
          // b = A·x* − A⁻ᵀ·g, so that Aᵀ(A·x* − b) = g.
          b[i][r] -= u[k][r] * along;
        }
      }
      for (int r = 0; r < d; r++) {
        b[i][r] += dot(a[i][r], optimum);
      }
    }
    return RandomQuadratics.of(a, b);
  }

  private double[][] gradientsAtOptimum() {
    RandomStream random = CounterRandom.stream(CounterRandom.key(seed, 2));
    double[][] g = new double[workers][];
    double[] mean = new double[dimension];
    for (int i = 0; i < workers; i++) {
      g[i] = normal(random, dimension);
      for (int k = 0; k < dimension; k++) {
        mean[k] += g[i][k] / workers;
      }
    }
    double squares = 0;
    for (double[] one : g) {
      for (int k = 0; k < dimension; k++) {
        one[k] -= mean[k];
      }
      squares += squaredNorm(one) / workers;
    }
    double factor = squares > 0 ? Math.sqrt(zeta2 / squares) : 0;
    for (double[] one : g) {
      scale(one, factor);
    }
    return g;
  }

  /** Rows of a random orthogonal matrix: normal vectors, orthonormalised twice over. */
  private static double[][] orthogonal(RandomStream random, int d) {
    double[][] rows = new double[d][];
    for (int k = 0; k < d; k++) {
      rows[k] = normal(random, d);
      for (int pass = 0; pass < 2; pass++) {
        for (int l = 0; l < k; l++) {
          double along = dot(rows[k], rows[l]);
          for (int c = 0; c < d; c++) {
            rows[k][c] -= along * rows[l][c];
          }
        }
        scale(rows[k], 1 / Math.sqrt(squaredNorm(rows[k])));
      }
    }
    return rows;
  }

  private static double[] normal(RandomStream random, int d) {
    double[] v = new double[d];
    for (int k = 0; k < d; k++) {
      v[k] = random.nextGaussian();
    }
    return v;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  private static double squaredNorm(double[] v) {
    return dot(v, v);
  }

  private static void scale(double[] v, double by) {
    for (int k = 0; k < v.length; k++) {
      v[k] *= by;
    }
  }
}
