package org.estafette.bench.relay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.data.ReadProgress;
import org.estafette.actor.run.Workshop;
import org.estafette.bench.Machine;

/**
 * Seconds of a round of four workers without a server, H = 20, size M, over those of four bare
 * training loops side by side: local steps, exchange and average, in one JVM.
 */
public final class RelayBench {
  private static final int WORKERS = 4;
  private static final int LOCAL_STEPS = 20;
  private static final int TOKENS_PER_STEP = 8 * 256;
  private static final double EXPECTED = 1.10;

  private RelayBench() {}

  /** Arguments: rounds (1), and which of relay, gossip are measured (both, with a comma). */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 1;
    List<String> strategies = List.of((args.length > 1 ? args[1] : "relay,gossip").split(","));
    int steps = rounds * LOCAL_STEPS;
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "relay");
    result.put("machine", Machine.describe());
    result.put("commit", Machine.commit());
    result.put("size", "M: 6 layers, 6 heads, 384 wide, context 256, batch 8");
    result.put("workers", WORKERS);
    result.put("local_steps", LOCAL_STEPS);
    result.put("rounds", rounds);
    double bare;
    try (Workshop workshop = open("relay", steps)) {
      Runs.bare(workshop, 1); // The JIT compiles before anything is counted.
      bare = secondsOfRound(Runs.bare(workshop, steps));
    }
    System.out.printf(Locale.ROOT, "bare loops: %.2f s a round%n", bare);
    result.put("bare_seconds_a_round", bare);
    for (String strategy : strategies) {
      try (Workshop workshop = open(strategy, steps)) {
        double seconds = secondsOfRound(Runs.cluster(workshop));
        System.out.printf(
            Locale.ROOT,
            "%s: %.2f s a round, %.3f of bare loops (expected <= %.2f)%n",
            workshop.config().strategy(),
            seconds,
            seconds / bare,
            EXPECTED);
        result.put(strategy, workshop.config().strategy());
        result.put(strategy + "_seconds_a_round", seconds);
        result.put(strategy + "_of_bare", seconds / bare);
      }
    }
    Path file = Path.of("bench/results/relay.json");
    Files.createDirectories(file.getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), result);
    System.out.println("written to " + file);
    System.exit(0);
  }

  /** All workers do one round in that time. */
  private static double secondsOfRound(double tokensPerSecond) {
    return WORKERS * (double) LOCAL_STEPS * TOKENS_PER_STEP / tokensPerSecond;
  }

  private static Workshop open(String strategy, int steps) throws Exception {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("strategy", strategy);
    settings.put("topology.kind", strategy.equals("relay") ? "chain" : "ring");
    settings.put("workers.count", Integer.toString(WORKERS));
    settings.put("local-steps.count", Integer.toString(LOCAL_STEPS));
    settings.put("tokens", Long.toString((long) WORKERS * steps * TOKENS_PER_STEP));
    settings.put("relay.patience", "10m");
    settings.put("gossip.patience", "10m");
    settings.put("model.batch", "8");
    settings.put("model.gpt.layers", "6");
    settings.put("model.gpt.heads", "6");
    settings.put("model.gpt.width", "384");
    settings.put("model.gpt.context", "256");
    settings.put("data.max-bytes", "16MiB");
    // The end's validation comes after the last average and is not counted.
    settings.put("evaluation.every", "1");
    settings.put("evaluation.batches", "1");
    settings.put("checkpoint.every", "1h");
    return Workshop.open(ConfigReader.read(null, settings), ReadProgress.NONE, System.out::println);
  }
}
