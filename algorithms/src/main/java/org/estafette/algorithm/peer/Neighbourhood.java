package org.estafette.algorithm.peer;

import java.util.List;
import org.estafette.algorithm.PeerId;

/**
 * A worker's place in the graph for one exchange. In an undirected graph it sends to whom it hears;
 * in a directed or time-varying one the two differ.
 *
 * @param self the worker
 * @param workers n, live workers of the whole graph
 * @param to whom it sends to, in ascending order
 * @param from whom it hears, in ascending order
 * @param selfWeight W_ii
 * @param fromWeights W_ij for each j of {@code from}
 * @param toWeights weight that leaves towards each of {@code to}: W_ji. Columns of a
 *     column-stochastic matrix, self weight included, sum to 1
 */
public record Neighbourhood(
    PeerId self,
    int workers,
    List<PeerId> to,
    List<PeerId> from,
    double selfWeight,
    List<Double> fromWeights,
    List<Double> toWeights) {
  /**
   * @throws IllegalArgumentException where the lists do not belong together
   */
  public Neighbourhood {
    to = List.copyOf(to);
    from = List.copyOf(from);
    fromWeights = List.copyOf(fromWeights);
    toWeights = List.copyOf(toWeights);
    if (fromWeights.size() != from.size() || toWeights.size() != to.size()) {
      throw new IllegalArgumentException(
          "weights from=%d of %d, to=%d of %d (expected one for each neighbour)"
              .formatted(fromWeights.size(), from.size(), toWeights.size(), to.size()));
    }
    if (from.contains(self) || to.contains(self)) {
      throw new IllegalArgumentException(self + " is its own neighbour");
    }
  }
}
