package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.gossip.EdgeBasis;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;

/** Traces of PowerGossip: pure consensus on one matrix a worker, on a chain. */
final class PowerGossipReplays {
  private static final Pattern WEIGHT = Pattern.compile("edge weight (\\d+)/(\\d+)");
  private static final double HIGHER_RANK_TOLERANCE = 1e-8;

  private PowerGossipReplays() {}

  static List<Check> all(Trace t) {
    List<Check> checks = new ArrayList<>();
    t.entry().get("runs").properties().forEach(e -> checks.add(run(t, e.getKey(), e.getValue())));
    return checks;
  }

  private static Check run(Trace t, String name, JsonNode run) {
    JsonNode start = t.entry().get("X0");
    int n = start.size();
    int rows = start.get(0).size();
    int columns = start.get(0).get(0).size();
    int rank = run.get("p0_by_edge").properties().iterator().next().getValue().get(0).size();
    Layout layout = Layout.builder().add("X", rows, columns).build();
    EdgeBasis basis =
        (lower, higher, matrix, count, p, q) -> {
          String edge = lower + "-" + higher;
          fill(p, run.get("p0_by_edge").get(edge));
          fill(q, run.get("q0_by_edge").get(edge));
        };
    List<PeerMethod> methods = new ArrayList<>();
    List<FlatVector> x = new ArrayList<>();
    List<ReferenceTrainer> trainers = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      methods.add(
          GossipMethods.powerGossip(
              layout, Precision.FLOAT64, rank, run.get("iterations_per_step").asInt(), basis));
      FlatVector own = Precision.FLOAT64.zeros(layout.length());
      for (int k = 0; k < rows * columns; k++) {
        own.set(k, start.get(i).get(k / columns).get(k % columns).asDouble());
      }
      x.add(own);
      trainers.add(
          new ReferenceTrainer(
              (int) layout.length(),
              (shard, step, at, gradient) -> {
                gradient.fill(0);
                return 0;
              },
              step -> 1));
    }
    double[][] w = Mixing.chain(n, weight(t));
    MethodsInStep all =
        new MethodsInStep(
            methods,
            trainers,
            x,
            (i, round, exchange) -> Mixing.around(w, i),
            (round, from, to) -> false);
    Compare c =
        new Compare(t.name() + "." + name, rank == 1 ? t.tolerance() : HIGHER_RANK_TOLERANCE);
    JsonNode expected = run.get("parameters_after_each_step");
    for (int round = 0; round < expected.size(); round++) {
      if (round > 0) {
        all.round(1);
      }
      for (int i = 0; i < n; i++) {
        for (int k = 0; k < rows * columns; k++) {
          c.number(
              "step " + round + " worker " + i,
              expected.get(round).get(i).get(k / columns).get(k % columns),
              x.get(i).get(k));
        }
      }
    }
    c.number("leases on loan", 0, all.pool().outstanding());
    return c.done();
  }

  private static double weight(Trace t) {
    Matcher given = WEIGHT.matcher(t.entry().path("meaning").asText());
    return given.find()
        ? Double.parseDouble(given.group(1)) / Double.parseDouble(given.group(2))
        : 1.0 / 3;
  }

  private static void fill(double[] into, JsonNode rows) {
    int at = 0;
    for (JsonNode row : rows) {
      for (JsonNode value : row) {
        into[at++] = value.asDouble();
      }
    }
  }
}
