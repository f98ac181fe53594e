package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.gossip.ExponentialGraph;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.gossip.QuasiGlobalForm;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Precision;

/** Traces of gossip methods in rounds: all workers in lock step, in float64. */
final class GossipReplays {
  private GossipReplays() {}

  static List<Check> gossip(Trace t) {
    boolean overlap = t.entry().path("parameters").path("overlap").asBoolean();
    double mu = mu(t);
    return chain(
        t,
        new GossipOptions.Dp(overlap),
        t.name().contains("dampened") ? InnerOptimizer.Momentum.dampened(mu, 0) : local(mu));
  }

  static List<Check> d2(Trace t) {
    return chain(t, new GossipOptions.Corrected(false), local(mu(t)));
  }

  static List<Check> exactDiffusion(Trace t) {
    return chain(t, new GossipOptions.Corrected(true), local(mu(t)));
  }

  static List<Check> gradientTracking(Trace t) {
    return chain(t, new GossipOptions.Tracked(), local(mu(t)));
  }

  static List<Check> quasiGlobal(Trace t) {
    QuasiGlobalForm form =
        t.name().contains("normalised")
            ? QuasiGlobalForm.NORMALISED
            : t.name().contains("heavy") ? QuasiGlobalForm.HEAVY_BALL : QuasiGlobalForm.NESTEROV;
    GossipOptions options = new GossipOptions.QuasiGlobal(form, mu(t), new GossipOptions.Dp(false));
    return chain(t, options, GossipMethods.optimizer(options, 0).orElseThrow());
  }

  static List<Check> allReduce(Trace t) {
    return scenarios(
        t,
        t.entry().get("trace"),
        new GossipOptions.Dp(false),
        local(mu(t)),
        n -> {
          double[][] w = Mixing.complete(n);
          return (i, round, exchange) -> Mixing.around(w, i);
        });
  }

  static List<Check> gradientPush(Trace t) {
    int averagings = t.entry().get("parameters").get("rounds").asInt();
    ExponentialGraph graph = new ExponentialGraph(averagings, ExponentialGraph.Order.IN_TURN);
    return scenarios(
        t,
        t.entry().get("trace"),
        new GossipOptions.Push(graph),
        local(mu(t)),
        n -> exponential(graph, n));
  }

  /** The published code's order of offsets: one trace for each number of averagings. */
  static List<Check> publishedOffsets(Trace t) {
    List<Check> checks = new ArrayList<>();
    t.entry()
        .properties()
        .forEach(e -> {
          if (e.getKey().startsWith("avg_steps_")) {
            int averagings = Integer.parseInt(e.getKey().substring("avg_steps_".length()));
            ExponentialGraph graph =
                new ExponentialGraph(averagings, ExponentialGraph.Order.AS_PUBLISHED);
            Trace part = new Trace(t.name() + "." + e.getKey(), t.entry(), t.file(), t.tolerance());
            checks.addAll(
                scenarios(
                    part,
                    e.getValue(),
                    new GossipOptions.Push(graph),
                    local(0),
                    n -> exponential(graph, n)));
          }
        });
    return checks;
  }

  private static MethodsInStep.Graph exponential(ExponentialGraph graph, int n) {
    TreeSet<PeerId> live = new TreeSet<>();
    for (int i = 0; i < n; i++) {
      live.add(PeerId.worker(i));
    }
    return (i, round, exchange) -> graph.around(PeerId.worker(i), live, round + 1, exchange);
  }

  private static double mu(Trace t) {
    return t.entry().path("parameters").path("mu").asDouble(0);
  }

  private static InnerOptimizer local(double mu) {
    return mu == 0 ? new InnerOptimizer.Sgd(0) : new InnerOptimizer.Momentum(mu, true, 0);
  }

  private static List<Check> chain(Trace t, GossipOptions options, InnerOptimizer optimizer) {
    return scenarios(
        t,
        t.entry().get("trace"),
        options,
        optimizer,
        n -> {
          double[][] w = Mixing.chain(n);
          return (i, round, exchange) -> Mixing.around(w, i);
        });
  }

  private static List<Check> scenarios(
      Trace t,
      JsonNode traces,
      GossipOptions options,
      InnerOptimizer optimizer,
      java.util.function.IntFunction<MethodsInStep.Graph> graph) {
    List<Check> checks = new ArrayList<>();
    traces
        .properties()
        .forEach(e -> checks.add(scenario(t, e.getKey(), e.getValue(), options, optimizer, graph)));
    return checks;
  }

  private static Check scenario(
      Trace t,
      String name,
      JsonNode expected,
      GossipOptions options,
      InnerOptimizer optimizer,
      java.util.function.IntFunction<MethodsInStep.Graph> graphs) {
    PeerScenario scenario = new PeerScenario(t.file().get("inputs"), name);
    int n = scenario.workers();
    List<FlatVector> x = new ArrayList<>();
    List<PeerMethod> methods = new ArrayList<>();
    for (FlatVector start : scenario.start()) {
      x.add(start);
      methods.add(GossipMethods.make(options, start.length(), Precision.FLOAT64));
    }
    MethodsInStep.Graph graph = graphs.apply(n);
    boolean lossy = t.name().endsWith("_lost");
    MethodsInStep all =
        new MethodsInStep(
            methods,
            scenario.trainers(optimizer),
            x,
            graph,
            lossy ? scenario::lost : (round, from, to) -> false);
    Compare c = t.compare("." + name);
    // The traces of published offsets come as a pair: parameters, then the offsets.
    boolean pair = expected.get(1).get(0) != null && expected.get(1).get(0).has("offsets");
    JsonNode rows = pair ? expected.get(0) : expected;
    JsonNode inside =
        pair ? expected.get(1) : t.entry().path("internal_state_per_round").path(name);
    for (int round = 0; round < rows.size(); round++) {
      if (round > 0) {
        all.round(1);
        state(c, round, inside.path(round - 1), methods, options, n);
      }
      for (int i = 0; i < n; i++) {
        c.vector("round " + round + " worker " + i, rows.get(round).get(i), x.get(i));
      }
    }
    c.number("leases on loan", 0, all.pool().outstanding());
    return c.done();
  }

  private static void state(
      Compare c,
      int round,
      JsonNode expected,
      List<PeerMethod> methods,
      GossipOptions options,
      int n) {
    String at = "round " + round;
    for (String key : List.of("correction", "momentum")) {
      if (expected.has(key)) {
        for (int i = 0; i < n; i++) {
          c.vector(
              at + " " + key + " " + i,
              expected.get(key).get(i),
              methods.get(i).state().getFirst().vector());
        }
      }
    }
    if (expected.has("offsets")) {
      ExponentialGraph graph = GossipMethods.graph(options).orElseThrow();
      for (int j = 0; j < expected.get("offsets").size(); j++) {
        c.number(at + " offset", expected.get("offsets").get(j), graph.offset(n, round - 1, j));
      }
    }
  }
}
