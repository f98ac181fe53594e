package org.estafette.topology;

/**
 * The one-peer exponential graph: in each averaging every node sends to the one 2^k ahead of it,
 * with k going round 0 … log₂ n − 1. After log₂ n averagings of equal weights all nodes hold the
 * exact mean.
 *
 * @param n number of nodes, a power of two
 */
public record TimeVaryingExponential(int n) {
  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException where n is no power of two
   */
  public TimeVaryingExponential {
    if (n < 2 || Integer.bitCount(n) != 1) {
      throw new IllegalArgumentException(
          "exponential: n=" + n + " (expected a power of two from 2; else take a static graph)");
    }
  }

  /** Averagings until every node has heard of all: log₂ n. */
  public int period() {
    return Integer.numberOfTrailingZeros(n);
  }

  /** The offset of the k-th averaging: 2^(k mod log₂ n). */
  public int offset(long averaging) {
    return 1 << Math.floorMod(averaging, period());
  }

  /**
   * The offset of averaging {@code j} of round {@code t}: 2^((t·perRound + j) mod log₂ n), every
   * offset in turn.
   *
   * @param t round, from 0
   * @param j averaging within the round, from 0
   * @param perRound averagings of each round
   */
  public int offset(long t, int j, int perRound) {
    return offset(t * perRound + j);
  }

  /**
   * What the deep-learning code published with RelaySGD computes: 2^((t·(perRound + j)) mod log₂
   * n), a slip of precedence, by which not every offset is used equally often. Only for repeating
   * its runs.
   */
  public int offsetAsPublished(long t, int j, int perRound) {
    return offset(t * (perRound + j));
  }

  /** To whom a node sends at an offset. */
  public int target(int node, int offset) {
    return Math.floorMod(node + offset, n);
  }

  /** From whom a node receives at an offset. */
  public int source(int node, int offset) {
    return Math.floorMod(node - offset, n);
  }

  /** x_i ← (x_i + x_{i−offset}) / 2 as a matrix. Doubly stochastic, not symmetric. */
  public MixingMatrix matrix(int offset) {
    double[] weights = new double[n * n];
    for (int i = 0; i < n; i++) {
      weights[i * n + i] += 0.5;
      weights[i * n + source(i, offset)] += 0.5;
    }
    return MixingMatrix.of(n, weights);
  }
}
