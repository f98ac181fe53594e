package org.estafette.bench.relay;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.node.Coordinator;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.algorithm.train.TrainOrder;

/** A run, and the same steps without one. */
final class Runs {
  private Runs() {}

  /**
   * Tokens per second of bare training loops, one for each of the run's workers and as many steps
   * each, side by side.
   */
  static double bare(Workshop workshop, int steps) throws Exception {
    int workers = workshop.config().workers().count();
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      List<DeviceTrainer> trainers = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        DeviceTrainer trainer = workshop.newTrainer();
        trainer.load(workshop.initialParameters());
        trainers.add(trainer);
      }
      List<Callable<Long>> loops = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        DeviceTrainer trainer = trainers.get(i);
        TrainOrder order = new TrainOrder(steps, i, 0, 0, workers);
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

  /**
   * Tokens per second of the run in a cluster, from its first round to its last push applied, or
   * its last average.
   */
  static double cluster(Workshop workshop) throws Exception {
    RunConfig config = workshop.config();
    int workers = config.workers().count();
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
