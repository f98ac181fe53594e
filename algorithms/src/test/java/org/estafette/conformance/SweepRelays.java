package org.estafette.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelayGrad;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.memory.Precision;
import org.estafette.simulation.Wiring;
import org.estafette.topology.DoubleTrees;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.jspecify.annotations.Nullable;

/** The relayed algorithms of the sweeps. Models that have not come are those of the start. */
final class SweepRelays {
  private static final long LENGTH = SweepMethods.length(10);

  private SweepRelays() {}

  static @Nullable SweepMethods of(String algorithm, String variant, String topology, int n) {
    if (!variant.isEmpty()) {
      return null;
    }
    return switch (algorithm) {
      case "relay_model" -> models(topology, n, 0, Pace.SYNCHRONOUS);
      case "relay_model_overlap" -> models(topology, n, 0, Pace.OVERLAPPED);
      // relaysum_mix with a = 1/2
      case "relay_mix" -> models(topology, n, 0.5, Pace.OVERLAPPED);
      case "relay_grad" -> gradients(topology, n, Pace.SYNCHRONOUS);
      case "relay_grad_overlap" -> gradients(topology, n, Pace.OVERLAPPED);
      default -> null;
    };
  }

  private static @Nullable SweepMethods models(String topology, int n, double keep, Pace pace) {
    boolean two = topology.equals("double_binary_trees");
    Wiring wiring = two ? Wiring.of(DoubleTrees.binary(n)) : tree(topology, n);
    return wiring == null
        ? null
        : new SweepMethods(
            wiring,
            pace,
            () ->
                made(
                    n,
                    () -> new RelaySgd(Fill.START, keep, two ? 2 : 1, LENGTH, Precision.FLOAT64)),
            SweepMethods.LocalStep.GRADIENT);
  }

  private static @Nullable SweepMethods gradients(String topology, int n, Pace pace) {
    Supplier<List<PeerMethod>> methods =
        () -> made(n, () -> new RelayGrad(LENGTH, Precision.FLOAT64));
    if (topology.equals("double_binary_trees")) {
      DoubleTrees trees = DoubleTrees.binary(n);
      Wiring even = Wiring.of(trees.a());
      Wiring odd = Wiring.of(trees.b());
      return new SweepMethods(
          Halves.wiring(even, odd),
          pace,
          () -> Halves.of(methods.get(), methods.get(), even, odd),
          SweepMethods.LocalStep.GRADIENT);
    }
    Wiring wiring = tree(topology, n);
    return wiring == null
        ? null
        : new SweepMethods(wiring, pace, methods, SweepMethods.LocalStep.GRADIENT);
  }

  private static @Nullable Wiring tree(String topology, int n) {
    String kind = Topologies.canonical(topology);
    return Topologies.known(kind)
        ? Wiring.of(Topologies.named(kind, n, TopologyOptions.defaults()))
        : null;
  }

  private static List<PeerMethod> made(int n, Supplier<PeerMethod> one) {
    List<PeerMethod> all = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      all.add(one.get());
    }
    return all;
  }
}
