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
      bare(workshop, 2); // The JIT compiles before anything is counted.
      for (int turn = 0; turn < turns; turn++) {
        bare.add(bare(workshop, steps));
        cluster.add(cluster(config, workshop));
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

  /** Tokens per second of bare loops that take {@code steps} steps each, side by side. */
  private static double bare(Workshop workshop, int steps) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WORKERS);
    try {
      List<DeviceTrainer> trainers = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        DeviceTrainer trainer = workshop.newTrainer();
        trainer.load(workshop.initialParameters());
        trainers.add(trainer);
      }
      List<Callable<Long>> loops = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        DeviceTrainer trainer = trainers.get(i);
        TrainOrder order = new TrainOrder(steps, i, 0, 0, WORKERS);
        loops.add(() -> trainer.train(order, () -> false).tokens());
      }
      long began = System.nanoTime();
      long tokens = 0;
      for (Future<Long> loop : threads.invokeAll(loops)) {
        tokens += loop.get();
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      trainers.forEach(DeviceTrainer::close);
      return tokens / seconds;
    } finally {
      threads.shutdown();
    }
  }

  /** Tokens per second from the first round given out to the last push applied. */
  private static double cluster(RunConfig config, Workshop workshop) throws Exception {
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
        double[] atLastPush = new double[1];
        while (!coordinator.result().isDone()) {
          RunMonitor.Snapshot now = monitor.now();
          if (now.tokens() >= config.tokens() && atLastPush[0] == 0) {
            atLastPush[0] = now.trainingSeconds();
          }
          Thread.sleep(20);
        }
        coordinator.result().get();
        RunMonitor.Snapshot end = monitor.now();
        return end.tokens() / atLastPush[0];
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
      }
    }
  }
}
