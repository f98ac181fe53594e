package org.estafette.topology;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A tree out of the edges of any connected graph: what makes a relay possible on it. */
public final class SpanningTree {
  /** In which order nodes are reached. */
  public enum Search {
    /**
     * Breadth first: every node by the shortest path from the root, the smallest one in
     * lexicographic order; short delays.
     */
    BFS,
    /** Depth first, smaller nodes first: few children for each node, long delays. */
    DFS
  }

  private SpanningTree() {}

  /**
   * The tree over all nodes of the graph.
   *
   * @throws IllegalArgumentException for a disconnected graph or a root that is not there
   */
  public static Graph of(Graph graph, int root, Search search) {
    if (root < 0 || root >= graph.size()) {
      throw new IllegalArgumentException(
          "root=" + root + " (expected a node 0 … " + (graph.size() - 1) + ")");
    }
    List<Edge> edges = search == Search.BFS ? breadth(graph, root) : depth(graph, root);
    if (edges.size() != graph.size() - 1) {
      throw new IllegalArgumentException(
          "root "
              + root
              + " reaches "
              + (edges.size() + 1)
              + " of n="
              + graph.size()
              + " nodes (expected a connected graph; add edges between its "
              + graph.components().size()
              + " parts)");
    }
    return Graph.of(graph.size(), edges);
  }

  private static List<Edge> breadth(Graph graph, int root) {
    boolean[] seen = new boolean[graph.size()];
    seen[root] = true;
    ArrayDeque<Integer> queue = new ArrayDeque<>(List.of(root));
    List<Edge> edges = new ArrayList<>();
    while (!queue.isEmpty()) {
      int from = queue.remove();
      for (int to : graph.neighbours(from)) {
        if (!seen[to]) {
          seen[to] = true;
          edges.add(new Edge(from, to));
          queue.add(to);
        }
      }
    }
    return edges;
  }

  /** With a stack of its own: a chain of a hundred thousand nodes must not overflow ours. */
  private static List<Edge> depth(Graph graph, int root) {
    boolean[] seen = new boolean[graph.size()];
    int[] next = new int[graph.size()];
    seen[root] = true;
    ArrayDeque<Integer> path = new ArrayDeque<>(List.of(root));
    List<Edge> edges = new ArrayList<>();
    while (!path.isEmpty()) {
      int from = path.getLast();
      if (next[from] == graph.degree(from)) {
        path.removeLast();
        continue;
      }
      int to = graph.neighbour(from, next[from]++);
      if (!seen[to]) {
        seen[to] = true;
        edges.add(new Edge(from, to));
        path.addLast(to);
      }
    }
    return edges;
  }
}
