package org.estafette.actor.run;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.algorithm.mailbox.DelayedNesterovQueue;
import org.estafette.algorithm.mailbox.GossipQueue;
import org.estafette.algorithm.mailbox.RelayQueue;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.peer.PeerMailboxes;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.gossip.QuasiGlobalForm;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelayGrad;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;
import org.estafette.topology.DirectedGraph;
import org.estafette.topology.DoubleTrees;
import org.estafette.topology.Graph;
import org.estafette.topology.RelayTree;

/** The parts of a worker without a server that a configuration names. */
final class Peers {
  private static final double ASK_AGAIN_SECONDS = 3;

  private Peers() {}

  /** Rounds without end: who counts the tokens of all workers says when it is enough. */
  static PeerPlan plan(RunConfig config, long run) {
    boolean relay = config.meeting() == RunConfig.Meeting.RELAY;
    double patience =
        (relay ? config.relay().patience() : config.gossip().patience()).toNanos() / 1e9;
    return new PeerPlan(
        run,
        config.localSteps().count(),
        Long.MAX_VALUE,
        pace(config),
        patience,
        ASK_AGAIN_SECONDS,
        true,
        config.schedule().perShard() ? 1 : config.workers().count());
  }

  private static PeerPlan.Pace pace(RunConfig config) {
    boolean relay = config.meeting() == RunConfig.Meeting.RELAY;
    if (relay
        ? config.relay().asynchronous()
        : config.gossip().asynchronous() || pairwise(config)) {
      return PeerPlan.Pace.ASYNCHRONOUS;
    }
    return (relay ? config.relay().overlap() : config.gossip().overlap())
        ? PeerPlan.Pace.OVERLAPPED
        : PeerPlan.Pace.SYNCHRONOUS;
  }

  /** Whether pairs of workers average whenever they meet: a worker of its own kind. */
  static boolean pairwise(RunConfig config) {
    return config.meeting() == RunConfig.Meeting.GOSSIP
        && config.gossip().method().equals(GossipMethods.PAIRWISE);
  }

  /** The graph as the workers see it, also after some of them are lost. */
  static Surroundings surroundings(RunConfig config) {
    Graph graph = Neighbours.graph(config);
    if (config.meeting() == RunConfig.Meeting.RELAY) {
      if (!config.relay().doubleTrees()) {
        return Surroundings.relay(RelayTree.of(graph, 0));
      }
      DoubleTrees trees = DoubleTrees.binary(config.workers().count());
      return Surroundings.relay(RelayTree.of(trees.a(), 0), RelayTree.of(trees.b(), 0));
    }
    if (pairwise(config)) {
      return Surroundings.gossip(graph, rest -> Neighbours.mixingOfRest(config, rest));
    }
    GossipOptions options = gossip(config);
    if (GossipMethods.graph(options).isPresent()) {
      return Surroundings.exponential(config.gossip().averagings());
    }
    if (options instanceof GossipOptions.Sum || options instanceof GossipOptions.AsyncSum) {
      return Surroundings.pushSum(DirectedGraph.of(graph));
    }
    return Surroundings.gossip(graph, rest -> Neighbours.mixingOfRest(config, rest));
  }

  /** One worker's side of the method. */
  static PeerMethod method(RunConfig config, Layout layout) {
    long n = layout.length();
    if (config.meeting() != RunConfig.Meeting.RELAY) {
      return GossipMethods.make(gossip(config), layout, Precision.FLOAT32);
    }
    RunConfig.Relay r = config.relay();
    if (r.form().equals("gradient")) {
      return new RelayGrad(n, Precision.FLOAT32);
    }
    double keep = r.form().equals("mix") ? r.mix() : 0;
    Fill fill = Fill.valueOf(r.fill().toUpperCase(Locale.ROOT));
    return new RelaySgd(fill, keep, r.doubleTrees() ? 2 : 1, n, Precision.FLOAT32);
  }

  private static GossipOptions gossip(RunConfig config) {
    RunConfig.Gossip g = config.gossip();
    GossipOptions.Base plain = new GossipOptions.Dp(g.overlap());
    return switch (g.method()) {
      case "dp-sgd" -> plain;
      case "qg" ->
          new GossipOptions.QuasiGlobal(
              QuasiGlobalForm.valueOf(g.form().toUpperCase(Locale.ROOT).replace('-', '_')),
              g.momentum(),
              plain);
      case "qg-adam" ->
          new GossipOptions.QuasiGlobalAdaptive(
              config.inner().beta1(), config.inner().beta2(), plain);
      case "sgp" ->
          new GossipOptions.Push(
              new org.estafette.algorithm.peer.gossip.ExponentialGraph(
                  g.averagings(),
                  org.estafette.algorithm.peer.gossip.ExponentialGraph.Order.IN_TURN));
      case "push-sum" ->
          g.asynchronous()
              ? GossipMethods.defaults("async-push-sum")
              : new GossipOptions.Sum(false);
      case "consensus-control" ->
          new GossipOptions.Controlled(g.consensusTarget(), g.exchanges(), plain);
      default -> named(g.method());
    };
  }

