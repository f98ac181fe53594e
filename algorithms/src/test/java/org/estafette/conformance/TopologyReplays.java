package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.estafette.topology.Edge;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTiming;
import org.estafette.topology.RelayTree;
import org.estafette.topology.TimeVaryingExponential;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.estafette.topology.spectrum.DelayMatrix;
import org.estafette.topology.spectrum.EffectiveNeighbours;
import org.estafette.topology.spectrum.Spectrum;

/**
 * Graphs with their neighbours, weights, spectra, effective neighbours and relay delays. Everything
 * is computed from the neighbours of the file; where the name is one of our kinds, that kind must
 * also build the same graph.
 */
final class TopologyReplays {
  private static final Pattern NAME = Pattern.compile("(.+?)(?:_root(\\d+))?_(\\d+)");

  private TopologyReplays() {}

  static List<Check> all(JsonNode graphs, double tolerance, List<String> unknown) {
    List<Check> checks = new ArrayList<>();
    graphs
        .properties()
        .forEach(e -> {
          Compare compare = new Compare(e.getKey(), tolerance);
          try {
            one(e.getKey(), e.getValue(), compare, unknown);
            checks.add(compare.done());
          } catch (RuntimeException broken) {
            checks.add(
                new Check(e.getKey(), Double.POSITIVE_INFINITY, tolerance, broken.toString()));
          }
        });
    return checks;
  }

  private static void one(String name, JsonNode entry, Compare c, List<String> unknown) {
    Set<String> left = new HashSet<>();
    entry.fieldNames().forEachRemaining(left::add);
    left.remove("n");
    if (entry.has("offsets")) {
      exponential(entry, c, left);
    } else {
      Graph graph = graph(entry);
      built(name, graph, c);
      shape(entry, graph, c, left);
      spectrum(entry, MixingMatrix.metropolisHastings(graph), c, left);
      if (left.remove("relay")) {
        relay(entry.get("relay"), graph, c, left);
      }
    }
    left.forEach(field -> unknown.add(name + "." + field));
  }

  private static Graph graph(JsonNode entry) {
    List<Edge> edges = new ArrayList<>();
    JsonNode neighbours = entry.path("neighbours");
    for (int i = 0; i < neighbours.size(); i++) {
      for (JsonNode j : neighbours.get(i)) {
        edges.add(new Edge(i, j.asInt()));
      }
    }
    if (neighbours.isMissingNode()) {
      entry.get("edges").forEach(e -> edges.add(new Edge(e.get(0).asInt(), e.get(1).asInt())));
    }
    return Graph.of(entry.get("n").asInt(), edges);
  }

  /** Seeds of other programs give other random graphs: those are only measured, not built. */
  private static void built(String name, Graph stated, Compare c) {
    Matcher m = NAME.matcher(name);
    if (!m.matches()) {
      return;
    }
    String kind = Topologies.canonical(m.group(1));
    if (Topologies.known(kind)
        && !Set.of("random-regular", "erdos-renyi", "edges").contains(kind)) {
      TopologyOptions options =
          TopologyOptions.defaults()
              .withRoot(m.group(2) == null ? 0 : Integer.parseInt(m.group(2)));
      flag(c, "built as " + kind, stated.equals(Topologies.named(kind, stated.size(), options)));
    }
  }

  private static void shape(JsonNode entry, Graph graph, Compare c, Set<String> left) {
    for (int i = 0; left.contains("neighbours") && i < graph.size(); i++) {
      JsonNode row = entry.get("neighbours").get(i);
      c.number("degree of " + i, row.size(), graph.degree(i));
      for (int k = 0; k < Math.min(row.size(), graph.degree(i)); k++) {
        c.number("neighbour of " + i, row.get(k), graph.neighbour(i, k));
      }
    }
    left.remove("neighbours");
    if (left.remove("edges")) {
      c.number("edges", entry.get("edges").size(), graph.edges().size());
      for (JsonNode e : entry.get("edges")) {
        flag(c, "edge " + e, graph.adjacent(e.get(0).asInt(), e.get(1).asInt()));
      }
    }
    number(c, entry, left, "max_degree", graph.maxDegree());
    number(c, entry, left, "diameter", graph.diameter());
    double sum = 0;
    for (int[] row : graph.distances()) {
      for (int d : row) {
        sum += d;
      }
    }
    number(
        c,
        entry,
        left,
        "mean_distance_over_ordered_pairs_incl_self",
        sum / graph.size() / graph.size());
    number(c, entry, left, "is_tree", graph.isTree() ? 1 : 0);
  }

