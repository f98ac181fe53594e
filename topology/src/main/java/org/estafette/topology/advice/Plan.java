package org.estafette.topology.advice;

import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;

/**
 * What is to be run, as far as the graph matters.
 *
 * @param method how models travel
 * @param graph who talks to whom
 * @param mixing with which weights; relays, push-sum and pairs do not look at it
 */
public record Plan(Method method, Graph graph, MixingMatrix mixing) {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException where graph and weights differ in size
   */
  public Plan {
    if (graph.size() != mixing.size()) {
      throw new IllegalArgumentException(
          "weights for n=" + mixing.size() + " (expected n=" + graph.size() + " as in the graph)");
    }
  }

  /** With Metropolis–Hastings weights. */
  public static Plan of(Method method, Graph graph) {
    return new Plan(method, graph, MixingMatrix.metropolisHastings(graph));
  }
}
