package org.estafette.bench.whole;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.data.ReadProgress;
import org.estafette.actor.node.Coordinator;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.bench.Machine;

/**
 * Tokens per second of {@code train} with two workers, H = 20, size M, against two bare training
 * loops of as many steps: in turn, in one JVM.
 *
 * <p>Both take whole rounds, and of both the first is left out: in it a cluster that has just
 * started still loads and compiles its own code, on the cores that train. What is compared is how a
 * run goes on. The ratio with the first rounds is reported too.
 */
public final class WholeBench {
  private static final int WORKERS = 2;
  private static final int LOCAL_STEPS = 20;
  private static final int TOKENS_PER_STEP = 8 * 256;

  private WholeBench() {}

  /** Arguments: rounds a worker has in each turn (3, at least 2), and turns (2). */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
    int turns = args.length > 1 ? Integer.parseInt(args[1]) : 2;
    int steps = rounds * LOCAL_STEPS;
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("workers.count", Integer.toString(WORKERS));
    settings.put("local-steps.count", Integer.toString(LOCAL_STEPS));
    // Both loops take the same steps, whatever the speed of the moment.
    settings.put("local-steps.dynamic", "false");
    settings.put("tokens", Long.toString((long) WORKERS * steps * TOKENS_PER_STEP));
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
    if (rounds < 2) {
      throw new IllegalArgumentException("rounds=" + rounds + " (expected >= 2: the first warms)");
    }
    List<Rates> bare = new ArrayList<>();
    List<Rates> cluster = new ArrayList<>();
    CpuUse use = new CpuUse();
    try (Workshop workshop = Workshop.open(config, ReadProgress.NONE, System.out::println)) {
      bare(workshop, 1, 2); // The JIT compiles before anything is counted.
      for (int turn = 0; turn < turns; turn++) {
        bare.add(bare(workshop, rounds, LOCAL_STEPS));
        cluster.add(cluster(config, workshop, use));
        System.out.printf(
            Locale.ROOT,
            "turn %d: bare loops %,.0f tokens/s, train %,.0f tokens/s, ratio %.3f%n",
            turn + 1,
            bare.getLast().steady(),
            cluster.getLast().steady(),
            cluster.getLast().steady() / bare.getLast().steady());
      }
    }
    double ratio = sum(cluster, Rates::steady) / sum(bare, Rates::steady);
    use.print();
    System.out.printf(Locale.ROOT, "train is %.3f of two bare loops (expected >= 0.97)%n", ratio);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "whole");
    result.put("machine", Machine.describe());
    result.put("commit", Machine.commit());
    result.put("size", "M: 6 layers, 6 heads, 384 wide, context 256, batch 8");
    result.put("workers", WORKERS);
    result.put("local_steps", LOCAL_STEPS);
    result.put("rounds_of_each_worker", rounds);
    result.put("left_out", "the first round of each worker, on both sides");
    result.put("bare_tokens_per_second", bare.stream().map(Rates::steady).toList());
    result.put("train_tokens_per_second", cluster.stream().map(Rates::steady).toList());
    result.put("train_of_bare", ratio);
    result.put("bare_with_first_round", bare.stream().map(Rates::whole).toList());
    result.put("train_with_first_round", cluster.stream().map(Rates::whole).toList());
    result.put(
        "train_of_bare_with_first_round", sum(cluster, Rates::whole) / sum(bare, Rates::whole));
    result.put("cores_used_beside_training", use.cores());
    Path file = Path.of("bench/results/whole.json");
    Files.createDirectories(file.getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), result);
    System.out.println("written to " + file);
    System.exit(0);
  }

  /**
   * Tokens per second.
   *
   * @param whole of all rounds
   * @param steady from the end of the first rounds
   */
  private record Rates(double whole, double steady) {}

  private static double sum(List<Rates> rates, ToDoubleFunction<Rates> which) {
    return rates.stream().mapToDouble(which).sum();
  }

  /** Of bare loops that take {@code rounds} rounds of {@code steps} steps each, side by side. */
  private static Rates bare(Workshop workshop, int rounds, int steps) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WORKERS);
    List<DeviceTrainer> trainers = new ArrayList<>();
    try {
      for (int i = 0; i < WORKERS; i++) {
        DeviceTrainer trainer = workshop.newTrainer();
        trainer.load(workshop.initialParameters());
        trainers.add(trainer);
      }
      Pulse pulse = new Pulse((long) WORKERS * steps * TOKENS_PER_STEP);
      List<Callable<Void>> loops = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        DeviceTrainer trainer = trainers.get(i);
        int shard = i;
        loops.add(() -> {
          for (int r = 0; r < rounds; r++) {
            long from = (long) r * steps;
            TrainOrder order = new TrainOrder(steps, shard, from, WORKERS * from, WORKERS);
            pulse.add(trainer.train(order, () -> false).tokens());
          }
          return null;
        });
      }
      pulse.start();
      for (Future<Void> loop : threads.invokeAll(loops)) {
        loop.get();
      }
      return pulse.rates();
    } finally {
      trainers.forEach(DeviceTrainer::close);
      threads.shutdown();
    }
  }

  /** Notes when the first rounds ended, and the last. */
  private static final class Pulse {
    private final long firstRounds;
    private long tokens;
    private long began;
    private long warm;
    private long ended;

    Pulse(long firstRounds) {
      this.firstRounds = firstRounds;
    }

    void start() {
      began = System.nanoTime();
    }

    synchronized void add(long more) {
      tokens += more;
      ended = System.nanoTime();
      if (warm == 0 && tokens >= firstRounds) {
        warm = ended;
      }
    }

    synchronized Rates rates() {
      return new Rates(
          1e9 * tokens / (ended - began), 1e9 * (tokens - firstRounds) / (ended - warm));
    }
  }

  /** Of a cluster, from the first round given out to the last push applied. */
  private static Rates cluster(RunConfig config, Workshop workshop, CpuUse use) throws Exception {
    Path folder = Files.createTempDirectory("estafette-whole");
    try {
      RunMonitor monitor = new RunMonitor(config.tokens(), metric -> {});
      Coordinator.Plan plan =
          new Coordinator.Plan(
              System.nanoTime(),
              workshop,
              monitor,
              new RunCheckpoints(folder.resolve("checkpoints"), 1, "whole", workshop),
              null,
              WORKERS,
              0);
      try (Coordinator coordinator = Coordinator.start(plan)) {
        double warm = 0;
        long warmTokens = 0;
        double last = 0;
        double looked = 0;
        long firstRounds = (long) WORKERS * LOCAL_STEPS * TOKENS_PER_STEP;
        while (!coordinator.result().isDone()) {
          RunMonitor.Snapshot now = monitor.now();
          if (warm == 0 && now.tokens() >= firstRounds) {
            warm = now.trainingSeconds();
            looked = warm;
            warmTokens = now.tokens();
            use.begin();
          }
          if (last == 0 && now.tokens() >= config.tokens()) {
            last = now.trainingSeconds();
          }
          if (warm > 0 && last == 0 && now.trainingSeconds() - looked >= 2) {
            looked = now.trainingSeconds();
            use.look(looked - warm);
          }
          Thread.sleep(50);
        }
        coordinator.result().get();
        long tokens = monitor.now().tokens();
        return new Rates(tokens / last, (tokens - warmTokens) / (last - warm));
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
      }
    }
  }
}
