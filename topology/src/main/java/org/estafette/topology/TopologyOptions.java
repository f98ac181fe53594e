package org.estafette.topology;

import java.util.List;

/**
 * What some kinds of graph need beside their name and size; the others ignore it.
 *
 * @param seed of the random graphs
 * @param degree of random-regular, neighbours of each node
 * @param probability of an edge in erdos-renyi; 0 takes 2 ln n / n, which is nearly always
 *     connected
 * @param rows of the torus; 0 takes the most square form
 * @param root of the spanning tree of social-tree
 * @param edges of the kind "edges"
 */
public record TopologyOptions(
    long seed, int degree, double probability, int rows, int root, List<Edge> edges) {
  /** Copies the edges. */
  public TopologyOptions {
    edges = List.copyOf(edges);
  }

  /** Seed 1, degree 3, the rest by default. */
  public static TopologyOptions defaults() {
    return new TopologyOptions(1, 3, 0, 0, 0, List.of());
  }

  /** These with another seed. */
  public TopologyOptions withSeed(long other) {
    return new TopologyOptions(other, degree, probability, rows, root, edges);
  }

  /** These with another degree. */
  public TopologyOptions withDegree(int other) {
    return new TopologyOptions(seed, other, probability, rows, root, edges);
  }

  /** These with another probability. */
  public TopologyOptions withProbability(double other) {
    return new TopologyOptions(seed, degree, other, rows, root, edges);
  }

  /** These with another number of rows. */
  public TopologyOptions withRows(int other) {
    return new TopologyOptions(seed, degree, probability, other, root, edges);
  }

  /** These with another root. */
  public TopologyOptions withRoot(int other) {
    return new TopologyOptions(seed, degree, probability, rows, other, edges);
  }

  /** These with edges of the user's own. */
  public TopologyOptions withEdges(List<Edge> other) {
    return new TopologyOptions(seed, degree, probability, rows, root, other);
  }
}
