package org.estafette.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Graphs drawn from a seed; a failing test names it: RandomCases.tree(n, seed). */
public final class RandomCases {
  private RandomCases() {}

  /** Any tree of n nodes. */
  public static Graph tree(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] name = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      name[i] = name[j];
      name[j] = i;
    }
    List<Edge> edges = new ArrayList<>();
    for (int i = 1; i < n; i++) {
      edges.add(new Edge(name[i], name[random.nextInt(i)]));
    }
    return Graph.of(n, edges);
  }

  /** Any graph of n nodes, connected or not. */
  public static Graph graph(int n, double probability, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Edge> edges = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        if (random.nextDouble() < probability) {
          edges.add(new Edge(i, j));
        }
      }
    }
    return Graph.of(n, edges);
  }
}
