package org.estafette.actor.run;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.estafette.actor.config.RunConfig;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.server.ServerState;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.fault.FaultPlan;
import org.estafette.history.peer.PeerChronicle;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.simulation.Link;
import org.estafette.simulation.PeerSetup;
import org.estafette.simulation.PeerSimulationPlan;
import org.estafette.simulation.PeerSimulator;
import org.estafette.simulation.SimulationPlan;
import org.jspecify.annotations.Nullable;

/** A configured run without a server in virtual time: the sibling of {@link SimulatedRun}. */
public final class SimulatedPeers implements AutoCloseable {
  private static final long RUN = 1;

  private final RunConfig config;
  private final Workshop workshop;
  private final RunMonitor monitor;
  private final VectorPool pool;
  private final PeerSimulator simulator;
  private final DeviceTrainer evaluator;
  private final @Nullable DeviceTrainer[] trainers;
  private long epoch;
  private long nextValidation;

  /**
   * A run that has not begun, with the faults that its configuration names.
   *
   * @param monitor follows the workers
   */
  public SimulatedPeers(Workshop workshop, RunMonitor monitor) {
    this(workshop, monitor, Faults.plan(workshop.config()));
  }

  /**
   * A run that has not begun, in which something goes wrong.
   *
   * @param monitor follows the workers
   * @param faults of workers, and of the ways between them
   * @throws IllegalArgumentException for a fault that names the server, or a worker that is not
   *     there
   */
  public SimulatedPeers(Workshop workshop, RunMonitor monitor, FaultPlan faults) {
    this.config = workshop.config();
    this.workshop = workshop;
    this.monitor = monitor;
    this.pool = VectorPool.unbounded("simulation", Precision.FLOAT32, workshop.layout().length());
    this.evaluator = workshop.newTrainer();
    this.trainers = new DeviceTrainer[config.workers().count()];
    this.nextValidation = validationTokens();
    RunConfig.Simulation s = config.simulation();
    double perElement = s.bandwidth() == 0 ? 0 : Precision.FLOAT32.bytes() / s.bandwidth();
    List<SimulationPlan.Death> deaths =
        s.deaths().stream()
            .map(d -> new SimulationPlan.Death(d.at(), d.slot(), d.downtime()))
            .toList();
    PeerSimulationPlan plan =
        PeerSimulationPlan.of(config.workers().count(), new Link(s.latency(), perElement))
            .dying(0, deaths)
            .faulty(faults);
    this.simulator =
        new PeerSimulator(
            plan, this::worker, pool::lease, this::decided, PeerChronicle.NONE, monitor::fault);
  }

  private PeerSetup worker(int slot, int life) {
    DeviceTrainer former = trainers[slot];
    if (former != null) {
      former.close();
    }
    DeviceTrainer trainer = workshop.newTrainer();
    trainers[slot] = trainer;
    return new PeerSetup(
        workshop.newPeer(RUN, workshop.initialParameters(), life > 1),
        workshop.newMailbox(),
        trainer,
        SimulatedRun.stepTime(config, slot, life));
  }

  private void decided(double at, PeerId who, Decision decision) {
    switch (decision) {
      case Decision.Mixed m -> monitor.decided(at, m);
      case Decision.Refused r -> monitor.decided(at, r);
      case Decision.Rewired r -> {
        if (r.epoch() > epoch) {
          epoch = r.epoch();
          monitor.graph(at, epoch, false);
        }
        monitor.decided(at, r);
      }
      default -> {}
    }
  }

  private long validationTokens() {
    return Math.max(1, (long) (config.evaluation().every() * config.tokens()));
  }

  /** Starts the workers. */
  public void start() {
    simulator.start();
    for (int slot = 0; slot < config.workers().count(); slot++) {
      if (simulator.live(slot)) {
        monitor.present(PeerId.worker(slot));
      }
    }
  }

  /** The run has ended: what faults have done that go on is told. */
  public void endFaults() {
    simulator.endFaults();
  }

  /** Whether the budget is used up. */
  public boolean finished() {
    return monitor.now().localSteps() >= workshop.budget();
  }

  /**
   * Goes on until the budget is used up or {@code stop} says so.
   *
   * @param progress told the virtual second after each round
   */
  public void run(BooleanSupplier stop, DoubleConsumer progress) {
    while (!finished() && !stop.getAsBoolean()) {
      long version = monitor.now().version();
      long handled =
          simulator.run(
              Double.POSITIVE_INFINITY,
              () -> monitor.now().version() != version || stop.getAsBoolean());
      if (monitor.now().tokens() >= nextValidation) {
        nextValidation = monitor.now().tokens() + validationTokens();
        validate();
      }
      progress.accept(simulator.now());
      if (handled == 0) {
        break; // Nothing is left to happen: every worker is gone.
      }
    }
  }

  /** Validates x̄ as it is now, and measures Ξ. */
  public void validate() {
    monitor.consensus(simulator.now(), Math.sqrt(simulator.consensusDistance2()));
    evaluator.load(simulator.mean());
    monitor.validated(simulator.now(), evaluator.score(config.evaluation().batches()));
  }

  /** What a cluster could go on from: the mean of the workers' parameters; live. */
  public ServerState state() {
    RunMonitor.Snapshot now = monitor.now();
    SequencedMap<String, FlatVector> vectors = new LinkedHashMap<>();
    vectors.put(ServerState.PARAMETERS, simulator.mean());
    long[] progress = new long[workshop.dataset().shards()];
    Arrays.fill(progress, now.localSteps() / config.workers().count());
    return new ServerState(
        ServerState.SCHEMA,
        epoch,
        now.version(),
        0,
        now.localSteps(),
        now.tokens(),
        0,
        finished(),
        progress,
        List.of(),
        List.of(),
        Double.NaN,
        vectors);
  }

  /** Virtual seconds. */
  public double now() {
    return simulator.now();
  }

  @Override
  public void close() {
    simulator.close();
    for (DeviceTrainer trainer : trainers) {
      if (trainer != null) {
        trainer.close();
      }
    }
    evaluator.close();
  }

  /** Vectors still out; for tests. */
  @Nullable String leaks() {
    return pool.outstanding() == 0 ? null : pool.toString();
  }
}
