package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelayGrad;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.memory.Precision;
import org.estafette.testing.LockStep;
import org.estafette.topology.RelayTree;

/** RelaySum in all its forms, through the worker that trains with it. */
final class RelayReplays {
  private RelayReplays() {}

  /** Synchronous and overlapped rounds: one check for each scenario. */
  static List<Check> rounds(RelayGossipFile file, String name, JsonNode entry) {
    List<Check> checks = new ArrayList<>();
    entry
        .get("trace")
        .properties()
        .forEach(e -> checks.add(scenario(file, name, entry, e.getKey(), e.getValue())));
    return checks;
  }

  private static Check scenario(
      RelayGossipFile file, String name, JsonNode entry, String scenario, JsonNode trace) {
    JsonNode parameters = entry.path("parameters");
    double rate = parameters.path("lr").asDouble(file.rate());
    boolean grad = name.startsWith("relay_grad");
    Surroundings surroundings = surroundings(file, name);
    PeerPlan plan =
        PeerPlan.of(1, 1, Long.MAX_VALUE)
            .withPatience(1)
            .withPace(parameters.path("overlap").asBoolean() ? Pace.OVERLAPPED : Pace.SYNCHRONOUS);
    LockStep.Step step =
        RelayGossipFile.nesterov(file.gradients(scenario), parameters.path("mu").asDouble(0));
    JsonNode states = entry.path("internal_state_per_round").path(scenario);
    Compare compare = new Compare(name + "/" + scenario, RelayGossipFile.TOLERANCE);
    try (LockStep workers =
        new LockStep(
            plan,
            surroundings,
            method(file, name, parameters),
            file.starts(scenario),
            rate,
            step)) {
      models(compare, 0, trace.get(0), workers);
      for (int round = 0; round < trace.size() - 1; round++) {
        workers.round(name.endsWith("_lost") ? file.lost(round) : Set.of());
        models(compare, round + 1, trace.get(round + 1), workers);
        if (states.has(round)) {
          state(compare, round, states.get(round), workers, grad ? rate : 1);
        }
      }
    }
    return compare.done();
  }

  private static IntFunction<PeerMethod> method(
      RelayGossipFile file, String name, JsonNode parameters) {
    if (name.startsWith("relay_grad")) {
      return slot -> new RelayGrad(file.dimension(), Precision.FLOAT64);
    }
    // relay_mix names no fill: its missing mass is filled from the start, as its text says.
    Fill fill = fill(parameters.path("fill").asText("x0"));
    int trees = name.contains("double_trees") ? 2 : 1;
    double keep = parameters.path("alpha").asDouble(0);
    return slot -> new RelaySgd(fill, keep, trees, file.dimension(), Precision.FLOAT64);
  }

  private static Fill fill(String name) {
    return switch (name) {
      case "x0" -> Fill.START;
      case "prev" -> Fill.PREVIOUS;
      default -> Fill.valueOf(name.toUpperCase(Locale.ROOT));
    };
  }

  private static Surroundings surroundings(RelayGossipFile file, String name) {
    if (name.contains("double_trees")) {
      return Surroundings.relay(
          RelayTree.of(file.graph("binary-tree"), 0),
          RelayTree.of(file.graph("reversed-binary-tree"), 0));
    }
    String kind = name.contains("binary_tree") ? "binary-tree" : "chain";
    return Surroundings.relay(RelayTree.of(file.graph(kind), 0));
  }

  private static void models(Compare compare, int round, JsonNode expected, LockStep workers) {
    for (int i = 0; i < expected.size(); i++) {
      compare.vector("round " + round + " x_" + i, expected.get(i), workers.parameters(i));
    }
  }

