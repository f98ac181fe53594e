package org.estafette.actor.run;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.wire.PushPacking;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.WorkerRecord;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.fault.FaultPlan;
import org.estafette.history.Chronicle;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.simulation.Link;
import org.estafette.simulation.SimulationPlan;
import org.estafette.simulation.SimulationState;
import org.estafette.simulation.Simulator;
import org.estafette.simulation.StepTime;
import org.estafette.simulation.WorkerSetup;
import org.jspecify.annotations.Nullable;

/** A configured run in virtual time: real models, real gradients, a virtual clock. */
public final class SimulatedRun implements AutoCloseable {
  private static final long RUN = 1;

  private final RunConfig config;
  private final Workshop workshop;
  private final RunMonitor monitor;
  private final FaultPlan faults;
  private final VectorPool pool;
  private final Simulator simulator;
  private final DeviceTrainer evaluator;
  private final List<DeviceTrainer> trainers = new ArrayList<>();
  private long nextValidation;

  /**
   * A run that has not begun.
   *
   * @param monitor follows the server
   */
  public SimulatedRun(Workshop workshop, RunMonitor monitor) {
    this.config = workshop.config();
    this.workshop = workshop;
    this.monitor = monitor;
    this.faults = Faults.plan(config);
    this.pool = VectorPool.unbounded("simulation", Precision.FLOAT32, workshop.layout().length());
    this.evaluator = workshop.newTrainer();
    this.nextValidation = validationTokens();
    UpdateQueue mailbox = workshop.newMailbox();
    RunConfig.Simulation s = config.simulation();
    SimulationPlan plan =
        new SimulationPlan(
            config.workers().count(),
            mailbox,
            s.serverSeconds(),
            0,
            s.deaths().stream()
                .map(d -> new SimulationPlan.Death(d.at(), d.slot(), d.downtime()))
                .toList());
    this.simulator =
        new Simulator(
            faults.isEmpty()
                ? plan
                : plan.with(faults, config.checkpoint().every().toNanos() / 1e9),
            () -> workshop.newServer(RUN, workshop.initialParameters()),
            this::worker,
            pool::lease,
            (at, who, decision) -> {
              if (who.isServer() || decision instanceof Decision.Wasted) {
                monitor.decided(at, decision);
              }
            },
            Chronicle.NONE,
            monitor::fault);
  }

  private WorkerSetup worker(int slot, int life) {
    RunConfig.Simulation s = config.simulation();
    PushPacking packing = workshop.packing();
    double perElement = s.bandwidth() == 0 ? 0 : Float.BYTES / s.bandwidth();
    double perPushed = perElement * ((double) packing.pushBytes() / packing.plainBytes());
    double seconds = config.workers().stepSeconds() / config.workers().speed(slot);
    DeviceTrainer trainer = workshop.newTrainer();
    if (slot < trainers.size()) {
      trainers.set(slot, trainer).close(); // The former life's.
    } else {
      trainers.add(trainer);
    }
    return new WorkerSetup(
        workshop.newWorker(RUN, patience(), seconds),
        trainer,
        stepTime(config, slot, life),
        new Link(s.latency(), perElement, perPushed));
  }

  /** Where nothing is ever lost, nobody asks twice: the simulated time then has no timers in it. */
  private double patience() {
    return faults.isEmpty()
        ? Double.POSITIVE_INFINITY
        : config.workers().patience().toNanos() / 1e9;
  }

  /** Steps of a fixed length, or of one drawn for each round from a log-normal distribution. */
  static StepTime stepTime(RunConfig config, int slot, int life) {
    double seconds = config.workers().stepSeconds() / config.workers().speed(slot);
    double jitter = config.simulation().jitter();
    if (jitter == 0) {
      return StepTime.constant(seconds);
    }
    long key = config.seed() * 0x9E3779B97F4A7C15L + slot * 31L + life;
    return (round, steps) -> {
      double z = new SplittableRandom(key ^ (round * 0xD1B54A32D192ED03L)).nextGaussian();
      return steps * seconds * Math.exp(jitter * z - jitter * jitter / 2);
    };
  }

  private long validationTokens() {
    return Math.max(1, (long) (config.evaluation().every() * config.tokens()));
  }

  /** Starts the server and the workers. */
  public void start() {
    simulator.start();
  }

  /**
   * Goes on until the budget is used up or {@code stop} says so.
   *
   * @param progress told the virtual second after each stretch
   */
  public void run(BooleanSupplier stop, DoubleConsumer progress) {
    long[] seen = {-1};
    while (!server().finished() && !stop.getAsBoolean()) {
      long version = server().version();
      long handled =
          simulator.run(
              Double.POSITIVE_INFINITY,
              () -> server().finished() || server().version() != version || stop.getAsBoolean());
      validateIfDue();
      progress.accept(simulator.now());
      if (handled == 0 && seen[0] == 0) {
        break; // Nothing is left to happen: every worker is gone.
      }
      seen[0] = handled;
    }
  }

  private void validateIfDue() {
    if (monitor.now().tokens() >= nextValidation) {
      nextValidation = monitor.now().tokens() + validationTokens();
      validate();
    }
  }

  /** Validates the parameters as they are now. */
  public void validate() {
    evaluator.load(server().parameters());
    monitor.validated(simulator.now(), evaluator.score(config.evaluation().batches()));
  }

  /** Whether {@link #state} may be called. */
  public boolean atRest() {
    return !inOneGo() && simulator.atRest();
  }

  /** The run has ended: what faults have done that go on is told. */
  public void endFaults() {
    simulator.endFaults();
  }

  /**
   * Whether the run is simulated in one go, and never resumed: one with faults, and one whose
   * workers are never at rest because they go on while their pushes travel.
   */
  public boolean inOneGo() {
    return !faults.isEmpty() || config.exchange().overlap();
  }

  /** Goes on to the next moment of rest. */
  public void runToRest() {
    simulator.run(Double.POSITIVE_INFINITY, simulator::atRest);
  }

  /** The whole state between two events; live, to be written before the next. */
  public SimulationState state() {
    return simulator.state();
  }

  /** Takes up a saved state instead of starting. */
  public void restore(SimulationState state) {
    simulator.restore(state);
    monitor.resume(state.server().tokens(), state.server().localSteps(), state.server().version());
    state.server().workers().stream()
        .filter(WorkerRecord::live)
        .forEach(w -> monitor.present(PeerId.worker(w.slot())));
    nextValidation = (monitor.now().tokens() / validationTokens() + 1) * validationTokens();
  }

  /** Leases for what a saved state holds. */
  public Lease lease() {
    return pool.lease();
  }

  /** The server, between events. */
  public Server server() {
    return simulator.server();
  }

  /** Virtual seconds. */
  public double now() {
    return simulator.now();
  }

  @Override
  public void close() {
    simulator.close();
    trainers.forEach(DeviceTrainer::close);
    evaluator.close();
  }

  /** Vectors still out; for tests. */
  @Nullable String leaks() {
    return pool.outstanding() == 0 ? null : pool.toString();
  }
}
