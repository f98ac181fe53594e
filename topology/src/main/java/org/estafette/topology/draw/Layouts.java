package org.estafette.topology.draw;

import org.estafette.topology.Graph;
import org.estafette.topology.RelayTree;

/**
 * A place for each node: lines for chains, layers for trees, a grid for the torus, else circles.
 */
public final class Layouts {
  private static final int CHAIN_ROW = 12;

  private Layouts() {}

  /**
   * The layout that suits a kind.
   *
   * @param kind as {@code Topologies} names it
   * @param graph the graph to draw
   */
  public static Layout of(String kind, Graph graph) {
    if (graph.isTree()) {
      if (graph.maxDegree() <= 2) {
        return chain(graph);
      }
      return graph.maxDegree() == graph.size() - 1 ? star(graph) : layers(graph);
    }
    return switch (kind) {
      case "torus" -> grid(graph);
      case "two-cliques" -> twoCircles(graph.size());
      case "social" -> columns(graph);
      default -> circle(graph.size());
    };
  }

  /** From end to end, in rows that turn back, so that an edge never crosses another. */
  private static Layout chain(Graph graph) {
    int n = graph.size();
    double[] x = new double[n];
    double[] y = new double[n];
    int node = 0;
    while (node < n - 1 && graph.degree(node) > 1) {
      node++;
    }
    int before = -1;
    for (int place = 0; place < n; place++) {
      int row = place / CHAIN_ROW;
      int column = place % CHAIN_ROW;
      x[node] = row % 2 == 0 ? column : CHAIN_ROW - 1 - column;
      y[node] = row;
      int next = node;
      for (int k = 0; k < graph.degree(node); k++) {
        next = graph.neighbour(node, k) == before ? next : graph.neighbour(node, k);
      }
      before = node;
      node = next;
    }
    int rows = (n - 1) / CHAIN_ROW + 1;
    return Layout.scaled(x, y, rows == 1 ? 0.03 : 0.1 * (rows - 1));
  }

  private static Layout star(Graph graph) {
    int n = graph.size();
    double[] x = new double[n];
    double[] y = new double[n];
    int placed = 0;
    for (int i = 0; i < n; i++) {
      if (graph.degree(i) != n - 1) {
        onCircle(x, y, i, placed++, n - 1, 0);
      }
    }
    return Layout.scaled(x, y, 1);
  }

  private static Layout circle(int n) {
    double[] x = new double[n];
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      onCircle(x, y, i, i, n, 0);
    }
    return Layout.scaled(x, y, 1);
  }

  /** The nodes that are joined, 0 and n/2, face each other. */
  private static Layout twoCircles(int n) {
    int half = n / 2;
    double[] x = new double[n];
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      if (i < half) {
        onCircle(x, y, i, i + half / 4.0, half, 0);
      } else {
        onCircle(x, y, i, i - half - (n - half) / 4.0, n - half, 2.8);
      }
    }
    return Layout.scaled(x, y, 0.42);
  }

  /** Who only knows the other side: women on the left, events on the right. */
  private static Layout columns(Graph graph) {
    int n = graph.size();
    int left = graph.neighbour(0, 0);
    double[] x = new double[n];
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = i < left ? 0 : 1;
      y[i] = i < left ? (double) i / (left - 1) : (double) (i - left) / (n - left - 1);
    }
    return Layout.scaled(x, y, 0.85);
  }

  private static void onCircle(
      double[] x, double[] y, int node, double place, int of, double shift) {
    double angle = 2 * Math.PI * place / of - Math.PI / 2;
    x[node] = Math.cos(angle) + shift;
    y[node] = Math.sin(angle);
  }

  /** Rows of the torus: node 0's neighbour below it tells their length. */
  private static Layout grid(Graph graph) {
    int n = graph.size();
    int columns = 1;
    for (int c = 2; c < n; c++) {
      if (n % c == 0 && graph.adjacent(0, c) && graph.adjacent(0, c - 1)) {
        columns = c;
        break;
      }
    }
    double[] x = new double[n];
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      int column = i % columns;
      int row = i / columns;
      // Slightly askew: else the edges that close a row lie on top of the others.
      x[i] = column + 0.16 * row;
      y[i] = row + 0.16 * (column % 2);
    }
    return Layout.scaled(x, y, (double) n / columns / columns);
  }

  /**
   * The middle of the tree on top, leaves side by side, parents over the middle of their children.
   */
  private static Layout layers(Graph graph) {
    RelayTree tree = RelayTree.of(graph, graph.centre());
    double[] x = new double[graph.size()];
    double[] y = new double[graph.size()];
    place(tree, tree.root(), 0, x, y);
    double deepest = 0;
    for (double depth : y) {
      deepest = Math.max(deepest, depth);
    }
    return Layout.scaled(x, y, Math.min(1, 0.13 * deepest));
  }

  private static double place(RelayTree tree, int node, double leaf, double[] x, double[] y) {
    y[node] = tree.depth(node);
    int[] children = tree.children(node);
    if (children.length == 0) {
      x[node] = leaf;
      return leaf + 1;
    }
    double next = leaf;
    for (int child : children) {
      next = place(tree, child, next, x, y);
    }
    x[node] = (x[children[0]] + x[children[children.length - 1]]) / 2;
    return next;
  }
}