  private static GossipOptions named(String method) {
    try {
      return GossipMethods.defaults(method);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("estafette.gossip.method: " + e.getMessage());
    }
  }

  /** The inner optimizer that the method brings along; empty where the configured one is used. */
  static Optional<InnerOptimizer> optimizer(RunConfig config) {
    return config.meeting() == RunConfig.Meeting.GOSSIP && !pairwise(config)
        ? GossipMethods.optimizer(gossip(config), config.inner().weightDecay())
        : Optional.empty();
  }

  /**
   * What no graph decides.
   *
   * @throws ConfigException where values do not go together
   */
  static void check(RunConfig config) {
    if (config.shards().count() < config.workers().count()) {
      throw new ConfigException(
          "estafette.shards.count = "
              + config.shards().count()
              + " (expected at least workers.count = "
              + config.workers().count()
              + ": without a server each worker has a shard of its own)");
    }
    if (config.meeting() == RunConfig.Meeting.RELAY) {
      checkRelay(config);
      return;
    }
    if (pairwise(config)) {
      checkPairwise(config);
      return;
    }
    RunConfig.Gossip g = config.gossip();
    GossipOptions options = gossip(config);
    if (g.asynchronous() && GossipMethods.needsRounds(options)) {
      throw new ConfigException(
          "estafette.gossip.method = "
              + g.method()
              + " averages rounds together; expected gossip.asynchronous = false, or one of dp-sgd,"
              + " qg, qg-adam, push-sum");
    }
    if (g.overlap() && (g.asynchronous() || !g.method().equals("dp-sgd"))) {
      throw new ConfigException(
          "estafette.gossip.overlap = true (expected only with method = dp-sgd in rounds)");
    }
  }

  /**
   * Whether the mailbox's policy knows the messages that it will be offered, and keeps those that
   * count.
   *
   * @throws ConfigException where it does not
   */
  static void checkMailbox(RunConfig config, UpdateQueue mailbox, Layout layout) {
    boolean betweenWorkers = mailbox instanceof RelayQueue || mailbox instanceof GossipQueue;
    String name = "estafette.mailbox = " + config.mailbox().name();
    if (!config.withoutServer()) {
      if (betweenWorkers) {
        throw new ConfigException(
            name
                + " holds what workers send one another, with strategy = "
                + config.strategy()
                + " (expected auto, delayed-nesterov or fifo for what a server is sent)");
      }
      return;
    }
    if (mailbox instanceof DelayedNesterovQueue) {
      throw new ConfigException(
          name
              + " holds what a server is sent, with strategy = "
              + config.strategy()
              + " (expected auto, relay, gossip or fifo: there is no server)");
    }
    if (pairwise(config)) {
      if (betweenWorkers) {
        throw pairsNeedFifo(config);
      }
      return;
    }
    try (PeerMethod method = method(config, layout)) {
      PeerMailboxes.check(mailbox, plan(config, 0), method);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("estafette.mailbox: " + e.getMessage());
    }
  }

  private static ConfigException pairsNeedFifo(RunConfig config) {
    return new ConfigException(
        "estafette.mailbox = "
            + config.mailbox().name()
            + ", with gossip.method = ad-psgd (expected fifo or auto: each question and answer"
            + " counts)");
  }

  private static void checkPairwise(RunConfig config) {
    Set<String> superseding = Set.of("gossip", "relay");
    if (superseding.contains(config.mailbox().name())) {
      throw pairsNeedFifo(config);
    }
    if (config.gossip().overlap()) {
      throw new ConfigException(
          "estafette.gossip.overlap = true, with gossip.method = ad-psgd (expected false: it has no"
              + " rounds)");
    }
  }

  private static void checkRelay(RunConfig config) {
    RunConfig.Relay r = config.relay();
    if (r.doubleTrees() && !config.topology().kind().equals("binary-tree")) {
      throw new ConfigException(
          "estafette.relay.trees = double, with topology.kind = "
              + config.topology().kind()
              + " (expected binary-tree, whose mirror is the second tree)");
    }
    if (r.doubleTrees() && r.form().equals("gradient")) {
      throw new ConfigException(
          "estafette.relay.trees = double, with relay.form = gradient (expected model or mix)");
    }
    if (r.asynchronous() && (r.overlap() || r.form().equals("gradient"))) {
      throw new ConfigException(
          "estafette.relay.asynchronous = true, with overlap = "
              + r.overlap()
              + " and form = "
              + r.form()
              + " (expected overlap = false and form = model or mix: the newest message of an edge"
              + " must say all that the older ones said)");
    }
    if (r.asynchronous() && !r.fill().equals("hold")) {
      throw new ConfigException(
          "estafette.relay.asynchronous = true, with fill = "
              + r.fill()
              + " (expected hold: nobody waits, and the other fills take every message that is not"
              + " there yet for a lost one)");
    }
  }
}
