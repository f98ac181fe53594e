package org.estafette.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** The graphs that follow from their size alone. */
final class Shapes {
  private Shapes() {}

  static Graph chain(int n) {
    return tree(n, k -> k - 1);
  }

  static Graph ring(int n) {
    return circulant(n, 1);
  }

  static Graph star(int n) {
    return tree(n, k -> 0);
  }

  static Graph complete(int n) {
    List<Edge> edges = new ArrayList<>();
    clique(edges, 0, n);
    return Graph.of(n, edges);
  }

  /** Node 0 hangs under 1, node k ≥ 2 under ⌊k/2⌋. */
  static Graph binaryTree(int n) {
    return tree(n, k -> k == 1 ? 0 : k / 2);
  }

  /** The binary tree with its numbers mirrored: its inner nodes are the other one's leaves. */
  static Graph reversedBinaryTree(int n) {
    List<Edge> edges = new ArrayList<>();
    for (Edge e : binaryTree(n).edges()) {
      edges.add(new Edge(n - 1 - e.a(), n - 1 - e.b()));
    }
    return Graph.of(n, edges);
  }

  /** A root with three children, two children for each other inner node, numbered by level. */
  static Graph threeTree(int n) {
    return tree(n, k -> k <= 3 ? 0 : (k - 4) / 2 + 1);
  }

  private static Graph tree(int n, IntUnaryOperator parent) {
    List<Edge> edges = new ArrayList<>();
    for (int k = 1; k < n; k++) {
      edges.add(new Edge(parent.applyAsInt(k), k));
    }
    return Graph.of(n, edges);
  }

  /** Rows × columns with both directions closed; two rows make a single edge up and down. */
  static Graph torus(int n, int rows) {
    int columns = columns(n, rows);
    int r = n / columns;
    List<Edge> edges = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int row = i / columns;
      int column = i % columns;
      edges.add(new Edge(i, row * columns + (column + 1) % columns));
      edges.add(new Edge(i, (row + 1) % r * columns + column));
    }
    return Graph.of(n, edges);
  }

  /** A torus whose rows are joined into one spiral: east and west are ±1 modulo n. */
  static Graph twistedTorus(int n, int rows) {
    return circulant(n, 1, columns(n, rows));
  }

  private static int columns(int n, int rows) {
    int r = rows;
    if (r == 0) {
      for (int d = 2; d * d <= n; d++) {
        if (n % d == 0) {
          r = d;
        }
      }
    }
    if (r < 2 || n % r != 0 || n / r < 2) {
      throw new IllegalArgumentException(
          "torus: n="
              + n
              + (rows == 0 ? "" : ", rows=" + rows)
              + " (expected rows × columns = n, both at least 2; take another n, or a ring)");
    }
    return n / r;
  }

  /** Nodes whose numbers differ in one bit are neighbours. */
  static Graph hypercube(int n) {
    if (Integer.bitCount(n) != 1) {
      throw new IllegalArgumentException(
          "hypercube: n="
              + n
              + " (expected a power of two; nearest: "
              + Integer.highestOneBit(n)
              + " or "
              + 2L * Integer.highestOneBit(n)
              + ")");
    }
    List<Edge> edges = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      for (int bit = 1; bit < n; bit *= 2) {
        if ((i & bit) == 0) {
          edges.add(new Edge(i, i | bit));
        }
      }
    }
    return Graph.of(n, edges);
  }

  /** Two complete halves, joined by one edge between their first nodes. */
  static Graph twoCliques(int n) {
    int half = n / 2;
    List<Edge> edges = new ArrayList<>();
    clique(edges, 0, half);
    clique(edges, half, n);
    if (half > 0) {
      edges.add(new Edge(0, half));
    }
    return Graph.of(n, edges);
  }

  private static void clique(List<Edge> edges, int from, int to) {
    for (int i = from; i < to; i++) {
      for (int j = i + 1; j < to; j++) {
        edges.add(new Edge(i, j));
      }
    }
  }

  /** Neighbours at distance 1, 2, 4, … &lt; n on both sides. */
  static Graph exponential(int n) {
    int count = n < 2 ? 0 : 32 - Integer.numberOfLeadingZeros(n - 1);
    int[] offsets = new int[count];
    for (int k = 0; k < count; k++) {
      offsets[k] = 1 << k;
    }
    return circulant(n, offsets);
  }

  private static Graph circulant(int n, int... offsets) {
    List<Edge> edges = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      for (int offset : offsets) {
        if (offset % n != 0) {
          edges.add(new Edge(i, (i + offset) % n));
        }
      }
    }
    return Graph.of(n, edges);
  }
}
