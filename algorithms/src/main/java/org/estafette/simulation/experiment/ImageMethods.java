package org.estafette.simulation.experiment;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.gossip.QuasiGlobalForm;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;
import org.estafette.simulation.Wiring;
import org.estafette.topology.Graph;
import org.estafette.topology.RelayTiming;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;

/** What is compared on images. */
final class ImageMethods {
  static final String RELAY = "RelaySGD binary tree";
  static final String GOSSIP = "DP-SGD ring";

  private static final double RATE = 0.3;

  /**
   * Before κ: with relayed, older models a step as long as gossip's is too long where data differ.
   */
  private static final double RELAY_RATE = 0.15;

  private static final double MU = 0.9;

  private ImageMethods() {}

  /** Makes a worker's side for vectors of a length. */
  private interface Maker {
    PeerMethod make(long length);
  }

  /**
   * A method on its graph.
   *
   * @param main whether the claims are about it
   * @param rate learning rate
   */
  record Side(String name, boolean main, Wiring wiring, double rate, Maker maker) {
    Pace pace() {
      return Pace.SYNCHRONOUS;
    }

    List<PeerMethod> methods(long length) {
      List<PeerMethod> all = new ArrayList<>();
      for (int i = 0; i < wiring.workers(); i++) {
        all.add(maker.make(length));
      }
      return all;
    }

    /** Where the method hands out a momentum m: Δ ← (Δ + η·μ·m)/(1 + μ). */
    void momentum(PeerMethod method, double eta, FlatVector delta) {
      List<FlatVector> moments = method.moments();
      if (!moments.isEmpty()) {
        delta.axpy(eta * MU, moments.getFirst());
        delta.scale(1 / (1 + MU));
      }
    }
  }

  static List<Side> compared(int n) {
    Graph tree = Topologies.named("binary-tree", n, TopologyOptions.defaults());
    Wiring ring = Wiring.of(Topologies.named("ring", n, TopologyOptions.defaults()));
    double kappa = RelayTree.of(tree, 1).correction(RelayTiming.SYNCHRONOUS);
    GossipOptions plain = new GossipOptions.Dp(false);
    return List.of(
        new Side(
            RELAY,
            true,
            Wiring.of(tree),
            RELAY_RATE * kappa,
            length -> new RelaySgd(Fill.START, length, Precision.FLOAT32)),
        new Side(GOSSIP, true, ring, RATE, length -> gossip(plain, length)),
        new Side(
            "quasi-global momentum ring",
            false,
            ring,
            RATE,
            length ->
                gossip(
                    new GossipOptions.QuasiGlobal(QuasiGlobalForm.NORMALISED, MU, plain), length)),
        new Side(
            "exact diffusion ring",
            false,
            ring,
            RATE,
            length -> gossip(new GossipOptions.Corrected(true), length)));
  }

  private static PeerMethod gossip(GossipOptions options, long length) {
    return GossipMethods.make(options, Layout.of("x", Math.toIntExact(length)), Precision.FLOAT32);
  }
}
