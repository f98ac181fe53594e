package org.estafette.algorithm.peer.gossip;

import org.estafette.algorithm.random.CounterRandom;

/** Where the first factors of an edge come from: the same at both ends. */
@FunctionalInterface
public interface EdgeBasis {
  /**
   * Fills the factors of one matrix.
   *
   * @param lower slot of the lower end
   * @param higher slot of the higher end
   * @param matrix which matrix of the layout
   * @param count power iterations of the edge before
   * @param p m × r
   * @param q c × r
   */
  void fill(int lower, int higher, int matrix, long count, double[] p, double[] q);

  /** Normal numbers, keyed by the seed, the edge, the matrix and the count. */
  static EdgeBasis seeded(long seed) {
    return (lower, higher, matrix, count, p, q) -> {
      long key = CounterRandom.key(CounterRandom.key(seed, lower, higher), matrix, count);
      for (int i = 0; i < p.length; i++) {
        p[i] = CounterRandom.gaussian(key, i);
      }
      for (int i = 0; i < q.length; i++) {
        q[i] = CounterRandom.gaussian(key, (long) p.length + i);
      }
    };
  }
}
