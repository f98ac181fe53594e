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
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Tokens per second of {@code train} against bare training loops of as many steps, in turn, in one
 * JVM: by default two workers, H = 20, size M.
 *
 * <pre>
 * dev/bench whole 4 2
 * dev/bench whole 6 2 --workers 1 --local-steps 50 --size GPT2 --device cuda:0 --precision bfloat16 --overlap
 * </pre>
 *
 * <p>Both take whole rounds, and of both the first is left out: in it a cluster that has just
 * started still loads and compiles its own code, on the cores that train. What is compared is how a
 * run goes on. The ratio with the first rounds is reported too.
 */
@Command(
    name = "dev/bench whole",
    description = "A cluster's tokens per second against bare training loops of as many steps.",
    mixinStandardHelpOptions = true)
public final class WholeBench implements Callable<Integer> {
  private enum Size {
    S(4, 4, 128, 128, 8),
    M(6, 6, 384, 256, 8),
    /** The layers of GPT-2 124M, over bytes. */
    GPT2(12, 12, 768, 1024, 16);

    final int layers;
    final int heads;
    final int width;
    final int context;
    final int batch;

    Size(int layers, int heads, int width, int context, int batch) {
      this.layers = layers;
      this.heads = heads;
      this.width = width;
      this.context = context;
      this.batch = batch;
    }

    String describe(int ofBatch) {
      return "%s: %d layers, %d heads, %d wide, context %d, batch %d"
          .formatted(this, layers, heads, width, context, ofBatch);
    }
  }

  @Parameters(index = "0", defaultValue = "3", description = "Rounds of a worker in each turn (3).")
  private int rounds;

  @Parameters(index = "1", defaultValue = "2", description = "Turns (2).")
  private int turns;

  @Option(names = "--workers", defaultValue = "2", description = "In one JVM (2).")
  private int workers;

  @Option(names = "--local-steps", defaultValue = "20", description = "H (20).")
  private int localSteps;

  @Option(names = "--size", defaultValue = "M", description = "${COMPLETION-CANDIDATES} (M).")
  private Size size = Size.M;

  @Option(names = "--batch", description = "Sequences of a step; the size's own by default.")
  private int batch;

  @Option(names = "--device", defaultValue = "cpu", description = "cpu or cuda:N (cpu).")
  private String device = "";

  @Option(names = "--precision", defaultValue = "float32", description = "Or bfloat16, on a GPU.")
  private String precision = "";

  @Option(names = "--overlap", description = "Train on while a push travels (exchange.overlap).")
  private boolean overlap;

  @Option(names = "--out", description = "Where the result is written (${DEFAULT-VALUE}).")
  private Path out = Path.of("bench/results/whole.json");

  private int tokensPerStep;

  private WholeBench() {}

  /** Runs the benchmark and writes its results. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new WholeBench()).execute(args));
  }

  private RunConfig config() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("workers.count", Integer.toString(workers));
    settings.put("local-steps.count", Integer.toString(localSteps));
    // Both loops take the same steps, whatever the speed of the moment.
    settings.put("local-steps.dynamic", "false");
    settings.put("tokens", Long.toString((long) workers * rounds * localSteps * tokensPerStep));
    settings.put("model.batch", Integer.toString(batch));
    settings.put("model.gpt.layers", Integer.toString(size.layers));
    settings.put("model.gpt.heads", Integer.toString(size.heads));
    settings.put("model.gpt.width", Integer.toString(size.width));
    settings.put("model.gpt.context", Integer.toString(size.context));
    settings.put("data.max-bytes", "16MiB");
    // The end's validation is not training: it comes after the last push and is not counted.
    settings.put("evaluation.every", "1");
    settings.put("evaluation.batches", "1");
    settings.put("checkpoint.every", "1h");
    settings.put("device", '"' + device + '"');
    settings.put("compute.precision", precision);
    settings.put("exchange.overlap", Boolean.toString(overlap));
    return ConfigReader.read(null, settings);
  }

  @Override
  public Integer call() throws Exception {
    if (rounds < 2) {
      throw new IllegalArgumentException("rounds=" + rounds + " (expected >= 2: the first warms)");
    }
    batch = batch > 0 ? batch : size.batch;
    tokensPerStep = batch * size.context;
    RunConfig config = config();
    List<Rates> bare = new ArrayList<>();
    List<Rates> cluster = new ArrayList<>();
    CpuUse use = new CpuUse();
    try (Workshop workshop = Workshop.open(config, ReadProgress.NONE, System.out::println)) {
      bare(workshop, 1, 2); // The JIT compiles before anything is counted.
      for (int turn = 0; turn < turns; turn++) {
        bare.add(bare(workshop, rounds, localSteps));
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
    System.out.printf(
        Locale.ROOT,
        "train is %.3f of %d bare loops (expected >= %s)%n",
        ratio,
        workers,
        overlap ? "0.98" : "0.97");
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "whole");
    result.put("machine", Machine.describe());
    result.put("commit", Machine.commit());
    result.put("device", device);
    result.put("precision", precision);
    result.put("overlap", overlap);
    result.put("size", size.describe(batch));
    result.put("workers", workers);
    result.put("local_steps", localSteps);
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
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), result);
    System.out.println("written to " + out);
    return 0;
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
  private Rates bare(Workshop workshop, int rounds, int steps) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    List<DeviceTrainer> trainers = new ArrayList<>();
    try {
      for (int i = 0; i < workers; i++) {
        DeviceTrainer trainer = workshop.newTrainer();
        trainer.load(workshop.initialParameters());
        trainers.add(trainer);
      }
      Pulse pulse = new Pulse((long) workers * steps * tokensPerStep);
      List<Callable<Void>> loops = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        DeviceTrainer trainer = trainers.get(i);
        int shard = i;
        loops.add(() -> {
          for (int r = 0; r < rounds; r++) {
            long from = (long) r * steps;
            TrainOrder order = new TrainOrder(steps, shard, from, workers * from, workers);
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
  private Rates cluster(RunConfig config, Workshop workshop, CpuUse use) throws Exception {
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
              workers,
              0);
      try (Coordinator coordinator = Coordinator.start(plan)) {
        double warm = 0;
        long warmTokens = 0;
        double last = 0;
        double looked = 0;
        long firstRounds = (long) workers * localSteps * tokensPerStep;
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
