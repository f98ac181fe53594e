package org.estafette.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** An immutable directed graph over the nodes 0 … size − 1, for push-sum. */
public final class DirectedGraph {
  private final int[][] targets;
  private final int[][] sources;

  private DirectedGraph(int[][] targets, int[][] sources) {
    this.targets = targets;
    this.sources = sources;
  }

  /**
   * A graph of {@code size} nodes; an arc given twice counts once.
   *
   * @throws IllegalArgumentException for no nodes, or an arc with a node that is not there
   */
  public static DirectedGraph of(int size, Collection<Arc> arcs) {
    if (size < 1) {
      throw new IllegalArgumentException("size=" + size + " (expected at least one node)");
    }
    List<TreeSet<Integer>> out = new ArrayList<>();
    List<TreeSet<Integer>> in = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      out.add(new TreeSet<>());
      in.add(new TreeSet<>());
    }
    for (Arc arc : arcs) {
      if (arc.from() >= size || arc.to() >= size) {
        throw new IllegalArgumentException(
            "arc "
                + arc
                + " (expected nodes 0 … "
                + (size - 1)
                + " of a graph with n="
                + size
                + ")");
      }
      out.get(arc.from()).add(arc.to());
      in.get(arc.to()).add(arc.from());
    }
    return new DirectedGraph(arrays(out), arrays(in));
  }

  /** Both directions of every edge. */
  public static DirectedGraph of(Graph graph) {
    List<Arc> arcs = new ArrayList<>();
    for (Edge e : graph.edges()) {
      arcs.add(new Arc(e.a(), e.b()));
      arcs.add(new Arc(e.b(), e.a()));
    }
    return of(graph.size(), arcs);
  }

  /** Each node sends to those 1, 2, 4, … &lt; n ahead of it: the static exponential graph. */
  public static DirectedGraph exponential(int n) {
    List<Arc> arcs = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      for (int offset = 1; offset < n; offset *= 2) {
        arcs.add(new Arc(i, (i + offset) % n));
      }
    }
    return of(n, arcs);
  }

  private static int[][] arrays(List<TreeSet<Integer>> sets) {
    int[][] rows = new int[sets.size()][];
    Arrays.setAll(rows, i -> sets.get(i).stream().mapToInt(Integer::intValue).toArray());
    return rows;
  }

  /** Number of nodes. */
  public int size() {
    return targets.length;
  }

  /** To how many a node sends. */
  public int outDegree(int node) {
    return targets[node].length;
  }

  /** To whom a node sends, ascending; a copy. */
  public int[] targets(int node) {
    return targets[node].clone();
  }

  /** From whom a node receives, ascending; a copy. */
  public int[] sources(int node) {
    return sources[node].clone();
  }

  /** Whether every node reaches every other one along the arcs; push-sum needs it. */
  public boolean stronglyConnected() {
    return reachesAll(targets) && reachesAll(sources);
  }

  private static boolean reachesAll(int[][] next) {
    boolean[] seen = new boolean[next.length];
    int[] queue = new int[next.length];
    seen[0] = true;
    int filled = 1;
    for (int head = 0; head < filled; head++) {
      for (int to : next[queue[head]]) {
        if (!seen[to]) {
          seen[to] = true;
          queue[filled++] = to;
        }
      }
    }
    return filled == next.length;
  }
}
