package org.estafette.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.guard.Clipping;
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
import org.estafette.algorithm.robust.CoordinateMedian;
import org.estafette.algorithm.robust.Krum;
import org.estafette.algorithm.robust.Mean;
import org.estafette.algorithm.robust.RobustBuffer;
import org.estafette.algorithm.robust.TrimmedMean;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One of eight workers of a logistic regression is wrong: the rules that are to bear it end within
 * a tenth of the loss of eight honest workers that are averaged; the mean does not.
 */
class AttackTest {
  private static final int WORKERS = 8;
  private static final int DIMENSION = 10;
  private static final PeerId WRONG = PeerId.worker(7);
  private static final int STEPS = WORKERS * 5 * 22;
  private static final long[] SEEDS = {1, 2, 3, 4, 5};

  /** What the wrong worker does. */
  private enum Attack {
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

  private static ServerPlan plan(GuardPlan guard, long steps) {
    return new ServerPlan(
            1,
            1,
            new StalenessPolicy.Constant(),
            0,
            new LocalSteps.Fixed(5),
            GraceWindow.NONE,
            new ShardChoice.Own(),
            new long[WORKERS],
            steps,
            ServerPlan.ScheduleScope.RUN,
            1)
        .with(guard);
  }

  private static OuterOptimizer outer(double rate) {
    return new LinearOuter(new Rules.Nesterov(rate, 0.5), DIMENSION, Precision.FLOAT64);
  }

  private static final GuardPlan CLIPPING =
      GuardPlan.LENIENT.with(new Clipping(2, Double.POSITIVE_INFINITY));

  private static Server rounds(Aggregation rule, GuardPlan guard) {
    return new RoundCoordinator(
        plan(guard, STEPS),
        zeros(),
        outer(0.7),
        RoundCoordinator.Averaging.UNIFORM,
        rule,
        WORKERS,
        1e9);
  }

  private static Server buffered(Aggregation rule, GuardPlan guard) {
    return new ParameterServer(
        plan(guard, STEPS),
        zeros(),
        new RobustBuffer(outer(0.7), rule, WORKERS, DIMENSION, Precision.FLOAT64));
  }

  private static Server oneByOne(GuardPlan guard) {
    return new ParameterServer(plan(guard, STEPS), zeros(), outer(0.7 / WORKERS));
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
   * Loss on fresh rows at the end; worker 7 is wrong from that second on, never where it is NaN.
   */
  private static double loss(long seed, Server server, Attack attack, double from) {
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
        new SimulationPlan(WORKERS, new FifoQueue(QueueOptions.of(64, 1)), 0, 0.5, List.of())
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
            (at, who, decision) -> {})) {
      simulator.start();
      simulator.run(1e6, server::finished);
      assertThat(server.finished()).isTrue();
      return rows.lossAndGradient(
          seed * 31, 4000, false, (Float64Vector) server.parameters(), zeros());
    }
  }

  private static Float64Vector zeros() {
    return Float64Vector.zeros(DIMENSION);
  }

  private static LocalTrainer trainer(Rows rows, long seed, double rate, boolean flipped) {
    return new ReferenceTrainer(
        DIMENSION,
        (shard, step, x, gradient) ->
            rows.lossAndGradient(
                seed + 1000L * shard + 1_000_003L * step,
                32,
                flipped && shard == WRONG.slot(),
                x,
                gradient),
        t -> rate);
  }

  private static FaultPlan.Timed poison(double from, Fault.Venom venom) {
    return new FaultPlan.Timed(from, new Fault.Poison(WRONG, venom, 1e9));
  }

  private static final Map<String, Double> HONEST = new ConcurrentHashMap<>();

  private static double ratio(long seed, Attack attack, Server server) {
    return ratio(seed, attack, server, 0);
  }

  /**
   * Loss over that of eight honest workers in rounds; worker 7 goes wrong at second {@code from}.
   */
  private static double ratio(long seed, Attack attack, Server server, double from) {
    double honest =
        HONEST.computeIfAbsent(
            seed + " " + attack,
            k -> loss(seed, rounds(new Mean(), GuardPlan.LENIENT), attack, Double.NaN));
    return loss(seed, server, attack, from) / honest;
  }

  @ParameterizedTest
  @EnumSource
  void robustRulesShouldBearOneOfEight(Attack attack) {
    for (long seed : SEEDS) {
      for (Aggregation rule :
          List.of(new CoordinateMedian(), new TrimmedMean(0.125), new Krum(1, 1), new Krum(1, 0))) {
        assertThat(ratio(seed, attack, rounds(rule, GuardPlan.LENIENT)))
            .as("%s, rounds of %s, seed %d", attack, rule, seed)
            .isLessThan(1.1);
      }
      assertThat(ratio(seed, attack, buffered(new CoordinateMedian(), GuardPlan.LENIENT)))
          .as("%s, buffered median, seed %d", attack, seed)
          .isLessThan(1.1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SIGN", "SCALE"})
  void theMeanShouldNotBearOneOfEight(Attack attack) {
    for (long seed : SEEDS) {
      assertThat(ratio(seed, attack, rounds(new Mean(), GuardPlan.LENIENT)))
          .as("%s, seed %d", attack, seed)
          .isGreaterThan(1.1);
    }
  }

  @Test
  void clippingShouldBearWhatIsTooLongWithAndWithoutRounds() {
    for (long seed : SEEDS) {
      assertThat(ratio(seed, Attack.SCALE, rounds(new Mean(), CLIPPING)))
          .as("rounds, seed %d", seed)
          .isLessThan(1.1);
      assertThat(ratio(seed, Attack.SCALE, oneByOne(CLIPPING)))
          .as("one by one, seed %d", seed)
          .isLessThan(1.1);
      assertThat(ratio(seed, Attack.SCALE, oneByOne(GuardPlan.LENIENT)))
          .as("one by one without clipping, seed %d", seed)
          .isGreaterThan(1.1);
    }
  }

  @Test
  void theStandardGuardShouldBearWhatIsTooLongOnceItKnowsWhatIsUsual() {
    for (long seed : SEEDS) {
      for (Server server :
          List.of(oneByOne(GuardPlan.STANDARD), rounds(new Mean(), GuardPlan.STANDARD))) {
        assertThat(ratio(seed, Attack.SCALE, server, 30))
            .as("%s, seed %d", server.getClass().getSimpleName(), seed)
            .isLessThan(1.1);
      }
      assertThat(ratio(seed, Attack.SCALE, oneByOne(GuardPlan.LENIENT), 30))
          .as("without it, seed %d", seed)
          .isGreaterThan(1.1);
    }
  }
}
