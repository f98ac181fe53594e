package org.estafette.algorithm.peer;

import java.util.List;
import java.util.SortedSet;
import java.util.function.Function;
import org.estafette.algorithm.PeerId;
import org.estafette.topology.DirectedGraph;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTree;

/**
 * The graph as each worker sees it. A function of its arguments alone: workers that know the same
 * set of live ones find the same graph, with no word between them, each its own place in it.
 */
public interface Surroundings {
  /**
   * A worker's place.
   *
   * @param self a member of {@code live}
   * @param live the live workers of one epoch
   * @param round rounds since the epoch began, this one among them: from 1
   * @param exchange of that round, from 0
   */
  Neighbourhood around(PeerId self, SortedSet<PeerId> live, long round, int exchange);

  /**
   * A set equal to {@code live}, the same object for all workers as far as possible: {@link
   * #around} then knows it without looking at its members.
   */
  default SortedSet<PeerId> shared(SortedSet<PeerId> live) {
    return live;
  }

  /** Whether the graph differs from one exchange to the next. */
  default boolean varying() {
    return false;
  }

  /**
   * Gossip over a graph whose nodes are slots.
   *
   * @param weights of what is left of the graph, such as {@link MixingMatrix#metropolisHastings}
   */
  static Surroundings gossip(Graph graph, Function<Graph, MixingMatrix> weights) {
    return new GraphSurroundings(graph, weights);
  }

  /** Push-sum over a directed graph whose nodes are slots, with column-stochastic weights. */
  static Surroundings pushSum(DirectedGraph graph) {
    return new GraphSurroundings(graph);
  }

  /**
   * The one-peer exponential graph, which changes with every exchange.
   *
   * @param exchanges of each round
   */
  static Surroundings exponential(int exchanges) {
    return new ExponentialSurroundings(exchanges);
  }

  /** A relay tree whose nodes are slots, repaired around those that are not live. */
  static Surroundings relay(RelayTree tree) {
    return new TreeSurroundings(List.of(tree));
  }

  /** Two relay trees over the same slots, for the parts 0 and 1. */
  static Surroundings relay(RelayTree even, RelayTree odd) {
    return new TreeSurroundings(List.of(even, odd));
  }
}
