package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.estafette.testing.LockStep;
import org.estafette.topology.Edge;
import org.estafette.topology.Graph;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;

/**
 * The file of relay and gossip traces: known by its {@code inputs} and {@code traces}. Number of
 * workers, dimension, rates, rounds, gradients, losses and trees are all read from the file.
 */
final class RelayGossipFile {
  static final double TOLERANCE = 1e-12;

  /** By what an entry's name looks like; the first that fits replays it. */
  private static final Map<Pattern, Replay> REPLAYS = new LinkedHashMap<>();

  static {
    REPLAYS.put(Pattern.compile("relay_(model|grad|mix).*"), RelayReplays::rounds);
    REPLAYS.put(Pattern.compile("relay_repair.*"), RelayReplays::repair);
    REPLAYS.put(Pattern.compile("async_relay_model.*"), RelayReplays::async);
    gossip("gossip.*", GossipReplays::gossip);
    gossip("d2.*", GossipReplays::d2);
    gossip("exact_diffusion.*", GossipReplays::exactDiffusion);
    gossip("gradient_tracking.*", GossipReplays::gradientTracking);
    gossip("qg_.*", GossipReplays::quasiGlobal);
    gossip("sgp_time_varying.*", GossipReplays::gradientPush);
    gossip("all_reduce.*", GossipReplays::allReduce);
    gossip("push_sum_code_offsets.*", GossipReplays::publishedOffsets);
    gossip("push_sum.*", PushSumReplays::pushSum);
    gossip("async_push_sum.*", PushSumReplays::asyncPushSum);
    gossip("ad_psgd.*", PushSumReplays::pairwise);
    gossip("powergossip.*", PowerGossipReplays::all);
  }

  private static void gossip(String names, Trace.Replay replay) {
    REPLAYS.put(
        Pattern.compile(names),
        (file, name, entry) -> replay.run(new Trace(name, entry, file.root, TOLERANCE)));
  }

  /** Replays one entry of {@code traces}, or of the file itself. */
  interface Replay {
    List<Check> run(RelayGossipFile file, String name, JsonNode entry);
  }

  /** Entries beside the traces that say something of the file and are no traces. */
  private static final Set<String> PROSE = Set.of("description", "inputs", "traces");

  private final JsonNode root;

  RelayGossipFile(JsonNode root) {
    this.root = root;
  }

  /** Whether a file has this form. */
  static boolean fits(JsonNode root) {
    return root.path("traces").isObject() && root.path("inputs").has("gradient_fixed");
  }

  /** Replays all that is in the file; what nothing here can replay is named in {@code unknown}. */
  List<Check> replay(String fileName, List<String> unknown) {
    List<Check> checks = new ArrayList<>();
    root.get("traces")
        .properties()
        .forEach(e -> checks.addAll(replay(fileName, e.getKey(), e.getValue(), unknown)));
    root.properties()
        .forEach(e -> {
          if (!PROSE.contains(e.getKey())) {
            checks.addAll(replay(fileName, e.getKey(), e.getValue(), unknown));
          }
        });
    return checks;
  }

  private List<Check> replay(String fileName, String name, JsonNode entry, List<String> unknown) {
    for (Map.Entry<Pattern, Replay> e : REPLAYS.entrySet()) {
      if (e.getKey().matcher(name).matches()) {
        try {
          return e.getValue().run(this, name, entry);
        } catch (RuntimeException | AssertionError broken) {
          return List.of(new Check(name, Double.POSITIVE_INFINITY, TOLERANCE, broken.toString()));
        }
      }
    }
    unknown.add(fileName + " " + name);
    return List.of();
  }

  JsonNode input(String name) {
    return root.get("inputs").get(name);
  }

  double rate() {
    return input("lr").asDouble();
  }

  /** Number of workers. */
  int workers() {
    return input("x_start_same").size();
  }

  int dimension() {
    return input("x_start_same").get(0).size();
  }

  /** Where the workers of a scenario start. */
  double[][] starts(String scenario) {
    return matrix(input(scenario.endsWith("_diff") ? "x_start_diff" : "x_start_same"));
  }

  /** A scenario's gradients at rate-free scale: fixed ones, or those of its quadratics. */
  LockStep.Step gradients(String scenario) {
    if (scenario.startsWith("fixed")) {
      JsonNode fixed = input("gradient_fixed");
      return (worker, round, x) -> Trace.numbers(fixed.get(round).get(worker));
    }
    double[][] diagonals = matrix(input("quad_diag"));
    double[][] centers = matrix(input("quad_center"));
    return (worker, round, x) -> {
      double[] g = new double[x.length];
      for (int c = 0; c < x.length; c++) {
        g[c] = diagonals[worker][c] * (x[c] - centers[worker][c]);
      }
      return g;
    };
  }

  /** s = g + μ·buf with buf ← μ·buf + g; g itself for μ = 0. */
  static LockStep.Step nesterov(LockStep.Step gradients, double mu) {
    if (mu == 0) {
      return gradients;
    }
    Map<Integer, double[]> buffers = new LinkedHashMap<>();
    return (worker, round, x) -> {
      double[] g = gradients.direction(worker, round, x);
      double[] buffer = buffers.computeIfAbsent(worker, w -> new double[x.length]);
      double[] s = new double[x.length];
      for (int c = 0; c < s.length; c++) {
        buffer[c] = mu * buffer[c] + g[c];
        s[c] = g[c] + mu * buffer[c];
      }
      return s;
    };
  }

  /** Directed edges (from, to) whose messages of a round, from 0, do not arrive. */
  Set<List<Integer>> lost(int round) {
    Set<List<Integer>> edges = new HashSet<>();
    for (JsonNode edge : root.get("inputs").path("lost").path(Integer.toString(round))) {
      edges.add(List.of(edge.get(0).asInt(), edge.get(1).asInt()));
    }
    return edges;
  }

  /** The graph that the inputs draw under a name such as binary_tree_of_4, or else that kind. */
  Graph graph(String kind) {
    JsonNode drawn = input(kind.replace('-', '_') + "_of_" + workers());
    if (drawn == null) {
      return Topologies.named(kind, workers(), TopologyOptions.defaults());
    }
    List<Edge> edges = new ArrayList<>();
    // Behind the semicolon there are further words, numbers among them.
    Matcher m = Pattern.compile("(\\d+)-(\\d+)").matcher(drawn.asText().split(";", 2)[0]);
    while (m.find()) {
      edges.add(new Edge(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))));
    }
    return Graph.of(workers(), edges);
  }

  /** A word that an entry's text gives for a key, such as {@code fill=half}. */
  static String word(JsonNode entry, String pattern, String otherwise) {
    Matcher m = Pattern.compile(pattern).matcher(entry.path("meaning").asText());
    return m.find() ? m.group(1) : otherwise;
  }

  static double[][] matrix(JsonNode rows) {
    double[][] values = new double[rows.size()][];
    for (int i = 0; i < values.length; i++) {
      values[i] = Trace.numbers(rows.get(i));
    }
    return values;
  }
}
