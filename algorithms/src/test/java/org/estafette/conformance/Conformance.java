package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Replays every trace file of a folder. One line a trace: file, name, worst difference, tolerance,
 * ok or FAIL. Nothing is keyed to the values of a file: other files of the same form are replayed
 * alike.
 */
public final class Conformance {
  private static final double TOLERANCE = 1e-9;

  /** By what a trace's name looks like; the first that fits replays it. */
  private static final Map<Pattern, Trace.Replay> REPLAYS = new LinkedHashMap<>();

  static {
    REPLAYS.put(Pattern.compile("sync_.*"), RuleReplays::sync);
    REPLAYS.put(Pattern.compile("async_vanilla_.*"), RuleReplays::vanilla);
    REPLAYS.put(Pattern.compile("async_poly.*"), RuleReplays::discounted);
    REPLAYS.put(Pattern.compile("delayed_sgd.*"), RuleReplays::buffered);
    REPLAYS.put(Pattern.compile("dn_.*"), RuleReplays::delayedNesterov);
    REPLAYS.put(Pattern.compile("fedbuff.*"), RuleReplays::fedBuff);
    REPLAYS.put(Pattern.compile("delay_compensation.*"), RuleReplays::compensation);
    REPLAYS.put(Pattern.compile("invariants"), InvariantReplays::all);
    REPLAYS.put(Pattern.compile("dylu"), PaceReplays::dylu);
    REPLAYS.put(Pattern.compile("lr_schedule"), PaceReplays::schedule);
    REPLAYS.put(Pattern.compile("shard_sampling"), PaceReplays::shards);
    REPLAYS.put(Pattern.compile("streaming_fragments"), PaceReplays::streaming);
    REPLAYS.put(Pattern.compile("schedule"), RunReplays::schedules);
    REPLAYS.put(Pattern.compile("faults"), FaultReplays::all);
    REPLAYS.put(Pattern.compile("quadratic_end_to_end"), RunReplays::quadratics);
  }

  private Conformance() {}

  /** Replays the folder named by the first argument; exit status 1 if a trace failed. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1 || args[0].equals("--help")) {
      System.out.println("usage: dev/conformance DIR   replays every trace file (*.json) in DIR");
      System.exit(args.length == 1 ? 0 : 2);
    }
    Path folder = Path.of(args[0]);
    if (!Files.isDirectory(folder)) {
      System.err.println(
          "dev/conformance: "
              + folder
              + " is not a folder (expected one with trace files, *.json)");
      System.exit(2);
    }
    int passed = 0;
    int failed = 0;
    List<String> unknown = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        for (Check check : replay(file, unknown)) {
          System.out.println(check.line(file.getFileName().toString()));
          if (check.ok()) {
            passed++;
          } else {
            failed++;
          }
        }
      }
    }
    unknown.forEach(u -> System.out.println("not known: " + u));
    System.out.println(passed + " passed, " + failed + " failed, " + unknown.size() + " skipped");
    System.exit(failed == 0 ? 0 : 1);
  }

  /**
   * Replays the traces of one file; those that nothing here can replay are named in {@code
   * unknown}.
   */
  static List<Check> replay(Path file, List<String> unknown) throws IOException {
    JsonNode root = new ObjectMapper().readTree(file.toFile());
    if (root.has("graphs")) {
      return TopologyReplays.all(root.get("graphs"), TOLERANCE, unknown);
    }
    if (QuadraticReplays.isTasks(root)) {
      return QuadraticReplays.tasks(root);
    }
    if (QuadraticReplays.isSweep(root)) {
      return QuadraticReplays.sweep(file, root, unknown);
    }
    if (RelayGossipFile.fits(root)) {
      return new RelayGossipFile(root).replay(file.getFileName().toString(), unknown);
    }
    JsonNode traces = root.path("oracles");
    if (!traces.path("common").has("deltas")) {
      unknown.add(file.getFileName() + " (a file of another form)");
      return List.of();
    }
    List<Check> checks = new ArrayList<>();
    traces
        .properties()
        .forEach(e -> {
          if (!e.getKey().equals("common")) {
            checks.addAll(
                replay(new Trace(e.getKey(), e.getValue(), traces, TOLERANCE), file, unknown));
          }
        });
    return checks;
  }

  private static List<Check> replay(Trace trace, Path file, List<String> unknown) {
    for (Map.Entry<Pattern, Trace.Replay> e : REPLAYS.entrySet()) {
      if (e.getKey().matcher(trace.name()).matches()) {
        try {
          return e.getValue().run(trace);
        } catch (RuntimeException broken) {
          return List.of(
              new Check(
                  trace.name(), Double.POSITIVE_INFINITY, trace.tolerance(), broken.toString()));
        }
      }
    }
    unknown.add(file.getFileName() + " " + trace.name());
    return List.of();
  }
}
