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
 * @param partners where several graphs lie over each other (double relay trees): the neighbours in
 *     the graph of each of the method's parts; empty where every neighbour carries every part
 */
public record Neighbourhood(
    PeerId self,
    int workers,
    List<PeerId> to,
    List<PeerId> from,
    double selfWeight,
    List<Double> fromWeights,
    List<Double> toWeights,
    List<List<PeerId>> partners) {
  /** A neighbourhood in one graph. */
  public Neighbourhood(
      PeerId self,
      int workers,
      List<PeerId> to,
      List<PeerId> from,
      double selfWeight,
      List<Double> fromWeights,
      List<Double> toWeights) {
    this(self, workers, to, from, selfWeight, fromWeights, toWeights, List.of());
  }

  /**
   * @throws IllegalArgumentException where the lists do not belong together
   */
  public Neighbourhood {
    to = List.copyOf(to);
    from = List.copyOf(from);
    fromWeights = List.copyOf(fromWeights);
    toWeights = List.copyOf(toWeights);
    partners = partners.stream().map(List::copyOf).toList();
    if (fromWeights.size() != from.size() || toWeights.size() != to.size()) {
      throw new IllegalArgumentException(
          "weights from=%d of %d, to=%d of %d (expected one for each neighbour)"
              .formatted(fromWeights.size(), from.size(), toWeights.size(), to.size()));
    }
    if (from.contains(self) || to.contains(self)) {
      throw new IllegalArgumentException(self + " is its own neighbour");
    }
  }

  /** Whether that neighbour is sent, or sends, that part. */
  public boolean carries(PeerId neighbour, int part) {
    return partners.isEmpty() || partners.get(part).contains(neighbour);
  }

  /** Whether messages go to whom they come from. */
  public boolean undirected() {
    return to.equals(from);
  }
}