  /** Counts, and every message with its count. Relayed gradients travel times their rate. */
  private static void state(
      Compare compare, int round, JsonNode expected, LockStep workers, double scale) {
    JsonNode counts = expected.path("count");
    for (int i = 0; i < counts.size(); i++) {
      compare.number("round " + round + " Q_" + i, counts.get(i), workers.mixed(i).mass());
    }
    compare.number("messages", expected.path("message").size(), workers.sent.size());
    for (LockStep.Sent sent : workers.sent) {
      String edge = sent.from() + "->" + sent.to();
      double[] values = sent.values().clone();
      for (int c = 0; c < values.length; c++) {
        values[c] /= scale;
      }
      compare.vector("round " + round + " " + edge, expected.path("message").path(edge), values);
      if (expected.has("message_count")) {
        compare.number(
            "round " + round + " count " + edge,
            expected.get("message_count").path(edge),
            sent.passage().mass());
      }
    }
  }

  /** Workers whose count becomes 0 die before that round; the others adopt their children. */
  static List<Check> repair(RelayGossipFile file, String name, JsonNode entry) {
    String scenario = RelayGossipFile.word(entry, "Scenario (\\w+)", "quad_same");
    Fill fill = fill(RelayGossipFile.word(entry, "fill=(\\w+)", "half"));
    JsonNode trace = entry.get("trace");
    JsonNode counts = entry.get("counts");
    Compare compare = new Compare(name, RelayGossipFile.TOLERANCE);
    Set<Integer> dead = new TreeSet<>();
    try (LockStep workers =
        new LockStep(
            PeerPlan.of(1, 1, Long.MAX_VALUE),
            surroundings(file, name),
            slot -> new RelaySgd(fill, file.dimension(), Precision.FLOAT64),
            file.starts(scenario),
            file.rate(),
            file.gradients(scenario))) {
      for (int round = 0; round < counts.size(); round++) {
        Set<Integer> dying = new TreeSet<>();
        for (int i = 0; i < counts.get(round).size(); i++) {
          if (counts.get(round).get(i).asInt() == 0 && dead.add(i)) {
            dying.add(i);
          }
        }
        if (!dying.isEmpty()) {
          workers.die(dying);
        }
        workers.round(Set.of());
        models(compare, round + 1, trace.get(round + 1), workers);
        for (int i = 0; i < counts.get(round).size(); i++) {
          if (!dead.contains(i)) {
            compare.number(
                "round " + round + " Q_" + i, counts.get(round).get(i), workers.mixed(i).mass());
          }
        }
      }
    }
    return List.of(compare.done());
  }

  /** Steps and deliveries one by one, each worker at its own pace. */
  static List<Check> async(RelayGossipFile file, String name, JsonNode entry) {
    String scenario = RelayGossipFile.word(entry, "Scenario (\\w+)", "quad_same");
    Compare compare = new Compare(name, RelayGossipFile.TOLERANCE);
    try (LockStep workers =
        new LockStep(
            PeerPlan.of(1, 1, Long.MAX_VALUE).withPace(Pace.ASYNCHRONOUS),
            surroundings(file, name),
            // One newest-message slot for each edge, and the own half step where it is empty.
            slot -> new RelaySgd(Fill.HOLD, file.dimension(), Precision.FLOAT64),
            file.starts(scenario),
            file.rate(),
            file.gradients(scenario))) {
      for (JsonNode at : entry.get("trace")) {
        JsonNode event = at.get("event");
        String where = event.toString();
        int worker = event.get(1).asInt();
        if (event.get(0).asText().equals("step")) {
          workers.sent.clear();
          workers.step(worker);
          compare.number(where + " Q", at.get("count"), workers.mixed(worker).mass());
          compare.number(where + " messages", at.get("sent").size(), workers.sent.size());
          for (LockStep.Sent sent : workers.sent) {
            JsonNode expected = at.get("sent").path(sent.from() + "->" + sent.to());
            compare.vector(where + " message", expected.path(0), sent.values());
            compare.number(where + " count", expected.path(1), sent.passage().mass());
          }
        } else {
          workers.deliverNewest(worker, event.get(2).asInt());
        }
        for (int i = 0; i < at.get("x").size(); i++) {
          compare.vector(where + " x_" + i, at.get("x").get(i), workers.parameters(i));
        }
      }
    }
    return List.of(compare.done());
  }
}
