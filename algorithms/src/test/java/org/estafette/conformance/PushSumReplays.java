package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.gossip.PairwiseAverage;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;

/** Traces of push-sum, in rounds and event by event, and of AD-PSGD. */
final class PushSumReplays {
  private static final Pattern SCENARIO = Pattern.compile("Scenario (\\w+)");

  private PushSumReplays() {}

  static List<Check> pushSum(Trace t) {
    JsonNode matrix = t.entry().get("column_stochastic_matrix");
    double[][] w = new double[matrix.size()][];
    for (int i = 0; i < w.length; i++) {
      w[i] = Trace.numbers(matrix.get(i));
    }
    List<Check> checks = new ArrayList<>();
    t.entry()
        .get("trace")
        .properties()
        .forEach(e -> checks.add(rounds(t, e.getKey(), e.getValue(), w)));
    return checks;
  }

  private static Check rounds(Trace t, String name, JsonNode expected, double[][] w) {
    PeerScenario scenario = new PeerScenario(t.file().get("inputs"), name);
    List<FlatVector> x = scenario.start();
    List<PeerMethod> methods = methods(new GossipOptions.Sum(false), x);
    MethodsInStep all =
        new MethodsInStep(
            methods,
            scenario.trainers(new InnerOptimizer.Sgd(0)),
            x,
            (i, round, exchange) -> Mixing.around(w, i),
            (round, from, to) -> false);
    Compare c = t.compare("." + name);
    for (int round = 0; round < expected.size(); round++) {
      if (round > 0) {
        all.round(1);
      }
      state(c, "round " + round, expected.get(round), x, methods);
    }
    c.number("leases on loan", 0, all.pool().outstanding());
    return c.done();
  }

  private static List<PeerMethod> methods(GossipOptions options, List<FlatVector> x) {
    List<PeerMethod> methods = new ArrayList<>();
    for (FlatVector start : x) {
      methods.add(GossipMethods.make(options, start.length(), Precision.FLOAT64));
    }
    return methods;
  }

  private static void state(
      Compare c, String at, JsonNode expected, List<FlatVector> x, List<PeerMethod> methods) {
    double sum = 0;
    for (int i = 0; i < x.size(); i++) {
      c.vector(at + " x" + i, expected.get("x").get(i), x.get(i));
      c.number(at + " w" + i, expected.get("w").get(i), methods.get(i).mass());
      c.vector(at + " z" + i, expected.get("z").get(i), methods.get(i).trainingPoint(x.get(i)));
      sum += methods.get(i).mass();
    }
    if (expected.has("sum_w_on_workers")) {
      c.number(at + " sum of w", expected.get("sum_w_on_workers"), sum);
    }
  }

  private static PeerScenario scenario(Trace t) {
    Matcher named = SCENARIO.matcher(t.entry().path("meaning").asText());
    return new PeerScenario(t.file().get("inputs"), named.find() ? named.group(1) : "quad_diff");
  }

  static List<Check> asyncPushSum(Trace t) {
    return List.of(
        events(t, "plain", new GossipOptions.Sum(false)),
        events(t, "cumulative", new GossipOptions.AsyncSum(false)));
  }

  private record Sent(int from, int to, double mass, Lease values) {}

  private static Check events(Trace t, String form, GossipOptions options) {
    PeerScenario scenario = scenario(t);
    List<FlatVector> x = scenario.start();
    List<PeerMethod> methods = methods(options, x);
    for (int i = 0; i < x.size(); i++) {
      methods.get(i).rewire(half(i, List.of(), x.size()), 1);
      methods.get(i).begin(x.get(i));
    }
    Map<String, Sent> onTheWay = new HashMap<>();
    Compare c = t.compare("." + form);
    int[] steps = new int[x.size()];
    JsonNode rows = t.entry().get(form);
    for (int k = 0; k < rows.size(); k++) {
      JsonNode event = rows.get(k).get("event");
      switch (event.get(0).asText()) {
        case "step" -> step(scenario, event.get(1).asInt(), steps, x, methods);
        case "send" -> {
          int i = event.get(1).asInt();
          int j = event.get(2).asInt();
          Lease message = Lease.unpooled(Float64Vector.zeros(x.get(i).length()));
          methods.get(i).rewire(half(i, List.of(PeerId.worker(j)), x.size()), 1);
          double mass = methods.get(i).compose(PeerId.worker(j), 0, message.vector());
          methods.get(i).average(x.get(i));
          onTheWay.put(event.get(3).asText(), new Sent(i, j, mass, message));
        }
        case "recv" -> {
          Sent sent = onTheWay.get(event.get(1).asText());
          methods.get(sent.to()).receive(PeerId.worker(sent.from()), 0, sent.mass(), sent.values());
          methods.get(sent.to()).average(x.get(sent.to()));
        }
        case "lose" -> onTheWay.remove(event.get(1).asText());
        default -> throw new IllegalArgumentException("event " + event);
      }
      state(c, "event " + k + " " + event, rows.get(k), x, methods);
    }
    return c.done();
  }

  private static void step(
      PeerScenario scenario, int i, int[] steps, List<FlatVector> x, List<PeerMethod> methods) {
    Float64Vector g = Float64Vector.zeros(x.get(i).length());
    scenario.gradient(i, steps[i]++, methods.get(i).trainingPoint(x.get(i)), g);
    g.scale(scenario.rate());
    methods.get(i).trained(x.get(i), g, scenario.rate());
    methods.get(i).average(x.get(i));
  }

  /** A worker that keeps one half and ships the other. */
  private static Neighbourhood half(int i, List<PeerId> to, int n) {
    return new Neighbourhood(
        PeerId.worker(i),
        n,
        to,
        List.of(),
        to.isEmpty() ? 1 : 0.5,
        List.of(),
        to.stream().map(j -> 0.5).toList());
  }

  static List<Check> pairwise(Trace t) {
    PeerScenario scenario = scenario(t);
    List<PairwiseAverage> workers = new ArrayList<>();
    List<Float64Vector> gradients = new ArrayList<>();
    for (FlatVector start : scenario.start()) {
      workers.add(new PairwiseAverage(start));
      gradients.add(Float64Vector.zeros(start.length()));
    }
    int[] steps = new int[workers.size()];
    Float64Vector question = Float64Vector.zeros(scenario.dimension());
    Float64Vector answer = Float64Vector.zeros(scenario.dimension());
    Compare c = t.compare();
    JsonNode rows = t.entry().get("trace");
    for (int k = 0; k < rows.size(); k++) {
      JsonNode event = rows.get(k).get("event");
      int i = event.get(1).asInt();
      switch (event.get(0).asText()) {
        case "grad" ->
            scenario.gradient(i, steps[i]++, workers.get(i).parameters(), gradients.get(i));
        case "avg" -> {
          workers.get(i).ask(question);
          workers.get(event.get(2).asInt()).answer(question, answer);
          workers.get(i).take(answer);
        }
        case "apply" -> {
          gradients.get(i).scale(scenario.rate());
          workers.get(i).trained(gradients.get(i));
        }
        default -> throw new IllegalArgumentException("event " + event);
      }
      for (int j = 0; j < workers.size(); j++) {
        c.vector("event " + k, rows.get(k).get("x").get(j), workers.get(j).parameters());
      }
    }
    return List.of(c.done());
  }
}
