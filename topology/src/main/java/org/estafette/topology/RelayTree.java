package org.estafette.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The tree along which RelaySum passes sums, at one epoch. Nodes keep their numbers for life: after
 * a repair the tree stands over a subset of them. The sum itself knows no root; the root says who
 * adopts whom when a node dies. Immutable.
 */
public final class RelayTree {
  /** The parent of the root. */
  public static final int NONE = -1;

  private final long epoch;
  private final SortedMap<Integer, Integer> parentOf;
  private final int[] nodes;
  private final int[] parents;
  private final int[][] children;
  private final int[] depths;
  private final int[] sizes;

  private RelayTree(long epoch, SortedMap<Integer, Integer> parentOf) {
    this.epoch = epoch;
    this.parentOf = parentOf;
    this.nodes = parentOf.keySet().stream().mapToInt(Integer::intValue).toArray();
    this.parents = parentOf.values().stream().mapToInt(Integer::intValue).toArray();
    this.children = childrenOf();
    this.depths = new int[nodes.length];
    this.sizes = new int[nodes.length];
    measure();
  }

  /**
   * The tree of epoch 0 over all nodes of a graph.
   *
   * @throws IllegalArgumentException where the graph is no tree, or the root is not in it
   */
  public static RelayTree of(Graph tree, int root) {
    if (!tree.isTree()) {
      throw new IllegalArgumentException(
          "a relay needs a tree (expected n − 1 = "
              + (tree.size() - 1)
              + " edges without a cycle, was "
              + tree.edges().size()
              + (tree.connected() ? "" : " and not connected")
              + "); take SpanningTree.of(graph, root, BFS)");
    }
    if (root < 0 || root >= tree.size()) {
      throw new IllegalArgumentException(
          "root=" + root + " (expected a node 0 … " + (tree.size() - 1) + ")");
    }
    TreeMap<Integer, Integer> parentOf = new TreeMap<>();
    parentOf.put(root, NONE);
    List<Integer> queue = new ArrayList<>(List.of(root));
    for (int head = 0; head < queue.size(); head++) {
      int from = queue.get(head);
      for (int to : tree.neighbours(from)) {
        if (parentOf.putIfAbsent(to, from) == null) {
          queue.add(to);
        }
      }
    }
    return new RelayTree(0, parentOf);
  }

  /**
   * A tree over any nodes.
   *
   * @param epoch counts the repairs
   * @param parentOf the parent of each node, {@link #NONE} for the root
   * @throws IllegalArgumentException where that is no tree
   */
  public static RelayTree of(long epoch, Map<Integer, Integer> parentOf) {
    TreeMap<Integer, Integer> parents = new TreeMap<>(parentOf);
    List<Integer> roots = new ArrayList<>();
    parents.forEach((node, parent) -> {
      if (node < 0) {
        throw new IllegalArgumentException("node=" + node + " (expected numbers from 0)");
      }
      if (parent == NONE) {
        roots.add(node);
      } else if (!parents.containsKey(parent)) {
        throw new IllegalArgumentException(
            "node "
                + node
                + " hangs under "
                + parent
                + ", which is not in the tree (expected one of "
                + parents.keySet()
                + ")");
      }
    });
    if (roots.size() != 1) {
      throw new IllegalArgumentException("roots=" + roots + " (expected exactly one)");
    }
    RelayTree tree = new RelayTree(epoch, parents);
    int reached = tree.sizes[tree.index(roots.getFirst())];
    if (reached != parents.size()) {
      throw new IllegalArgumentException(
          "parents "
              + parents
              + " form a circle (expected all "
              + parents.size()
              + " nodes under root "
              + roots.getFirst()
              + ", were "
              + reached
              + ")");
    }
    return tree;
  }

  private int[][] childrenOf() {
    List<List<Integer>> lists = new ArrayList<>();
    for (int i = 0; i < nodes.length; i++) {
      lists.add(new ArrayList<>());
    }
    parentOf.forEach((node, parent) -> {
      if (parent != NONE) {
        lists.get(index(parent)).add(node);
      }
    });
    int[][] all = new int[nodes.length][];
    Arrays.setAll(all, i -> lists.get(i).stream().mapToInt(Integer::intValue).toArray());
    return all;
  }

  /** Depths from the root down, sizes of subtrees from the leaves up. */
  private void measure() {
    List<Integer> order = new ArrayList<>(List.of(root()));
    for (int head = 0; head < order.size(); head++) {
      for (int child : children[index(order.get(head))]) {
        depths[index(child)] = depths[index(order.get(head))] + 1;
        order.add(child);
      }
    }
    for (int node : order.reversed()) {
      sizes[index(node)] = 1;
      for (int child : children[index(node)]) {
        sizes[index(node)] += sizes[index(child)];
      }
    }
  }

