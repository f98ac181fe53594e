package org.estafette.simulation;

import java.util.List;
import org.estafette.memory.FlatVector;

/** What the live workers' parameters are taken together. */
final class PeerAverages {
  private final List<PeerNode> nodes;
  private final FlatVector mean;
  private final FlatVector difference;

  /**
   * @param form a vector of the model's form
   */
  PeerAverages(List<PeerNode> nodes, FlatVector form) {
    this.nodes = nodes;
    this.mean = form.precision().zeros(form.length());
    this.difference = form.precision().zeros(form.length());
  }

  /** x̄; live until the next call. */
  FlatVector mean() {
    mean.fill(0);
    long n = nodes.stream().filter(node -> node.live).count();
    for (PeerNode node : nodes) {
      if (node.live) {
        mean.axpy(1.0 / n, node.setup().peer().parameters());
      }
    }
    return mean;
  }

  /** Ξ² = (1/n)·Σ_i ‖x̄ − x_i‖². */
  double consensusDistance2() {
    FlatVector centre = mean();
    double sum = 0;
    int n = 0;
    for (PeerNode node : nodes) {
      if (node.live) {
        difference.difference(node.setup().peer().parameters(), centre);
        sum += difference.squaredNorm();
        n++;
      }
    }
    return sum / n;
  }

  /** Fewest rounds that one who lives has done. */
  long slowest() {
    long rounds = Long.MAX_VALUE;
    for (PeerNode n : nodes) {
      if (n.live) {
        rounds = Math.min(rounds, n.setup().peer().round());
      }
    }
    return rounds;
  }

  /** Whether all who live have done their rounds. */
  boolean finished() {
    for (PeerNode n : nodes) {
      if (n.live && !n.setup().peer().finished()) {
        return false;
      }
    }
    return true;
  }
}
