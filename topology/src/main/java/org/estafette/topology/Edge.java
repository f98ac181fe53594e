package org.estafette.topology;

/**
 * An undirected edge between two nodes. Stored with the smaller number first, so that 3–1 and 1–3
 * are equal.
 *
 * @param a the smaller node, from 0
 * @param b the larger node
 */
public record Edge(int a, int b) implements Comparable<Edge> {
  /**
   * Orders the ends.
   *
   * @throws IllegalArgumentException for a negative node or a loop
   */
  public Edge {
    if (a < 0 || b < 0) {
      throw new IllegalArgumentException("edge " + a + "–" + b + " (expected nodes from 0)");
    }
    if (a == b) {
      throw new IllegalArgumentException(
          "edge "
              + a
              + "–"
              + b
              + " joins a node to itself (expected two different nodes; a node's own weight is part"
              + " of every mixing matrix)");
    }
    if (a > b) {
      int first = b;
      b = a;
      a = first;
    }
  }

  /**
   * The other end.
   *
   * @throws IllegalArgumentException where {@code node} is neither end
   */
  public int other(int node) {
    if (node != a && node != b) {
      throw new IllegalArgumentException("node=" + node + " (expected an end of " + this + ")");
    }
    return node == a ? b : a;
  }

  @Override
  public int compareTo(Edge o) {
    return a != o.a ? Integer.compare(a, o.a) : Integer.compare(b, o.b);
  }

  @Override
  public String toString() {
    return a + "–" + b;
  }
}
