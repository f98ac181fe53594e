package org.estafette.bench.peers;

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
import java.util.function.Supplier;
import org.estafette.algorithm.mailbox.FifoQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.PeerWorker;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.algorithm.quadratic.QuadraticsSpec;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.bench.Machine;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.simulation.Link;
import org.estafette.simulation.PeerSetup;
import org.estafette.simulation.PeerSimulationPlan;
import org.estafette.simulation.PeerSimulator;
import org.estafette.simulation.StepTime;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;

/**
 * Workers without a server on the random quadratics (d = 10, unequal step times, real gradients),
 * simulated on one thread.
 *
 * <pre>
 * java @conf/jvm.options -cp … org.estafette.bench.peers.PeersBench \
 *     [--out bench/results/peers.json] [--workers 1000] [--rounds 1000]
 * </pre>
 */
public final class PeersBench {
  private PeersBench() {}

  /**
   * One row of the table.
   *
   * @param seconds of the whole run, compilation included
   * @param error f(x̄) − f* at the end: that it trained
   */
  record Row(
      String method,
      int workers,
      long rounds,
      long events,
      double seconds,
      double workerRoundsPerSecond,
      double error) {}

  private record Contender(String name, Surroundings graph, Supplier<PeerMethod> method) {}

  /** Runs the benchmark and writes its results. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--out", "bench/results/peers.json");
    options.put("--workers", "1000");
    options.put("--rounds", "1000");
    for (int i = 0; i + 1 < args.length; i += 2) {
      if (options.replace(args[i], args[i + 1]) == null) {
        throw new IllegalArgumentException(args[i] + " (expected one of " + options.keySet() + ")");
      }
    }
    int workers = Integer.parseInt(options.get("--workers"));
    long rounds = Long.parseLong(options.get("--rounds"));
    Layout layout = Layout.of("x", 10);
    List<Contender> contenders =
        List.of(
            new Contender(
                "DP-SGD ring",
                Surroundings.gossip(
                    Topologies.named("ring", workers, TopologyOptions.defaults()),
                    MixingMatrix::metropolisHastings),
                () -> GossipMethods.make(new GossipOptions.Dp(false), layout, Precision.FLOAT64)),
            new Contender(
                "RelaySGD binary tree",
                Surroundings.relay(
                    RelayTree.of(
                        Topologies.named("binary-tree", workers, TopologyOptions.defaults()), 1)),
                () -> new RelaySgd(Fill.HOLD, layout.length(), Precision.FLOAT64)));
    List<Row> rows = new ArrayList<>();
    System.out.printf(
        "%-22s %8s %8s %10s %9s %14s %10s%n",
        "method", "workers", "rounds", "events", "seconds", "worker-rounds/s", "error");
    for (Contender contender : contenders) {
      Row row = measure(contender, workers, rounds, layout);
      rows.add(row);
      System.out.printf(
          Locale.ROOT,
          "%-22s %8d %8d %10d %9.2f %14.0f %10.2e%n",
          row.method(),
          row.workers(),
          row.rounds(),
          row.events(),
          row.seconds(),
          row.workerRoundsPerSecond(),
          row.error());
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("benchmark", "peers");
    report.put("machine", Machine.describe());
    report.put("commit", Machine.commit());
    report.put("threads", 1);
    report.put("measured", Instant.now().toString());
    report.put("results", rows);
    Path out = Path.of(options.get("--out"));
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), report);
    System.out.println("written: " + out);
  }

  private static Row measure(Contender contender, int workers, long rounds, Layout layout) {
    RandomQuadratics task = QuadraticsSpec.paper(workers, 1, 1).generate();
    VectorPool pool = VectorPool.unbounded("simulated", Precision.FLOAT64, layout.length());
    ReferenceTrainer trainer =
        new ReferenceTrainer((int) layout.length(), task.gradients(0, 0), t -> 0.1);
    PeerPlan plan = PeerPlan.of(1, 1, rounds);
    long start = System.nanoTime();
    try (PeerSimulator simulator =
        new PeerSimulator(
            PeerSimulationPlan.of(workers, new Link(0.01, 0)),
            (slot, life) ->
                new PeerSetup(
                    PeerWorker.starting(
                        plan,
                        contender.graph(),
                        contender.method().get(),
                        Float64Vector.zeros(layout.length())),
                    new FifoQueue(QueueOptions.of(64, 1)),
                    trainer,
                    StepTime.constant(1 + (slot * 7919L % 1000) * 1e-3)),
            pool::lease,
            (at, who, decision) -> {})) {
      simulator.start();
      simulator.run(Double.POSITIVE_INFINITY, () -> false);
      double seconds = (System.nanoTime() - start) * 1e-9;
      if (!simulator.finished() || simulator.slowest() < rounds) {
        throw new IllegalStateException(
            "rounds=" + simulator.slowest() + " of the slowest (expected " + rounds + ")");
      }
      return new Row(
          contender.name(),
          workers,
          rounds,
          simulator.handled(),
          seconds,
          workers * rounds / seconds,
          task.error(simulator.mean()));
    }
  }
}
