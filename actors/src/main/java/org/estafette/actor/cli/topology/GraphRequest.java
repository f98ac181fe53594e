package org.estafette.actor.cli.topology;

import java.util.ArrayList;
import java.util.List;
import org.estafette.topology.DoubleTrees;
import org.estafette.topology.Edge;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;

/**
 * Which graph is asked for.
 *
 * @param kind a kind of {@link Topologies}, or one of the two that are more than one graph
 * @param n nodes
 * @param options of the kind
 * @param weights metropolis-hastings, max-degree, lazy, or one weight for every edge
 */
public record GraphRequest(String kind, int n, TopologyOptions options, String weights) {
  static final String DOUBLE_TREES = "double-binary-trees";
  static final String ONE_PEER = "time-varying-exponential";

  /** The usual weights. */
  public static final String METROPOLIS = "metropolis-hastings";

  /** The same with the kind's own name. */
  public GraphRequest {
    kind = Topologies.canonical(kind);
  }

  /** Everything that may be asked for. */
  public static List<String> kinds() {
    List<String> all = new ArrayList<>(Topologies.kinds());
    all.add(DOUBLE_TREES);
    all.add(ONE_PEER);
    return all;
  }

  boolean isDoubleTrees() {
    return kind.equals(DOUBLE_TREES);
  }

  boolean isOnePeer() {
    return kind.equals(ONE_PEER);
  }

  /** The graph; of two trees their union, of one peer at a time all its edges at once. */
  public Graph graph() {
    if (isOnePeer()) {
      return Topologies.named("exponential", n, options);
    }
    if (!isDoubleTrees()) {
      return Topologies.named(kind, n, options);
    }
    DoubleTrees trees = DoubleTrees.binary(n);
    List<Edge> edges = new ArrayList<>(trees.a().edges());
    edges.addAll(trees.b().edges());
    return Graph.of(n, edges);
  }

  MixingMatrix mixing(Graph graph) {
    return switch (weights) {
      case METROPOLIS -> MixingMatrix.metropolisHastings(graph);
      case "max-degree" -> MixingMatrix.maxDegree(graph);
      case "lazy" -> MixingMatrix.metropolisHastings(graph).lazy();
      default -> MixingMatrix.edgeWeight(graph, number(weights));
    };
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "weights="
              + text
              + " (expected metropolis-hastings, max-degree, lazy, or a number: the weight of every"
              + " edge)",
          e);
    }
  }
}
