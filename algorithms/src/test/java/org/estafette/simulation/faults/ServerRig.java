package org.estafette.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.mailbox.DelayedNesterovQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterOptimizer;
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
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.estafette.history.Fact;
import org.estafette.history.History;
import org.estafette.history.HistoryChecker;
import org.estafette.history.Replay;
import org.estafette.history.Violation;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.simulation.Link;
import org.estafette.simulation.SimulationPlan;
import org.estafette.simulation.Simulator;
import org.estafette.simulation.StepTime;
import org.estafette.simulation.WorkerSetup;

/**
 * The common rig: a server and four workers of a little unequal speed, delayed Nesterov outside, a
 * problem whose loss has a floor of 1 as real ones have. A local step takes 0.1 s and more, five of
 * them a phase.
 */
final class ServerRig {
  static final int WORKERS = 4;
  static final int PHASE = 5;
  static final int STEPS = 1600;
  static final double SAVED_EVERY = 4;
  private static final int DIMENSION = 6;
  private static final double HORIZON = 5000;
  private static final double CALM = 100;

  private final boolean synchronous;
  private final boolean adaptive;
  private final double secondsPerUpdate;
  private final VectorPool pool = VectorPool.unbounded("rig", Precision.FLOAT64, DIMENSION);
  private final History history = new History(true);
  private final List<Server> servers = new ArrayList<>();
  private final List<LocalTrainer> trainers = new ArrayList<>();
  private final List<Decided> decisions = new ArrayList<>();

  /** A decision of the server. */
  record Decided(double at, Decision what) {}

  /** What came of a run. */
  record Outcome(
      boolean finished,
      double loss,
      double seconds,
      int takeovers,
      double[] parameters,
      List<Decided> decisions,
      List<Fact> facts,
      List<Violation> violations) {
    /** The criteria that all tests have: it ended, and its history is clean. */
    Outcome good() {
      assertThat(violations).isEmpty();
      assertThat(finished).as("the run ended").isTrue();
      return this;
    }

    /** The final loss is no further from the control's than so many hundredths. */
    void within(double percent, Outcome control) {
      assertThat(loss)
          .as("final loss (control: %s)", control.loss)
          .isLessThan(control.loss * (1 + percent / 100));
    }

    <T extends Decision> List<T> decided(Class<T> kind) {
      return decisions.stream()
          .map(Decided::what)
          .filter(kind::isInstance)
          .map(kind::cast)
          .toList();
    }

    Map<Refusal, Integer> refused() {
      Map<Refusal, Integer> all = new EnumMap<>(Refusal.class);
      decided(Decision.Refused.class).forEach(r -> all.merge(r.reason(), 1, Integer::sum));
      return all;
    }

    /** When pushes of that worker were applied. */
    List<Double> applied(int slot) {
      return decisions.stream()
          .filter(d -> d.what() instanceof Decision.Applied a && a.header().sender().slot() == slot)
          .map(Decided::at)
          .toList();
    }
  }

  private ServerRig(boolean synchronous, boolean adaptive, double secondsPerUpdate) {
    this.synchronous = synchronous;
    this.adaptive = adaptive;
    this.secondsPerUpdate = secondsPerUpdate;
  }

  static Outcome asynchronous(FaultPlan faults) {
    return new ServerRig(false, false, 0).run(faults);
  }

  /** Every worker's steps follow its speed. */
  static Outcome adaptive(FaultPlan faults) {
    return new ServerRig(false, true, 0).run(faults);
  }

  static Outcome busy(FaultPlan faults) {
    return new ServerRig(false, false, 0.05).run(faults);
  }

  static Outcome synchronous(FaultPlan faults) {
    return new ServerRig(true, false, 0).run(faults);
  }

  static FaultPlan plan(long seed, FaultPlan.Timed... faults) {
    return new FaultPlan(seed, List.of(faults));
  }

