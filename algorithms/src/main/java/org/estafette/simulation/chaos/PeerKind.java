package org.estafette.simulation.chaos;

import java.util.List;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.gossip.ExponentialGraph;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.gossip.QuasiGlobalForm;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelayGrad;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.history.peer.Law;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;
import org.estafette.topology.DirectedGraph;
import org.estafette.topology.DoubleTrees;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;

/** The methods without a server that chaos is tried on: each with its pace, graphs and law. */
enum PeerKind {
  RELAY(Pace.SYNCHRONOUS, new Law.RelayedModels(Fill.HOLD)),
  RELAY_HALF(Pace.SYNCHRONOUS, new Law.RelayedModels(Fill.HALF)),
  RELAY_PREVIOUS(Pace.SYNCHRONOUS, new Law.RelayedModels(Fill.PREVIOUS)),
  RELAY_COUNT(Pace.SYNCHRONOUS, new Law.RelayedModels(Fill.COUNT)),
  RELAY_OVERLAPPED(Pace.OVERLAPPED, new Law.RelayedModels(Fill.HOLD)),
  RELAY_ASYNCHRONOUS(Pace.ASYNCHRONOUS, new Law.RelayedModels(Fill.HOLD)),
  RELAY_DOUBLE(Pace.SYNCHRONOUS, new Law.RelayedModels(Fill.HOLD)),
  RELAY_DOUBLE_ASYNCHRONOUS(Pace.ASYNCHRONOUS, new Law.RelayedModels(Fill.HOLD)),
  RELAY_GRADIENTS(Pace.SYNCHRONOUS, new Law.RelayedGradients()),
  RELAY_GRADIENTS_ASYNCHRONOUS(Pace.ASYNCHRONOUS, new Law.RelayedGradients()),
  DP(Pace.SYNCHRONOUS, new Law.Mixing(false, false)),
  DP_OVERLAPPED(Pace.OVERLAPPED, new Law.None()),
  DP_ASYNCHRONOUS(Pace.ASYNCHRONOUS, new Law.None()),
  D2(Pace.SYNCHRONOUS, new Law.Mixing(true, false)),
  EXACT_DIFFUSION(Pace.SYNCHRONOUS, new Law.Mixing(true, false)),
  TRACKING(Pace.SYNCHRONOUS, new Law.Mixing(true, true)),
  QUASI_GLOBAL(Pace.SYNCHRONOUS, new Law.Mixing(false, false)),
  GRADIENT_PUSH(Pace.SYNCHRONOUS, new Law.Mixing(false, false)),
  POWER(Pace.SYNCHRONOUS, new Law.Mixing(false, false)),
  PUSH_SUM(Pace.SYNCHRONOUS, new Law.PushSum(true, false)),
  PUSH_SUM_PLAIN(Pace.SYNCHRONOUS, new Law.PushSum(false, false)),
  CUMULATIVE_PUSH_SUM(Pace.ASYNCHRONOUS, new Law.PushSum(true, true)),
  PAIRS(Pace.ASYNCHRONOUS, new Law.Pairs());

  private static final double MU = 0.5;
  private static final List<String> TREES = List.of("chain", "binary-tree", "star");
  private static final List<String> GRAPHS = List.of("ring", "chain", "complete", "star");

  final Pace pace;
  final Law law;

  PeerKind(Pace pace, Law law) {
    this.pace = pace;
    this.law = law;
  }

  /** One worker's side of the method; PAIRS has none. */
  PeerMethod method(Layout layout) {
    long n = layout.length();
    Precision p = Precision.FLOAT64;
    return switch (this) {
      case RELAY, RELAY_OVERLAPPED, RELAY_ASYNCHRONOUS -> new RelaySgd(Fill.HOLD, n, p);
      case RELAY_HALF -> new RelaySgd(Fill.HALF, n, p);
      case RELAY_PREVIOUS -> new RelaySgd(Fill.PREVIOUS, n, p);
      case RELAY_COUNT -> new RelaySgd(Fill.COUNT, n, p);
      case RELAY_DOUBLE, RELAY_DOUBLE_ASYNCHRONOUS -> new RelaySgd(Fill.HOLD, 0, 2, n, p);
      case RELAY_GRADIENTS, RELAY_GRADIENTS_ASYNCHRONOUS -> new RelayGrad(n, p);
      case DP, DP_ASYNCHRONOUS -> gossip(new GossipOptions.Dp(false), layout);
      case DP_OVERLAPPED -> gossip(new GossipOptions.Dp(true), layout);
      case D2 -> gossip(new GossipOptions.Corrected(false), layout);
      case EXACT_DIFFUSION -> gossip(new GossipOptions.Corrected(true), layout);
      case TRACKING -> gossip(new GossipOptions.Tracked(), layout);
      case QUASI_GLOBAL ->
          gossip(
              new GossipOptions.QuasiGlobal(
                  QuasiGlobalForm.NORMALISED, MU, new GossipOptions.Dp(false)),
              layout);
      case GRADIENT_PUSH ->
          gossip(
              new GossipOptions.Push(new ExponentialGraph(2, ExponentialGraph.Order.IN_TURN)),
              layout);
      case POWER -> gossip(new GossipOptions.Power(1, 2, 7), layout);
      case PUSH_SUM -> gossip(new GossipOptions.Sum(true), layout);
      case PUSH_SUM_PLAIN -> gossip(new GossipOptions.Sum(false), layout);
      case CUMULATIVE_PUSH_SUM -> gossip(new GossipOptions.AsyncSum(true), layout);
      case PAIRS -> throw new IllegalStateException("PAIRS has no method of rounds");
    };
  }

  private static PeerMethod gossip(GossipOptions options, Layout layout) {
    return GossipMethods.make(options, layout, Precision.FLOAT64);
  }

  /** What takes the local steps. */
  InnerOptimizer optimizer() {
    return this == QUASI_GLOBAL
        ? QuasiGlobalForm.NORMALISED.optimizer(MU, 0)
        : new InnerOptimizer.Sgd(0);
  }

  /** A graph over that many workers, one of those that the method runs on. */
  Surroundings graph(int n, long key) {
    TopologyOptions options = TopologyOptions.defaults();
    return switch (this) {
      case RELAY_DOUBLE, RELAY_DOUBLE_ASYNCHRONOUS -> {
        DoubleTrees trees = DoubleTrees.binary(n);
        yield Surroundings.relay(RelayTree.of(trees.a(), 0), RelayTree.of(trees.b(), n - 1));
      }
      case RELAY,
          RELAY_HALF,
          RELAY_PREVIOUS,
          RELAY_COUNT,
          RELAY_OVERLAPPED,
          RELAY_ASYNCHRONOUS,
          RELAY_GRADIENTS,
          RELAY_GRADIENTS_ASYNCHRONOUS ->
          Surroundings.relay(RelayTree.of(Topologies.named(one(TREES, key), n, options), 0));
      case GRADIENT_PUSH -> Surroundings.exponential(2);
      case PUSH_SUM, PUSH_SUM_PLAIN, CUMULATIVE_PUSH_SUM ->
          Surroundings.pushSum(DirectedGraph.exponential(n));
      case D2 -> // On other graphs it is unstable.
          Surroundings.gossip(
              Topologies.named("complete", n, options), MixingMatrix::metropolisHastings);
      default ->
          Surroundings.gossip(
              Topologies.named(one(GRAPHS, key), n, options), MixingMatrix::metropolisHastings);
    };
  }

  private static String one(List<String> names, long key) {
    return names.get((int) CounterRandom.below(key, 0x617, names.size()));
  }
}
