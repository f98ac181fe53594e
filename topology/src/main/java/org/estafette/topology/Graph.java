package org.estafette.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * An immutable undirected graph over the nodes 0 … size − 1, without loops or parallel edges. It
 * may be disconnected: {@link #connected()} tells.
 */
public final class Graph {
  /** In {@link #distances()}: no path. */
  public static final int UNREACHABLE = -1;

  private final int[][] neighbours;
  private final List<Edge> edges;

  private Graph(int[][] neighbours, List<Edge> edges) {
    this.neighbours = neighbours;
    this.edges = edges;
  }

  /**
   * A graph of {@code size} nodes. An edge given twice, or from both ends, counts once.
   *
   * @throws IllegalArgumentException for no nodes, or an edge to a node that is not there
   */
  public static Graph of(int size, Collection<Edge> edges) {
    if (size < 1) {
      throw new IllegalArgumentException("size=" + size + " (expected at least one node)");
    }
    TreeSet<Edge> sorted = new TreeSet<>(edges);
    int[] degrees = new int[size];
    for (Edge e : sorted) {
      if (e.b() >= size) {
        throw new IllegalArgumentException(
            "edge "
                + e
                + " names node "
                + e.b()
                + " (expected nodes 0 … "
                + (size - 1)
                + " of a graph with n="
                + size
                + ")");
      }
      degrees[e.a()]++;
      degrees[e.b()]++;
    }
    int[][] neighbours = new int[size][];
    Arrays.setAll(neighbours, i -> new int[degrees[i]]);
    int[] next = new int[size];
    // Edges come sorted by both ends, so every row fills in ascending order: first the smaller
    // ones.
    for (Edge e : sorted) {
      neighbours[e.b()][next[e.b()]++] = e.a();
    }
    for (Edge e : sorted) {
      neighbours[e.a()][next[e.a()]++] = e.b();
    }
    return new Graph(neighbours, List.copyOf(sorted));
  }

  /** Number of nodes. */
  public int size() {
    return neighbours.length;
  }

  /** Number of neighbours of a node. */
  public int degree(int node) {
    return neighbours[node].length;
  }

  /** The {@code k}-th neighbour of a node, in ascending order. */
  public int neighbour(int node, int k) {
    return neighbours[node][k];
  }

  /** The neighbours of a node in ascending order; a copy. */
  public int[] neighbours(int node) {
    return neighbours[node].clone();
  }

  /** Whether an edge joins the two. */
  public boolean adjacent(int a, int b) {
    return Arrays.binarySearch(neighbours[a], b) >= 0;
  }

  /** All edges, each once, in ascending order. */
  public List<Edge> edges() {
    return edges;
  }

  /** The largest number of neighbours of any node. */
  public int maxDegree() {
    int max = 0;
    for (int[] n : neighbours) {
      max = Math.max(max, n.length);
    }
    return max;
  }

  /** Whether every node reaches every other one. */
  public boolean connected() {
    return components().size() == 1;
  }

  /** Whether the graph is connected and has no cycle. */
  public boolean isTree() {
    return edges.size() == size() - 1 && connected();
  }

  /** The connected parts, each in ascending order, by their smallest node. */
  public List<int[]> components() {
    boolean[] seen = new boolean[size()];
    List<int[]> parts = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      if (!seen[i]) {
        int[] reached = reachedFrom(i);
        for (int j : reached) {
          seen[j] = true;
        }
        Arrays.sort(reached);
        parts.add(reached);
      }
    }
    return parts;
  }

  private int[] reachedFrom(int node) {
    int[] distance = distancesFrom(node);
    int[] reached = new int[size()];
    int count = 0;
    for (int j = 0; j < size(); j++) {
      if (distance[j] != UNREACHABLE) {
        reached[count++] = j;
      }
    }
    return Arrays.copyOf(reached, count);
  }

  /** Hops from one node to each; {@link #UNREACHABLE} where there is no path. */
  public int[] distancesFrom(int node) {
    int[] distance = new int[size()];
    Arrays.fill(distance, UNREACHABLE);
    distance[node] = 0;
    int[] queue = new int[size()];
    queue[0] = node;
    int filled = 1;
    for (int head = 0; head < filled; head++) {
      int from = queue[head];
      for (int to : neighbours[from]) {
        if (distance[to] == UNREACHABLE) {
          distance[to] = distance[from] + 1;
          queue[filled++] = to;
        }
      }
    }
    return distance;
  }

  /** Hops between every two nodes, [size][size]; {@link #UNREACHABLE} where there is no path. */
  public int[][] distances() {
    int[][] all = new int[size()][];
    Arrays.setAll(all, this::distancesFrom);
    return all;
  }

  /**
   * The longest of the shortest paths, in hops.
   *
   * @throws IllegalStateException for a disconnected graph
   */
  public int diameter() {
    int longest = 0;
    for (int[] row : distances()) {
      for (int d : row) {
        if (d == UNREACHABLE) {
          throw new IllegalStateException(
              "a disconnected graph has no diameter: parts=" + components().size());
        }
        longest = Math.max(longest, d);
      }
    }
    return longest;
  }

  /** The node whose farthest other node is nearest, the smallest of several: a good root. */
  public int centre() {
    int best = 0;
    int least = Integer.MAX_VALUE;
    for (int i = 0; i < size(); i++) {
      int farthest = 0;
      for (int d : distancesFrom(i)) {
        farthest = Math.max(farthest, d);
      }
      if (farthest < least) {
        least = farthest;
        best = i;
      }
    }
    return best;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Graph g && size() == g.size() && edges.equals(g.edges);
  }

  @Override
  public int hashCode() {
    return 31 * size() + edges.hashCode();
  }

  @Override
  public String toString() {
    return "Graph[n=" + size() + ", edges=" + edges + "]";
  }
}
