package org.estafette.topology.spectrum;

import org.estafette.topology.Graph;
import org.estafette.topology.RelayTree;

/**
 * RelaySum with overlap as one big averaging over the last τ_max + 1 models of each node: node i
 * takes 1/n of j's model of dist(i, j) rounds ago, and what is d rounds old becomes d + 1 rounds
 * old. RelaySGD's rate depends on how quickly this matrix W̃ forgets (Vogels et al., RelaySum,
 * 2021, appendix, figure 5).
 */
public final class DelayMatrix {
  /** How many powers are tried for {@link #mixing()}. */
  private static final int POWERS = 99;

  private static final int PATIENCE = 10;

  /**
   * ‖W̃^m − W̃^∞‖² ≤ (1 − p)^2m ‖W̃ − W̃^∞‖²: after m rounds a share of p is forgotten in each.
   *
   * @param m rounds
   * @param p share
   */
  public record Mixing(int m, double p) {
    /** ρ = m / p, smaller is faster. */
    public double ratio() {
      return m / p;
    }
  }

  private final int[][] distance;
  private final int n;
  private final int blocks;

  /** What every model, new or old, weighs in the end: the left eigenvector of the eigenvalue 1. */
  private final double[] limit;

  private double second = Double.NaN;

  private DelayMatrix(int[][] distance, int delays) {
    this.distance = distance;
    this.n = distance.length;
    this.blocks = delays + 1;
    this.limit = limit();
  }

  /** Of the nodes alive in a relay tree. */
  public static DelayMatrix of(RelayTree tree) {
    Graph graph = tree.graph();
    return new DelayMatrix(graph.distances(), graph.diameter());
  }

  /** Number of rows: n (τ_max + 1). */
  public int size() {
    return n * blocks;
  }

  /**
   * π with π W̃ = π, Σπ = 1: π_(d, j) is proportional to how many nodes are d or more hops from j.
   */
  private double[] limit() {
    double[] pi = new double[size()];
    double sum = 0;
    for (int d = 0; d < blocks; d++) {
      for (int j = 0; j < n; j++) {
        for (int i = 0; i < n; i++) {
          if (distance[i][j] >= d) {
            pi[d * n + j]++;
          }
        }
        sum += pi[d * n + j];
      }
    }
    for (int k = 0; k < pi.length; k++) {
      pi[k] /= sum;
    }
    return pi;
  }

  /** y = (W̃ − 1πᵀ) x. */
  private void forward(double[] x, double[] y) {
    double common = 0;
    for (int k = 0; k < x.length; k++) {
      common += limit[k] * x[k];
    }
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int j = 0; j < n; j++) {
        sum += x[distance[i][j] * n + j];
      }
      y[i] = sum / n - common;
    }
    for (int k = n; k < x.length; k++) {
      y[k] = x[k - n] - common;
    }
  }

  /** y = (W̃ − 1πᵀ)ᵀ x. */
  private void backward(double[] x, double[] y) {
    double total = 0;
    for (double v : x) {
      total += v;
    }
    for (int k = 0; k < x.length; k++) {
      y[k] = (k + n < x.length ? x[k + n] : 0) - limit[k] * total;
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        y[distance[i][j] * n + j] += x[i] / n;
      }
    }
  }

  /**
   * The second largest absolute eigenvalue of W̃: by this factor disagreement shrinks each round.
   */
  public double second() {
    if (Double.isNaN(second)) {
      second = Krylov.largest(this::forward, size());
    }
    return second;
  }

  /**
   * The pair of m and p with the smallest ratio m / p. Pairs with p above {@link #second()} are
   * left out, as in the published script.
   */
  public Mixing mixing() {
    if (n == 1) {
      return new Mixing(1, 1);
    }
    double slowest = second();
    double first = squaredNorm(1);
    Mixing best = new Mixing(POWERS, Double.MIN_NORMAL);
    int worse = 0;
    for (int m = 1; m <= POWERS && worse <= PATIENCE; m++) {
      double left = squaredNorm(m) / first;
      double p = 1 - Math.pow(left, 0.5 / m);
      if (left < 1 && p < slowest) {
        Mixing found = new Mixing(m, p);
        if (found.ratio() < best.ratio()) {
          best = found;
        } else {
          worse++;
        }
      }
    }
    return best;
  }

  /** ‖(W̃ − 1πᵀ)^m‖² = ‖W̃^m − W̃^∞‖². */
  private double squaredNorm(int m) {
    double[] a = new double[size()];
    double[] b = new double[size()];
    return Krylov.largest(
        (x, y) -> {
          System.arraycopy(x, 0, a, 0, a.length);
          for (int k = 0; k < m; k++) {
            forward(a, b);
            System.arraycopy(b, 0, a, 0, a.length);
          }
          for (int k = 0; k < m; k++) {
            backward(a, b);
            System.arraycopy(b, 0, a, 0, a.length);
          }
          System.arraycopy(a, 0, y, 0, a.length);
        },
        size());
  }
}
