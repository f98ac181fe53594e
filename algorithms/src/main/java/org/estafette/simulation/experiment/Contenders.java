package org.estafette.simulation.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.estafette.algorithm.peer.gossip.ExponentialGraph;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelayGrad;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;
import org.estafette.simulation.Wiring;
import org.estafette.topology.Graph;
import org.estafette.topology.RelayTiming;
import org.estafette.topology.RelayTree;
import org.estafette.topology.TimeVaryingExponential;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;

/** The methods that are compared, on tasks of ten parameters. */
final class Contenders {
  static final String HOLD = "RelaySGD chain, hold";
  static final String PREVIOUS = "RelaySGD chain, previous model";
  static final String HALF = "RelaySGD chain, half step";
  static final String COUNT = "RelaySGD chain, divide by count";
  static final String START = "RelaySGD chain, start";
  static final String GRADIENTS = "RelaySGD/Grad chain";
  static final String GOSSIP = "DP-SGD ring";
  static final String D2 = "D² ring";
  static final String TRACKING = "gradient tracking ring";

  private static final int DIMENSION = 10;

  /** Elements of a vector of ten parameters, padding included. */
  static final long LENGTH = Layout.of("x", DIMENSION).length();

  private Contenders() {}

  /** All that are compared by their rounds to an error. */
  static List<Contender> compared(int n) {
    List<Contender> all = new ArrayList<>(relays(n));
    all.add(d2("ring", n, false));
    all.add(tracking("ring", n));
    all.add(sgp(n, 2));
    all.add(gossip("ring", n));
    all.add(gossip("star", n));
    all.add(relayedGradients("chain", n));
    all.add(allReduce(n));
    return all;
  }

  /**
   * RelaySGD on chain, binary tree and star. In the first rounds the start stands for the models
   * that have not come yet, as in the authors' program: with the own half step the workers begin
   * farther apart, and need more rounds the more their data differ.
   */
  static List<Contender> relays(int n) {
    return List.of(
        relayed("RelaySGD chain", "chain", n, Fill.START),
        relayed("RelaySGD binary tree", "binary-tree", n, Fill.START),
        relayed("RelaySGD star", "star", n, Fill.START));
  }

  /** DP-SGD on several graphs. */
  static List<Contender> gossips(int n) {
    return List.of(
        gossip("ring", n),
        gossip("chain", n),
        gossip("star", n),
        gossip("binary-tree", n),
        gossip("torus", n),
        gossip("hypercube", n));
  }

  /** What is compared under lost messages. */
  static List<Contender> losing(int n) {
    return List.of(
        relayed(HOLD, "chain", n, Fill.HOLD),
        relayed(PREVIOUS, "chain", n, Fill.PREVIOUS),
        relayed(HALF, "chain", n, Fill.HALF),
        relayed(COUNT, "chain", n, Fill.COUNT),
        relayed(START, "chain", n, Fill.START),
        relayedGradients("chain", n),
        gossip("ring", n),
        d2("ring", n, false),
        tracking("ring", n));
  }

  private static Contender relayed(String name, String kind, int n, Fill fill) {
    Graph graph = Topologies.named(kind, n, options());
    return new Contender(
        name,
        Wiring.of(graph),
        Pace.SYNCHRONOUS,
        RelayTree.of(graph, 0).correction(RelayTiming.SYNCHRONOUS),
        many(n, () -> new RelaySgd(fill, LENGTH, Precision.FLOAT64)));
  }

  private static Contender relayedGradients(String kind, int n) {
    return new Contender(
        GRADIENTS,
        Wiring.of(Topologies.named(kind, n, options())),
        Pace.SYNCHRONOUS,
        1,
        many(n, () -> new RelayGrad(LENGTH, Precision.FLOAT64)));
  }

  static Contender allReduce(int n) {
    return gossip("all-reduce", Topologies.named("complete", n, options()), dp(), DIMENSION);
  }

  static Contender gossip(String kind, int n) {
    return gossip(kind, n, DIMENSION);
  }

  static Contender gossip(String kind, int n, int dimension) {
    return gossip("DP-SGD " + kind, Topologies.named(kind, n, options()), dp(), dimension);
  }

  static Contender d2(String kind, int n, boolean lazy) {
    return gossip(
        (lazy ? "exact diffusion " : "D² ") + kind,
        Topologies.named(kind, n, options()),
        new GossipOptions.Corrected(lazy),
        DIMENSION);
  }

  private static Contender tracking(String kind, int n) {
    return gossip(
        "gradient tracking " + kind,
        Topologies.named(kind, n, options()),
        new GossipOptions.Tracked(),
        DIMENSION);
  }

  private static Contender sgp(int n, int averagings) {
    GossipOptions options =
        new GossipOptions.Push(new ExponentialGraph(averagings, ExponentialGraph.Order.IN_TURN));
    return new Contender(
        "SGP, " + averagings + " averagings",
        Wiring.of(new TimeVaryingExponential(n)),
        Pace.SYNCHRONOUS,
        1,
        methods(n, options, DIMENSION));
  }

  private static Contender gossip(String name, Graph graph, GossipOptions options, int dimension) {
    return new Contender(
        name, Wiring.of(graph), Pace.SYNCHRONOUS, 1, methods(graph.size(), options, dimension));
  }

  private static Supplier<List<PeerMethod>> methods(int n, GossipOptions options, int dimension) {
    Layout layout = Layout.of("x", dimension);
    return many(n, () -> GossipMethods.make(options, layout, Precision.FLOAT64));
  }

  private static Supplier<List<PeerMethod>> many(int n, Supplier<PeerMethod> one) {
    return () -> {
      List<PeerMethod> made = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        made.add(one.get());
      }
      return made;
    };
  }

  private static GossipOptions dp() {
    return new GossipOptions.Dp(false);
  }

  private static TopologyOptions options() {
    return TopologyOptions.defaults();
  }
}
