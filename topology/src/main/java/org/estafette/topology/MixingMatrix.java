package org.estafette.topology;

import java.util.Arrays;

/**
 * W, the weights of one averaging: x_i ← Σ_j W_ij x_j. Immutable; weights are kept densely, in
 * double precision.
 */
public final class MixingMatrix {
  private final int size;
  private final double[] weights;

  private MixingMatrix(int size, double[] weights) {
    this.size = size;
    this.weights = weights;
  }

  /**
   * A matrix of the caller's own.
   *
   * @param weights row by row, size × size
   * @throws IllegalArgumentException for another length, or weights that are no numbers
   */
  public static MixingMatrix of(int size, double[] weights) {
    if (size < 1 || weights.length != (long) size * size) {
      throw new IllegalArgumentException(
          "weights=" + weights.length + " (expected size × size for size=" + size + ")");
    }
    for (int k = 0; k < weights.length; k++) {
      if (!Double.isFinite(weights[k])) {
        throw new IllegalArgumentException(
            "W[" + k / size + "][" + k % size + "]=" + weights[k] + " (expected a number)");
      }
    }
    return new MixingMatrix(size, weights.clone());
  }

  /**
   * Metropolis–Hastings: W_ij = 1 / (1 + max(deg_i, deg_j)) for neighbours, W_ii = 1 − Σ_j W_ij.
   * Symmetric and doubly stochastic on every graph.
   */
  public static MixingMatrix metropolisHastings(Graph graph) {
    return symmetric(graph, (i, j) -> 1.0 / (1 + Math.max(graph.degree(i), graph.degree(j))));
  }

  /** The same weight 1 / (1 + largest degree) for every edge. Symmetric and doubly stochastic. */
  public static MixingMatrix maxDegree(Graph graph) {
    double weight = 1.0 / (1 + graph.maxDegree());
    return symmetric(graph, (i, j) -> weight);
  }

  /**
   * The same given weight for every edge; what is left is the node's own. On an even ring 1/3 puts
   * λ_min at exactly −1/3, where D² stops converging; 1/3 − 0.01 is safe.
   *
   * @throws IllegalArgumentException where a node's own weight would be negative
   */
  public static MixingMatrix edgeWeight(Graph graph, double weight) {
    if (!(weight > 0 && weight * graph.maxDegree() <= 1 + 1e-12)) {
      throw new IllegalArgumentException(
          "edge weight="
              + weight
              + " (expected 0 < weight ≤ 1/"
              + graph.maxDegree()
              + ", the largest degree, else a node's own weight is negative)");
    }
    return symmetric(graph, (i, j) -> weight);
  }

  /**
   * Every node takes the plain mean of itself and its neighbours: W_ij = 1 / (1 + deg_i). Row
   * stochastic; on a graph of unequal degrees not symmetric, so that the average drifts towards
   * nodes with many neighbours.
   */
  public static MixingMatrix uniform(Graph graph) {
    int n = graph.size();
    double[] w = new double[n * n];
    for (int i = 0; i < n; i++) {
      double weight = 1.0 / (1 + graph.degree(i));
      w[i * n + i] = weight;
      for (int k = 0; k < graph.degree(i); k++) {
        w[i * n + graph.neighbour(i, k)] = weight;
      }
    }
    return new MixingMatrix(n, w);
  }

  /**
   * Push-sum: node j keeps, and sends to each of its targets, the share P_ij = 1 / (1 +
   * outdegree_j). Every column sums to 1, so that no mass is lost.
   */
  public static MixingMatrix columnStochastic(DirectedGraph graph) {
    int n = graph.size();
    double[] w = new double[n * n];
    for (int j = 0; j < n; j++) {
      double share = 1.0 / (1 + graph.outDegree(j));
      w[j * n + j] = share;
      for (int i : graph.targets(j)) {
        w[i * n + j] = share;
      }
    }
    return new MixingMatrix(n, w);
  }

  private interface EdgeWeight {
    double of(int i, int j);
  }

  private static MixingMatrix symmetric(Graph graph, EdgeWeight weight) {
    int n = graph.size();
    double[] w = new double[n * n];
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int k = 0; k < graph.degree(i); k++) {
        int j = graph.neighbour(i, k);
        w[i * n + j] = weight.of(i, j);
        sum += w[i * n + j];
      }
      w[i * n + i] = 1 - sum;
    }
    return new MixingMatrix(n, w);
  }

  /** Number of nodes. */
  public int size() {
    return size;
  }

  /** W_ij: how much of j's model goes into i's. */
  public double weight(int i, int j) {
    return weights[i * size + j];
  }

  /** (W + I) / 2: half as fast, and every eigenvalue of a symmetric W becomes at least 0. */
  public MixingMatrix lazy() {
    double[] half = new double[weights.length];
    for (int k = 0; k < half.length; k++) {
      half[k] = weights[k] / 2 + (k / size == k % size ? 0.5 : 0);
    }
    return new MixingMatrix(size, half);
  }

  /**
   * What is left when a node dies: what the others gave it goes back to themselves, so that a
   * symmetric W stays symmetric and doubly stochastic. The dead node keeps its number and only
   * itself.
   */
  public MixingMatrix without(int dead) {
    double[] w = weights.clone();
    for (int i = 0; i < size; i++) {
      w[i * size + i] += w[i * size + dead];
      w[i * size + dead] = 0;
    }
    Arrays.fill(w, dead * size, (dead + 1) * size, 0);
    w[dead * size + dead] = 1;
    return new MixingMatrix(size, w);
  }

  /** The weights, [size][size]; a copy. */
  public double[][] toArray() {
    double[][] rows = new double[size][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(weights, i * size, (i + 1) * size));
    return rows;
  }

  /** The largest difference of W from its transpose. */
  public double asymmetry() {
    double worst = 0;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < i; j++) {
        worst = Math.max(worst, Math.abs(weight(i, j) - weight(j, i)));
      }
    }
    return worst;
  }

  /** Whether every row sums to 1: a model that all share stays as it is. */
  public boolean rowStochastic() {
    return sumsToOne(false);
  }

  /** Whether every column sums to 1: the mean over the nodes stays as it is. */
  public boolean columnStochastic() {
    return sumsToOne(true);
  }

  private boolean sumsToOne(boolean columns) {
    for (int i = 0; i < size; i++) {
      double sum = 0;
      for (int j = 0; j < size; j++) {
        double w = columns ? weight(j, i) : weight(i, j);
        if (w < -1e-12) {
          return false;
        }
        sum += w;
      }
      if (Math.abs(sum - 1) > 1e-12 * size) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof MixingMatrix m && Arrays.equals(weights, m.weights);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(weights);
  }

  @Override
  public String toString() {
    return "MixingMatrix[n=" + size + "]";
  }
}
