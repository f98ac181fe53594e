package org.estafette.bench.whole;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.data.ReadProgress;
import org.estafette.actor.run.Workshop;
import org.estafette.bench.Machine;

/**
 * Tokens per second of {@code train} with two workers, H = 20, size M, against two bare training
 * loops of as many steps: in turn, in one JVM.
 */
public final class WholeBench {
  private static final int WORKERS = 2;
  private static final int LOCAL_STEPS = 20;

  private WholeBench() {}

  /** Arguments: rounds a worker has in each turn (2), and turns (2). */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 2;
    int turns = args.length > 1 ? Integer.parseInt(args[1]) : 2;
    int steps = rounds * LOCAL_STEPS;
    int tokensPerStep = 8 * 256;
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("workers.count", Integer.toString(WORKERS));
    settings.put("local-steps.count", Integer.toString(LOCAL_STEPS));
    // Both loops take the same steps, whatever the speed of the moment.
    settings.put("local-steps.dynamic", "false");
    settings.put("tokens", Long.toString((long) WORKERS * steps * tokensPerStep));
    settings.put("model.batch", "8");
    settings.put("model.gpt.layers", "6");
    settings.put("model.gpt.heads", "6");
    settings.put("model.gpt.width", "384");
    settings.put("model.gpt.context", "256");
    settings.put("data.max-bytes", "16MiB");
    // The end's validation is not training: it comes after the last push and is not counted.
    settings.put("evaluation.every", "1");
    settings.put("evaluation.batches", "1");
    settings.put("checkpoint.every", "1h");
    RunConfig config = ConfigReader.read(null, settings);
    List<Double> bare = new ArrayList<>();
    List<Double> cluster = new ArrayList<>();
    try (Workshop workshop = Workshop.open(config, ReadProgress.NONE, System.out::println)) {
      Runs.bare(workshop, 2); // The JIT compiles before anything is counted.
      for (int turn = 0; turn < turns; turn++) {
        bare.add(Runs.bare(workshop, steps));
        cluster.add(Runs.cluster(workshop));
        System.out.printf(
            Locale.ROOT,
            "turn %d: bare loops %,.0f tokens/s, train %,.0f tokens/s, ratio %.3f%n",
            turn + 1,
            bare.getLast(),
            cluster.getLast(),
            cluster.getLast() / bare.getLast());
      }
    }
    double ratio =
        cluster.stream().mapToDouble(d -> d).sum() / bare.stream().mapToDouble(d -> d).sum();
    System.out.printf(Locale.ROOT, "train is %.3f of two bare loops (expected >= 0.97)%n", ratio);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "whole");
    result.put("machine", Machine.describe());
    result.put("commit", Machine.commit());
    result.put("size", "M: 6 layers, 6 heads, 384 wide, context 256, batch 8");
    result.put("workers", WORKERS);
    result.put("local_steps", LOCAL_STEPS);
    result.put("rounds_of_each_worker", rounds);
    result.put("bare_tokens_per_second", bare);
    result.put("train_tokens_per_second", cluster);
    result.put("train_of_bare", ratio);
    Path file = Path.of("bench/results/whole.json");
    Files.createDirectories(file.getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), result);
    System.out.println("written to " + file);
    System.exit(0);
  }
}