  static FaultPlan.Timed at(double at, Fault fault) {
    return new FaultPlan.Timed(at, fault);
  }

  private Outcome run(FaultPlan faults) {
    boolean finished;
    double seconds;
    List<Violation> violations = new ArrayList<>();
    Server last;
    SimulationPlan plan =
        new SimulationPlan(
                WORKERS,
                new DelayedNesterovQueue(QueueOptions.of(8, 3)),
                secondsPerUpdate,
                0.7,
                List.of())
            .with(faults, SAVED_EVERY);
    try (Simulator simulator =
        new Simulator(
            plan,
            this::server,
            this::worker,
            pool::lease,
            (at, who, d) -> {
              if (who.isServer()) {
                decisions.add(new Decided(at, d));
              }
            },
            history)) {
      simulator.start();
      simulator.run(HORIZON, () -> servers.getLast().finished());
      seconds = simulator.now();
      simulator.run(seconds + CALM, () -> false);
      last = servers.getLast();
      finished = last.finished();
      violations.addAll(HistoryChecker.check(history, !synchronous, List.of()));
      Violation replay = Replay.compare(history, first(), outer(), synchronous, last.parameters());
      if (replay != null) {
        violations.add(replay);
      }
    } finally {
      trainers.forEach(LocalTrainer::close);
    }
    assertThat(pool.outstanding()).as("vectors that were not given back").isZero();
    double[] x = new double[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      x[i] = last.parameters().get(i);
    }
    return new Outcome(
        finished, loss(x), seconds, servers.size() - 1, x, decisions, history.facts(), violations);
  }

  private static Float64Vector first() {
    Float64Vector x = Float64Vector.zeros(DIMENSION);
    x.fill(2);
    return x;
  }

  private OuterOptimizer outer() {
    return new LinearOuter(
        new Rules.DelayedNesterov(0.4, 0.6, synchronous ? 1 : 3, 0.1),
        DIMENSION,
        Precision.FLOAT64);
  }

  private Server server() {
    ServerPlan plan =
        new ServerPlan(
            1,
            synchronous ? 1 : 0.6,
            new StalenessPolicy.Polynomial(0.5),
            0,
            adaptive ? new LocalSteps.Dynamic(PHASE, 1) : new LocalSteps.Fixed(PHASE),
            GraceWindow.NONE,
            new ShardChoice.Proportional(),
            new long[] {1, 1},
            STEPS,
            ServerPlan.ScheduleScope.RUN,
            1);
    Server server =
        synchronous
            ? new RoundCoordinator(
                plan, first(), outer(), RoundCoordinator.Averaging.UNIFORM, WORKERS, 5)
            : new ParameterServer(plan, first(), outer());
    servers.add(server);
    return server;
  }

  private WorkerSetup worker(int slot, int life) {
    DoubleUnaryOperator rate = t -> t < STEPS / 2.0 ? 0.02 : 0.005;
    LocalTrainer trainer =
        new ReferenceTrainer(
            DIMENSION,
            (shard, step, x, g) -> {
              double loss = 1;
              for (int j = 0; j < DIMENSION; j++) {
                double d = x.get(j) - 0.1 * shard;
                g.set(j, (1 + j) * d);
                loss += 0.5 * (1 + j) * d * d;
              }
              return loss;
            },
            rate);
    trainers.add(trainer);
    return new WorkerSetup(
        new AsyncWorker(1, 3, Double.NaN),
        trainer,
        StepTime.constant(0.1 + 0.01 * slot),
        new Link(0.02, 0.001));
  }

  private static double loss(double[] x) {
    double loss = 1;
    for (int shard = 0; shard < 2; shard++) {
      for (int j = 0; j < DIMENSION; j++) {
        double d = x[j] - 0.1 * shard;
        loss += 0.25 * (1 + j) * d * d;
      }
    }
    return loss;
  }

  static PeerId worker(int slot) {
    return PeerId.worker(slot);
  }
}
