package org.estafette.topology;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Random graphs. The same seed gives the same graph; drawn again until connected. */
final class RandomGraphs {
  private static final int ATTEMPTS = 1_000;

  private RandomGraphs() {}

  /**
   * A connected graph whose nodes all have {@code degree} neighbours. Free ends are paired at
   * random (Steger and Wormald); a pair that would make a loop or a double edge is drawn again.
   */
  static Graph regular(int n, int degree, long seed) {
    boolean possible = degree >= 1 && degree < n && (long) n * degree % 2 == 0;
    if (!possible || (degree == 1 && n > 2)) {
      throw new IllegalArgumentException(
          "random-regular: n="
              + n
              + ", degree="
              + degree
              + " (expected 2 ≤ degree < n with n × degree even, else no connected graph exists)");
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Set<Edge> edges = pairing(n, degree, random);
      if (edges.size() == n * degree / 2) {
        Graph graph = Graph.of(n, edges);
        if (graph.connected()) {
          return graph;
        }
      }
    }
    throw hopeless("random-regular", "n=" + n + ", degree=" + degree, "a larger degree");
  }

  /** Pairs free ends until none fit any more; fewer than n·degree/2 edges is a failed attempt. */
  private static Set<Edge> pairing(int n, int degree, SplittableRandom random) {
    int[] ends = new int[n * degree];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = i / degree;
    }
    int left = ends.length;
    Set<Edge> edges = new HashSet<>();
    int misses = 0;
    while (left > 0 && misses < 10 * left + 100) {
      int i = random.nextInt(left);
      int j = random.nextInt(left);
      if (ends[i] == ends[j] || !edges.add(new Edge(ends[i], ends[j]))) {
        misses++;
        continue;
      }
      misses = 0;
      ends[Math.max(i, j)] = ends[--left];
      ends[Math.min(i, j)] = ends[--left];
    }
    return edges;
  }

  /** Each of the n(n−1)/2 edges with the same probability, given that the graph is connected. */
  static Graph erdosRenyi(int n, double probability, long seed) {
    double p = probability == 0 ? Math.min(1, 2 * Math.log(Math.max(2, n)) / n) : probability;
    if (!(p > 0 && p <= 1)) {
      throw new IllegalArgumentException(
          "erdos-renyi: probability=" + probability + " (expected 0 < probability ≤ 1)");
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<Edge> edges = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
          if (random.nextDouble() < p) {
            edges.add(new Edge(i, j));
          }
        }
      }
      Graph graph = Graph.of(n, edges);
      if (graph.connected()) {
        return graph;
      }
    }
    throw hopeless(
        "erdos-renyi",
        "n=" + n + ", probability=" + p,
        "a probability above ln n / n = " + Math.log(n) / n);
  }

  private static IllegalArgumentException hopeless(String kind, String with, String remedy) {
    return new IllegalArgumentException(
        kind
            + ": "
            + with
            + " gave no connected graph in "
            + ATTEMPTS
            + " draws (expected one; take "
            + remedy
            + ")");
  }
}
