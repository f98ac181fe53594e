package org.estafette.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.guard.GuardPlan;
import org.estafette.algorithm.mailbox.FifoQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.outer.StalenessPolicy;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.algorithm.pace.ShardChoice;
import org.estafette.algorithm.robust.Aggregation;
import org.estafette.algorithm.robust.Mean;
import org.estafette.algorithm.server.AsyncWorker;
import org.estafette.algorithm.server.ParameterServer;
import org.estafette.algorithm.server.RoundCoordinator;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerPlan;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultPlan;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;

/** A logistic regression by some workers, the last of which may be wrong on purpose. */
final class PoisonedRegression {
  static final int DIMENSION = 10;

  private final int workers;
  private final int rounds;

  /**
   * @param rounds of each worker, in the mean
   */
  PoisonedRegression(int workers, int rounds) {
    this.workers = workers;
    this.rounds = rounds;
  }

  /** What the wrong worker does. */
  enum Attack {
    /** While the loss falls: what goes the wrong way costs time. */
    SIGN(0.02),
    /** Where the loss has its floor: what goes too far costs everything. */
    SCALE(0.5),
    LABELS(0.02);

    final double rate;

    Attack(double rate) {
      this.rate = rate;
    }
  }

  ServerPlan plan(GuardPlan guard) {
    return new ServerPlan(
            1,
            1,
            new StalenessPolicy.Constant(),
            0,
            new LocalSteps.Fixed(5),
            GraceWindow.NONE,
            new ShardChoice.Own(),
            new long[workers],
            (long) workers * 5 * rounds,
            ServerPlan.ScheduleScope.RUN,
            1)
        .with(guard);
  }

  static OuterOptimizer outer(double rate) {
    return new LinearOuter(new Rules.Nesterov(rate, 0.5), DIMENSION, Precision.FLOAT64);
  }

  Server rounds(Aggregation rule, GuardPlan guard) {
    return new RoundCoordinator(
        plan(guard), zeros(), outer(0.7), RoundCoordinator.Averaging.UNIFORM, rule, workers, 1e9);
  }

  Server rounds(GuardPlan guard) {
    return rounds(new Mean(), guard);
  }

  Server oneByOne(GuardPlan guard) {
    return new ParameterServer(plan(guard), zeros(), outer(0.7 / workers));
  }

  /** Who may be. */
  PeerId wrong() {
    return PeerId.worker(workers - 1);
  }

  /** Rows of one Gaussian per class; a shard draws its own. */
  private static final class Rows {
    private final double[] mean = new double[DIMENSION];

    Rows(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < DIMENSION; i++) {
        mean[i] = 0.45 * random.nextGaussian();
      }
    }

    double lossAndGradient(
        long key, int rows, boolean flipped, Float64Vector x, Float64Vector gradient) {
      SplittableRandom random = new SplittableRandom(key);
      double loss = 0;
      double[] row = new double[DIMENSION];
      gradient.fill(0);
      for (int r = 0; r < rows; r++) {
        double label = random.nextBoolean() ? 1 : -1;
        double score = 0;
        for (int i = 0; i < DIMENSION; i++) {
          row[i] = label * mean[i] + random.nextGaussian();
          score += row[i] * x.get(i);
        }
        double told = flipped ? -label : label;
        loss += Math.log1p(Math.exp(-told * score));
        double slope = -told / (1 + Math.exp(told * score));
        for (int i = 0; i < DIMENSION; i++) {
          gradient.set(i, gradient.get(i) + slope * row[i] / rows);
        }
      }
      return loss / rows;
    }
  }

  /**
   * Loss on fresh rows at the end; the last worker is wrong from that second on, never where it is
   * NaN.
   */
  double loss(long seed, Server server, Attack attack, double from) {
    return loss(seed, server, attack, from, (at, who, decision) -> {});
  }

  /** The same, and what the server decides goes to {@code told}. */
  double loss(long seed, Server server, Attack attack, double from, SimulationListener told) {
    boolean poisoned = !Double.isNaN(from);
    Rows rows = new Rows(seed);
    List<FaultPlan.Timed> faults =
        !poisoned
            ? List.of()
            : switch (attack) {
              case SIGN -> List.of(poison(from, Fault.Venom.SIGN));
              case SCALE -> List.of(poison(from, Fault.Venom.SCALE));
              case LABELS -> List.of();
            };
    SimulationPlan plan =
        new SimulationPlan(workers, new FifoQueue(QueueOptions.of(64, 1)), 0, 0.5, List.of())
            .with(new FaultPlan(seed, faults), 1e9);
    VectorPool pool = VectorPool.unbounded("attack", Precision.FLOAT64, DIMENSION);
    try (Simulator simulator =
        new Simulator(
            plan,
            server,
            (slot, life) ->
                new WorkerSetup(
                    new AsyncWorker(1, Double.POSITIVE_INFINITY, 1),
                    trainer(rows, seed, attack.rate, poisoned && attack == Attack.LABELS),
                    StepTime.constant(1 + 0.01 * slot),
                    Link.INSTANT),
            pool::lease,
            told)) {
      simulator.start();
      simulator.run(1e6, server::finished);
      assertThat(server.finished()).isTrue();
      return rows.lossAndGradient(
          seed * 31, 4000, false, (Float64Vector) server.parameters(), zeros());
    }
  }

  static Float64Vector zeros() {
    return Float64Vector.zeros(DIMENSION);
  }

  private LocalTrainer trainer(Rows rows, long seed, double rate, boolean flipped) {
    return new ReferenceTrainer(
        DIMENSION,
        (shard, step, x, gradient) ->
            rows.lossAndGradient(
                seed + 1000L * shard + 1_000_003L * step,
                32,
                flipped && shard == wrong().slot(),
                x,
                gradient),
        t -> rate);
  }

  private FaultPlan.Timed poison(double from, Fault.Venom venom) {
    return new FaultPlan.Timed(from, new Fault.Poison(wrong(), venom, 1e9));
  }
}