  private static void spectrum(JsonNode entry, MixingMatrix w, Compare c, Set<String> left) {
    if (left.remove("metropolis_hastings_matrix")) {
      for (int i = 0; i < w.size(); i++) {
        c.vector("W[" + i + "]", entry.get("metropolis_hastings_matrix").get(i), w.toArray()[i]);
      }
    }
    Spectrum spectrum = Spectrum.of(w);
    number(c, entry, left, "eigenvalue_second_largest", spectrum.second());
    number(c, entry, left, "eigenvalue_smallest", spectrum.smallest());
    number(c, entry, left, "spectral_gap_1_minus_second_abs", spectrum.gap());
    number(c, entry, left, "gap_1_minus_lambda2", spectrum.gapOfSecond());
    number(
        c,
        entry,
        left,
        "d2_stability_needs_smallest_eigenvalue_above_minus_one_third",
        spectrum.allowsD2() ? 1 : 0);
    neighbours(
        c, entry, left, EffectiveNeighbours.mean(spectrum), EffectiveNeighbours.worst(spectrum));
  }

  private static void neighbours(
      Compare c,
      JsonNode entry,
      Set<String> left,
      EffectiveNeighbours mean,
      EffectiveNeighbours worst) {
    left.remove("effective_neighbours_mean");
    left.remove("effective_neighbours_worst_worker");
    entry
        .path("effective_neighbours_mean")
        .properties()
        .forEach(e -> c.number("n_W " + e, e.getValue(), mean.at(Double.parseDouble(e.getKey()))));
    entry
        .path("effective_neighbours_worst_worker")
        .properties()
        .forEach(
            e -> c.number("worst " + e, e.getValue(), worst.at(Double.parseDouble(e.getKey()))));
  }

  private static void relay(JsonNode entry, Graph graph, Compare c, Set<String> left) {
    RelayTree tree = RelayTree.of(graph, 0);
    Set<String> fields = new HashSet<>();
    entry.fieldNames().forEachRemaining(fields::add);
    RelayTiming now = RelayTiming.SYNCHRONOUS;
    RelayTiming later = RelayTiming.OVERLAPPED;
    number(c, entry, fields, "tau_max_non_overlap", tree.maxDelay(now));
    number(c, entry, fields, "tau_max_overlap", tree.maxDelay(later));
    number(c, entry, fields, "learning_rate_correction_non_overlap", tree.correction(now));
    number(c, entry, fields, "learning_rate_correction_overlap", tree.correction(later));
    String second = "second_largest_abs_eigenvalue_of_delay_matrix_overlap";
    if (fields.contains(second) || fields.contains("m")) {
      DelayMatrix delays = DelayMatrix.of(tree);
      DelayMatrix.Mixing mixing = delays.mixing();
      number(c, entry, fields, second, delays.second());
      number(c, entry, fields, "m", mixing.m());
      number(c, entry, fields, "p", mixing.p());
      number(c, entry, fields, "m_over_p", mixing.ratio());
    }
    fields.forEach(f -> left.add("relay." + f));
  }

  private static void exponential(JsonNode entry, Compare c, Set<String> left) {
    TimeVaryingExponential graph = new TimeVaryingExponential(entry.get("n").asInt());
    number(c, entry, left, "period", graph.period());
    left.remove("offsets");
    JsonNode offsets = entry.get("offsets");
    for (int k = 0; k < offsets.size(); k++) {
      c.number("offset " + k, offsets.get(k), graph.offset(k));
    }
    number(c, entry, left, "product_over_one_period_is_exact_average", averages(graph) ? 1 : 0);
    EffectiveNeighbours n = EffectiveNeighbours.of(graph);
    neighbours(c, entry, left, n, n);
  }

  /** Whether a period of averagings brings every unit vector to 1/n everywhere. */
  private static boolean averages(TimeVaryingExponential graph) {
    double[] x = new double[graph.n()];
    x[0] = 1;
    for (int k = 0; k < graph.period(); k++) {
      MixingMatrix w = graph.matrix(graph.offset(k));
      double[] y = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        for (int j = 0; j < x.length; j++) {
          y[i] += w.weight(i, j) * x[j];
        }
      }
      x = y;
    }
    for (double v : x) {
      if (Math.abs(v * graph.n() - 1) > 1e-12) {
        return false;
      }
    }
    return true;
  }

  private static void number(
      Compare c, JsonNode entry, Set<String> left, String field, double actual) {
    if (left.remove(field)) {
      JsonNode expected = entry.get(field);
      c.number(
          field,
          expected.isBoolean() ? (expected.asBoolean() ? 1 : 0) : expected.asDouble(Double.NaN),
          actual);
    }
  }

  private static void flag(Compare c, String at, boolean holds) {
    c.number(at, 1, holds ? 1 : 0);
  }
}
