package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.memory.Float64Vector;

/**
 * The random quadratics of the RelaySGD paper: a file with the instances (matrices A and vectors b
 * by number of workers and ζ²), and files with what every algorithm reaches on them.
 */
final class QuadraticReplays {
  private static final double TOLERANCE = 1e-6;

  private QuadraticReplays() {}

  static boolean isTasks(JsonNode root) {
    return root.path("instances").isObject()
        && root.path("instances").properties().stream()
            .allMatch(e -> e.getValue().has("A") && e.getValue().has("b"));
  }

  static boolean isSweep(JsonNode root) {
    return root.path("sweep").isArray() && root.path("sweep").path(0).has("fixed_lr_error");
  }

  /** What a file of instances says of itself. */
  static List<Check> tasks(JsonNode root) {
    List<Check> checks = new ArrayList<>();
    for (Map.Entry<String, JsonNode> instance : root.get("instances").properties()) {
      for (Map.Entry<String, JsonNode> b : instance.getValue().get("b").properties()) {
        String zeta2 = b.getKey();
        Compare compare = new Compare("n=" + instance.getKey() + " zeta2=" + zeta2, 1e-9);
        RandomQuadratics task = task(instance.getValue(), b.getValue());
        JsonNode of = instance.getValue();
        compare.vector("optimum", of.get("optimum").get(zeta2), task.optimum());
        compare.number("f*", of.get("f_at_optimum").get(zeta2), task.valueAtOptimum());
        compare.number("zeta2", of.get("zeta2_measured").get(zeta2), task.zeta2());
        compare.number(
            "error at start",
            of.get("error_at_start").get(zeta2),
            task.error(Float64Vector.zeros(task.dimension())));
        checks.add(compare.done());
      }
    }
    return checks;
  }

  private static RandomQuadratics task(JsonNode instance, JsonNode b) {
    double[][][] a = new double[instance.get("A").size()][][];
    for (int i = 0; i < a.length; i++) {
      a[i] = rows(instance.get("A").get(i));
    }
    return RandomQuadratics.of(a, rows(b));
  }

  private static double[][] rows(JsonNode array) {
    double[][] rows = new double[array.size()][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = Trace.numbers(array.get(r));
    }
    return rows;
  }

  /** Every row of a sweep, replayed on the instances that lie beside it. */
  static List<Check> sweep(Path file, JsonNode root, List<String> unknown) throws IOException {
    List<JsonNode> instances = beside(file);
    Map<String, RandomQuadratics> known = new ConcurrentHashMap<>();
    List<JsonNode> rows = StreamSupport.stream(root.get("sweep").spliterator(), false).toList();
    List<String> missing = java.util.Collections.synchronizedList(new ArrayList<>());
    List<Check> checks =
        rows.parallelStream()
            .map(row -> {
              SweepRow replay = SweepRow.of(row);
              if (replay == null) {
                missing.add(file.getFileName() + " " + SweepRow.name(row));
                return List.<Check>of();
              }
              String key = row.get("n").asInt() + " " + zeta(row);
              RandomQuadratics task = known.computeIfAbsent(key, k -> find(instances, row, file));
              return replay.replay(task, TOLERANCE);
            })
            .flatMap(List::stream)
            .toList();
    unknown.addAll(missing);
    return checks;
  }

  private static String zeta(JsonNode row) {
    return Double.toString(row.get("zeta2").asDouble());
  }

  private static RandomQuadratics find(List<JsonNode> files, JsonNode row, Path file) {
    for (JsonNode root : files) {
      JsonNode instance = root.get("instances").path(row.get("n").asText());
      for (Map.Entry<String, JsonNode> b : instance.path("b").properties()) {
        if (Double.parseDouble(b.getKey()) == row.get("zeta2").asDouble()) {
          return task(instance, b.getValue());
        }
      }
    }
    throw new IllegalStateException(
        "no instance with n=%s, zeta2=%s beside %s (expected a file with \"instances\")"
            .formatted(row.get("n"), row.get("zeta2"), file));
  }

  private static List<JsonNode> beside(Path file) throws IOException {
    List<JsonNode> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(file.toAbsolutePath().getParent())) {
      for (Path f : files.filter(p -> p.toString().endsWith(".json")).sorted().toList()) {
        JsonNode root = new ObjectMapper().readTree(f.toFile());
        if (isTasks(root)) {
          found.add(root);
        }
      }
    }
    return found;
  }
}
