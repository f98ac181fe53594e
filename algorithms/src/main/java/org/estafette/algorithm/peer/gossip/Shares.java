package org.estafette.algorithm.peer.gossip;

import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;

/** What of a worker's mass goes to whom. */
final class Shares {
  /** Before the graph is known. */
  static final Neighbourhood NOBODY =
      new Neighbourhood(PeerId.worker(0), 1, List.of(), List.of(), 1, List.of(), List.of());

  private Shares() {}

  /** P_ji for a target j. */
  static double of(Neighbourhood around, PeerId to) {
    int at = around.to().indexOf(to);
    if (at < 0) {
      throw new IllegalArgumentException(
          around.self() + " sends to " + around.to() + ", not to " + to);
    }
    return around.toWeights().get(at);
  }
}
