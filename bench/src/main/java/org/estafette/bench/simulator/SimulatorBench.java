package org.estafette.bench.simulator;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.estafette.algorithm.mailbox.FifoQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.outer.StalenessPolicy;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.algorithm.pace.ShardChoice;
import org.estafette.algorithm.server.AsyncWorker;
import org.estafette.algorithm.server.ParameterServer;
import org.estafette.algorithm.server.RoundCoordinator;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerPlan;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.bench.Machine;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.simulation.Link;
import org.estafette.simulation.SimulationPlan;
import org.estafette.simulation.Simulator;
import org.estafette.simulation.StepTime;
import org.estafette.simulation.WorkerSetup;

/**
 * Events per second of the simulator on one thread, with workers whose training is empty (one
 * parameter, one shared trainer, one local step), and the heap that a worker takes.
 *
 * <pre>
 * java @conf/jvm.options -cp … org.estafette.bench.simulator.SimulatorBench \
 *     [--out bench/results/simulator.json] [--events 1000000] [--workers 1000,10000] [--rounds 3]
 * </pre>
 */
public final class SimulatorBench {
  private SimulatorBench() {}

  /**
   * One row of the table.
   *
   * @param secondsBest of the rounds; the first one includes compilation
   * @param bytesPerWorker heap in use with the run begun, less that without it
   */
  record Row(
      String server,
      int workers,
      long events,
      double secondsFirst,
      double secondsBest,
      double eventsPerSecond,
      long bytesPerWorker) {}

  /** Runs the benchmark and writes its results. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--out", "bench/results/simulator.json");
    options.put("--events", "1000000");
    options.put("--workers", "1000,10000");
    options.put("--rounds", "3");
    for (int i = 0; i + 1 < args.length; i += 2) {
      if (options.replace(args[i], args[i + 1]) == null) {
        throw new IllegalArgumentException(args[i] + " (expected one of " + options.keySet() + ")");
      }
    }
    long events = Long.parseLong(options.get("--events"));
    int rounds = Integer.parseInt(options.get("--rounds"));
    List<Row> rows = new ArrayList<>();
    System.out.printf(
        "%-12s %8s %10s %9s %9s %12s %10s%n",
        "server", "workers", "events", "first s", "best s", "events/s", "B/worker");
    for (boolean sync : new boolean[] {false, true}) {
      for (String workers : options.get("--workers").split(",", -1)) {
        Row row = measure(sync, Integer.parseInt(workers.trim()), events, rounds);
        rows.add(row);
        System.out.printf(
            Locale.ROOT,
            "%-12s %8d %10d %9.2f %9.2f %12.0f %10d%n",
            row.server(),
            row.workers(),
            row.events(),
            row.secondsFirst(),
            row.secondsBest(),
            row.eventsPerSecond(),
            row.bytesPerWorker());
      }
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("benchmark", "simulator");
    report.put("machine", Machine.describe());
    report.put("commit", Machine.commit());
    report.put("threads", 1);
    report.put("rounds", rounds);
    report.put("measured", Instant.now().toString());
    report.put("results", rows);
    Path out = Path.of(options.get("--out"));
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), report);
    System.out.println("written: " + out);
  }

  private static Row measure(boolean sync, int workers, long events, int rounds) {
    double first = 0;
    double best = Double.POSITIVE_INFINITY;
    long bytes = 0;
    for (int r = 0; r < rounds; r++) {
      long without = heapInUse();
      try (Simulator simulator = simulator(sync, workers)) {
        simulator.start();
        simulator.run(Double.POSITIVE_INFINITY, () -> simulator.handled() >= 3L * workers);
        bytes = (heapInUse() - without) / workers;
        long end = simulator.handled() + events;
        long start = System.nanoTime();
        simulator.run(Double.POSITIVE_INFINITY, () -> simulator.handled() >= end);
        double seconds = (System.nanoTime() - start) * 1e-9;
        if (simulator.handled() < end) {
          throw new IllegalStateException(
              "events=" + simulator.handled() + " (expected " + end + ")");
        }
        first = r == 0 ? seconds : first;
        best = Math.min(best, seconds);
      }
    }
    return new Row(
        sync ? "rounds" : "asynchronous", workers, events, first, best, events / best, bytes);
  }

  private static Simulator simulator(boolean sync, int workers) {
    VectorPool pool = VectorPool.unbounded("simulated", Precision.FLOAT64, 1);
    ServerPlan plan =
        new ServerPlan(
            1,
            1,
            new StalenessPolicy.Constant(),
            0,
            new LocalSteps.Fixed(1),
            GraceWindow.NONE,
            new ShardChoice.Own(),
            new long[] {1},
            Long.MAX_VALUE,
            ServerPlan.ScheduleScope.SHARD,
            0);
    FlatVector x = Precision.FLOAT64.zeros(1);
    LinearOuter outer =
        new LinearOuter(new Rules.DelayedNesterov(0.7, 0.9, 4, 0), 1, Precision.FLOAT64);
    Server server =
        sync
            ? new RoundCoordinator(plan, x, outer, RoundCoordinator.Averaging.UNIFORM, workers, 1e9)
            : new ParameterServer(plan, x, outer);
    ReferenceTrainer trainer =
        new ReferenceTrainer(
            1,
            (shard, step, at, gradient) -> {
              gradient.set(0, 0);
              return 0;
            },
            t -> 0.1);
    return new Simulator(
        SimulationPlan.of(workers, new FifoQueue(QueueOptions.of(workers, 1))),
        server,
        (slot, life) ->
            new WorkerSetup(
                new AsyncWorker(1, Double.POSITIVE_INFINITY, Double.NaN),
                trainer,
                StepTime.constant(1 + (slot * 7919L % 1000) * 1e-3),
                new Link(0.01, 0)),
        pool::lease,
        (at, who, decision) -> {});
  }

  private static long heapInUse() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