  private int index(int node) {
    int i = Arrays.binarySearch(nodes, node);
    if (i < 0) {
      throw new IllegalArgumentException(
          "node="
              + node
              + " is not in the tree of epoch "
              + epoch
              + " (expected one of "
              + Arrays.toString(nodes)
              + ")");
    }
    return i;
  }

  /** Counts the repairs; a message of another epoch is refused. */
  public long epoch() {
    return epoch;
  }

  /** Number of nodes alive. */
  public int size() {
    return nodes.length;
  }

  /** The nodes in ascending order; a copy. */
  public int[] nodes() {
    return nodes.clone();
  }

  /** Whether a node is in this tree. */
  public boolean contains(int node) {
    return Arrays.binarySearch(nodes, node) >= 0;
  }

  /** The node without a parent. */
  public int root() {
    for (int i = 0; i < nodes.length; i++) {
      if (parents[i] == NONE) {
        return nodes[i];
      }
    }
    throw new IllegalStateException("no root in " + parentOf);
  }

  /** Who a node hangs under; {@link #NONE} for the root. */
  public int parent(int node) {
    return parents[index(node)];
  }

  /** The nodes under a node, ascending; a copy. */
  public int[] children(int node) {
    return children[index(node)].clone();
  }

  /** Parent and children, ascending: with whom a node exchanges messages. */
  public int[] neighbours(int node) {
    int parent = parent(node);
    int[] below = children[index(node)];
    if (parent == NONE) {
      return below.clone();
    }
    int[] all = Arrays.copyOf(below, below.length + 1);
    all[below.length] = parent;
    Arrays.sort(all);
    return all;
  }

  /** Steps up to the root. */
  public int depth(int node) {
    return depths[index(node)];
  }

  /** The edges in ascending order. */
  public List<Edge> edges() {
    List<Edge> edges = new ArrayList<>();
    parentOf.forEach((node, parent) -> {
      if (parent != NONE) {
        edges.add(new Edge(node, parent));
      }
    });
    Collections.sort(edges);
    return edges;
  }

  /** The parent of each node, {@link #NONE} for the root; unmodifiable. */
  public Map<Integer, Integer> parents() {
    return Collections.unmodifiableSortedMap(parentOf);
  }

  /** Hops between two nodes. */
  public int distance(int i, int j) {
    int a = i;
    int b = j;
    int hops = 0;
    while (a != b) {
      if (depth(a) >= depth(b)) {
        a = parent(a);
      } else {
        b = parent(b);
      }
      hops++;
    }
    return hops;
  }

  /** τ_ij: by how many rounds j's model is old when it is averaged into i's. */
  public int delay(int i, int j, RelayTiming timing) {
    return timing.delay(distance(i, j));
  }

  /** τ_max: after so many rounds every node counts all others. */
  public int maxDelay(RelayTiming timing) {
    return timing.delay(diameter());
  }

  /** The longest path, in hops. */
  public int diameter() {
    int[] height = new int[nodes.length];
    int longest = 0;
    List<Integer> byDepth = new ArrayList<>(parentOf.keySet());
    byDepth.sort((x, y) -> Integer.compare(depth(y), depth(x)));
    for (int node : byDepth) {
      int first = 0;
      int second = 0;
      for (int child : children[index(node)]) {
        int arm = height[index(child)] + 1;
        second = Math.max(second, Math.min(first, arm));
        first = Math.max(first, arm);
      }
      height[index(node)] = first;
      longest = Math.max(longest, first + second);
    }
    return longest;
  }

  /** Mean hops over all ordered pairs, a node and itself among them. */
  public double meanDistance() {
    double n = nodes.length;
    double sum = 0;
    for (int i = 0; i < nodes.length; i++) {
      // The edge above i lies on the way of everyone below it to everyone else; above the root: 0.
      sum += 2.0 * sizes[i] * (n - sizes[i]);
    }
    return sum / (n * n);
  }

  /**
   * κ = 1 + mean_ij τ_ij: by this factor RelaySGD moves slower than SGD at the same learning rate;
   * multiply the rate by it to compare.
   */
  public double correction(RelayTiming timing) {
    double n = nodes.length;
    double mean = meanDistance();
    return timing == RelayTiming.OVERLAPPED ? 1 + mean : mean + 1 / n;
  }

  /** The tree as a graph over 0 … size − 1, in the order of {@link #nodes()}. */
  public Graph graph() {
    List<Edge> renumbered = new ArrayList<>();
    for (Edge e : edges()) {
      renumbered.add(new Edge(index(e.a()), index(e.b())));
    }
    return Graph.of(nodes.length, renumbered);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof RelayTree t && epoch == t.epoch && parentOf.equals(t.parentOf);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(epoch) + parentOf.hashCode();
  }

  @Override
  public String toString() {
    return "RelayTree[epoch=" + epoch + ", root=" + root() + ", parents=" + parentOf + "]";
  }
}
