package org.estafette.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.estafette.algorithm.peer.gossip.ExponentialGraph;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.gossip.QuasiGlobalForm;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;
import org.estafette.simulation.LockStep;
import org.estafette.simulation.Losses;
import org.estafette.simulation.Wiring;
import org.estafette.topology.DoubleTrees;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.TimeVaryingExponential;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.jspecify.annotations.Nullable;

/**
 * The algorithms of the sweeps by the names that they have there.
 *
 * @param wiring the graph
 * @param pace synchronous or overlapped
 * @param methods new methods, one a worker
 * @param step how the local step uses gradient and momentum
 */
record SweepMethods(Wiring wiring, Pace pace, Supplier<List<PeerMethod>> methods, LocalStep step) {
  private static final double MU = 0.9;

  /** What a worker steps along. */
  enum LocalStep {
    /** The gradient. */
    GRADIENT,
    /** m ← 0.9 m + 0.1 g, then m. */
    DAMPENED,
    /** (μ m + g)/(1 + μ) with the method's m. */
    NORMALISED
  }

  LockStep start(RandomQuadratics task, double rate) {
    RandomQuadratics.Gradients gradients = task.gradients(0, 0);
    List<PeerMethod> workers = methods.get();
    Float64Vector start = Float64Vector.zeros(length(task.dimension()));
    FlatVector[] momentum = new FlatVector[workers.size()];
    java.util.Arrays.setAll(momentum, i -> Float64Vector.zeros(start.length()));
    return new LockStep(
        workers,
        wiring,
        pace,
        (worker, round, at, delta) -> {
          gradients.gradient(worker, round, at, delta);
          switch (step) {
            case GRADIENT -> {}
            case DAMPENED -> {
              momentum[worker].scale(MU);
              momentum[worker].axpy(1 - MU, delta);
              delta.copyFrom(momentum[worker]);
            }
            case NORMALISED -> {
              delta.axpy(MU, workers.get(worker).moments().getFirst());
              delta.scale(1 / (1 + MU));
            }
          }
          delta.scale(rate);
          return rate;
        },
        Losses.NONE,
        start);
  }

  static long length(int dimension) {
    return Layout.of("x", dimension).length();
  }

  /** The algorithm of those names; null where it is not known. */
  static @Nullable SweepMethods of(String algorithm, String variant, String topology, int n) {
    if (algorithm.equals("sgp")) {
      int averagings = averagings(variant);
      return averagings == 0
          ? null
          : gossip(
              Wiring.of(new TimeVaryingExponential(n)),
              new GossipOptions.Push(
                  new ExponentialGraph(averagings, ExponentialGraph.Order.IN_TURN)),
              LocalStep.GRADIENT);
    }
    GossipOptions plain = new GossipOptions.Dp(false);
    return switch (algorithm) {
      case "gossip", "all_reduce" -> over(topology, variant, n, plain, LocalStep.GRADIENT);
      case "gossip_overlap" ->
          over(topology, variant, n, new GossipOptions.Dp(true), LocalStep.GRADIENT);
      case "gossip_mom" -> over(topology, variant, n, plain, LocalStep.DAMPENED);
      case "qg_sim" ->
          over(
              topology,
              variant,
              n,
              new GossipOptions.QuasiGlobal(QuasiGlobalForm.NORMALISED, MU, plain),
              LocalStep.NORMALISED);
      case "gt" -> over(topology, variant, n, new GossipOptions.Tracked(), LocalStep.GRADIENT);
      case "d2" ->
          over(topology, variant, n, new GossipOptions.Corrected(false), LocalStep.GRADIENT);
      case "exact_diffusion" ->
          over(topology, variant, n, new GossipOptions.Corrected(true), LocalStep.GRADIENT);
      default -> SweepRelays.of(algorithm, variant, topology, n);
    };
  }

  private static int averagings(String variant) {
    return variant.matches("\\d+ averaging rounds? per step")
        ? Integer.parseInt(variant.substring(0, variant.indexOf(' ')))
        : 0;
  }

  private static @Nullable SweepMethods over(
      String topology, String variant, int n, GossipOptions options, LocalStep step) {
    if (topology.equals("double_binary_trees")) {
      DoubleTrees trees = DoubleTrees.binary(n);
      Wiring even = Wiring.of(trees.a());
      Wiring odd = Wiring.of(trees.b());
      return new SweepMethods(
          Halves.wiring(even, odd),
          Pace.SYNCHRONOUS,
          () -> Halves.of(made(n, options), made(n, options), even, odd),
          step);
    }
    String kind = Topologies.canonical(topology);
    if (!Topologies.known(kind)) {
      return null;
    }
    Graph graph = Topologies.named(kind, n, TopologyOptions.defaults());
    if (variant.isEmpty()) {
      return gossip(Wiring.of(graph), options, step);
    }
    // "ring weight 1/3-0.01 (as in the notebooks)"
    return variant.startsWith("ring weight 1/3-0.01")
        ? gossip(Wiring.of(graph, MixingMatrix.edgeWeight(graph, 1.0 / 3 - 0.01)), options, step)
        : null;
  }

  private static SweepMethods gossip(Wiring wiring, GossipOptions options, LocalStep step) {
    return new SweepMethods(wiring, Pace.SYNCHRONOUS, () -> made(wiring.workers(), options), step);
  }

  private static List<PeerMethod> made(int n, GossipOptions options) {
    List<PeerMethod> all = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      all.add(GossipMethods.make(options, Layout.of("x", 10), Precision.FLOAT64));
    }
    return all;
  }
}
