package org.estafette.algorithm.peer.gossip;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;

/** Other weights for a worker's place in the graph. */
final class Weights {
  private Weights() {}

  /** (W + I)/2: no eigenvalue below 0 where W is symmetric. */
  static Neighbourhood lazy(Neighbourhood around) {
    return new Neighbourhood(
        around.self(),
        around.workers(),
        around.to(),
        around.from(),
        (1 + around.selfWeight()) / 2,
        around.fromWeights().stream().map(w -> w / 2).toList(),
        around.toWeights().stream().map(w -> w / 2).toList());
  }

  /**
   * Only the neighbours of {@code open}; what the others weighed goes to the worker itself. Done at
   * both ends of an edge, a symmetric W stays symmetric and doubly stochastic.
   */
  static Neighbourhood only(Neighbourhood around, List<PeerId> open) {
    double self = around.selfWeight();
    List<PeerId> from = new ArrayList<>();
    List<Double> fromWeights = new ArrayList<>();
    for (int i = 0; i < around.from().size(); i++) {
      if (open.contains(around.from().get(i))) {
        from.add(around.from().get(i));
        fromWeights.add(around.fromWeights().get(i));
      } else {
        self += around.fromWeights().get(i);
      }
    }
    List<PeerId> to = new ArrayList<>();
    List<Double> toWeights = new ArrayList<>();
    for (int i = 0; i < around.to().size(); i++) {
      if (open.contains(around.to().get(i))) {
        to.add(around.to().get(i));
        toWeights.add(around.toWeights().get(i));
      }
    }
    return new Neighbourhood(
        around.self(), around.workers(), to, from, self, fromWeights, toWeights);
  }
}
