package org.estafette.actor.run;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.topology.Edge;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTiming;
import org.estafette.topology.RelayTree;
import org.estafette.topology.SpanningTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.estafette.topology.advice.Advice;
import org.estafette.topology.advice.Advisor;
import org.estafette.topology.advice.Method;
import org.estafette.topology.advice.Plan;
import org.estafette.topology.spectrum.Spectrum;

/** The graph of a run without a server, its weights, and whether anything can come of it. */
final class Neighbours {
  private Neighbours() {}

  /**
   * Who exchanges with whom while all configured workers are there; for a relay a tree.
   *
   * @throws ConfigException where the section names no graph of that size
   */
  static Graph graph(RunConfig config) {
    RunConfig.Topology t = config.topology();
    int n = config.workers().count();
    try {
      List<Edge> edges = t.edges().stream().map(p -> new Edge(p.get(0), p.get(1))).toList();
      Graph graph =
          Topologies.named(
              t.kind(),
              n,
              new TopologyOptions(config.seed(), t.degree(), t.probability(), t.rows(), 0, edges));
      boolean relay = config.meeting() == RunConfig.Meeting.RELAY;
      return relay && !graph.isTree() && graph.connected()
          ? SpanningTree.of(graph, 0, SpanningTree.Search.BFS)
          : graph;
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "estafette.topology, for workers.count = " + n + ": " + e.getMessage());
    }
  }

  /**
   * Gossip's weights on that graph.
   *
   * @throws ConfigException where an edge's weight is too large for it
   */
  static MixingMatrix mixing(RunConfig config, Graph graph) {
    RunConfig.Topology t = config.topology();
    try {
      MixingMatrix w =
          switch (t.weights()) {
            case "max-degree" -> MixingMatrix.maxDegree(graph);
            case "edge" -> MixingMatrix.edgeWeight(graph, t.edgeWeight());
            default -> MixingMatrix.metropolisHastings(graph);
          };
      return t.lazy() ? w.lazy() : w;
    } catch (IllegalArgumentException e) {
      throw new ConfigException("estafette.topology: " + e.getMessage());
    }
  }

  /**
   * Weights of what is left of the graph. Its repair may give a worker more neighbours than the
   * configured edge weight has room for; then they are Metropolis and Hastings'.
   */
  static MixingMatrix mixingOfRest(RunConfig config, Graph rest) {
    try {
      return mixing(config, rest);
    } catch (ConfigException tooLarge) {
      MixingMatrix w = MixingMatrix.metropolisHastings(rest);
      return config.topology().lazy() ? w.lazy() : w;
    }
  }

  /**
   * Looks at the plan before anything is started.
   *
   * @param notices told what is worth knowing
   * @throws ConfigException where it cannot converge, with the reason and the remedy
   */
  static void check(RunConfig config, Consumer<String> notices) {
    Graph graph = graph(config);
    switch (Advisor.judge(new Plan(method(config), graph, mixing(config, graph)))) {
      case Advice.Ok ok -> {}
      case Advice.Warning w -> notices.accept("caution   " + w.reason() + "; " + w.remedy());
      case Advice.Refused r ->
          throw new ConfigException(
              config.strategy()
                  + " of "
                  + config.workers().count()
                  + " workers is not started: "
                  + r.reason()
                  + ". Remedy: "
                  + r.remedy());
    }
  }

  /** For people: what the graph does to averaging. */
  static String describe(RunConfig config) {
    if (config.gossip().method().equals("sgp") && config.meeting() == RunConfig.Meeting.GOSSIP) {
      return "exponential of "
          + config.workers().count()
          + ", one peer at a time, averagings "
          + config.gossip().averagings();
    }
    Graph graph = graph(config);
    String size =
        config.topology().kind() + " of " + graph.size() + ", " + graph.edges().size() + " edges";
    if (config.meeting() == RunConfig.Meeting.RELAY) {
      RelayTree tree = RelayTree.of(graph, 0);
      RelayTiming timing =
          config.relay().overlap() ? RelayTiming.OVERLAPPED : RelayTiming.SYNCHRONOUS;
      return String.format(
          Locale.ROOT,
          "%s, relayed models are up to %d rounds old, kappa %.2f",
          size,
          tree.maxDelay(timing),
          tree.correction(timing));
    }
    MixingMatrix w = mixing(config, graph);
    return String.format(Locale.ROOT, "%s, spectral gap %.3f", size, Spectrum.of(w).gap());
  }

  private static Method method(RunConfig config) {
    if (config.meeting() == RunConfig.Meeting.RELAY) {
      return config.relay().form().equals("gradient") ? Method.RELAY_GRAD : Method.RELAY;
    }
    String name = config.gossip().method().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "d2" -> Method.D2;
      case "exact-diffusion" -> Method.EXACT_DIFFUSION;
      case "gradient-tracking" -> Method.GRADIENT_TRACKING;
      case "qg", "qg-adam" -> Method.QUASI_GLOBAL;
      case "sgp", "push-sum", "async-push-sum" -> Method.PUSH_SUM;
      case "ad-psgd" -> Method.AD_PSGD;
      default -> Method.GOSSIP;
    };
  }
}
