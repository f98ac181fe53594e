package org.estafette.simulation.chaos;

import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.outer.StalenessPolicy;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.algorithm.pace.ShardChoice;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.server.ParameterServer;
import org.estafette.algorithm.server.RoundCoordinator;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerPlan;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.fault.FaultPlan;
import org.estafette.fault.RandomFaults;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;

/**
 * A small run, all of it decided by a seed: how many workers, rounds or not, patience, grace
 * window, how busy the server is, how often it is saved, whether workers wait for answers, and what
 * goes wrong.
 *
 * @param seed names the case
 * @param workers how many
 * @param synchronous whether the server closes rounds
 * @param patience seconds after which a worker asks again
 * @param grace window of an asynchronous server
 * @param secondsPerUpdate time that the server takes for an update
 * @param saveEvery seconds between two saved states
 * @param faults what goes wrong
 * @param overlap whether workers go on while their pushes travel
 */
record ChaosCase(
    long seed,
    int workers,
    boolean synchronous,
    double patience,
    GraceWindow grace,
    double secondsPerUpdate,
    double saveEvery,
    FaultPlan faults,
    boolean overlap) {
  static final int DIMENSION = 4;
  static final int PERIOD = 3;
  static final int STEPS = 400;
  static final double FAULTY_SECONDS = 60;

  static ChaosCase of(long seed) {
    long key = CounterRandom.key(seed, 0xC4A05);
    int workers = 1 + (int) CounterRandom.below(key, 0, 6);
    boolean synchronous = CounterRandom.below(key, 1, 3) == 0;
    return new ChaosCase(
        seed,
        workers,
        synchronous,
        1 + 4 * CounterRandom.uniform(key, 2),
        CounterRandom.below(key, 3, 2) == 0
            ? GraceWindow.NONE
            : new GraceWindow(0.5 * CounterRandom.uniform(key, 4), false),
        CounterRandom.below(key, 5, 2) == 0 ? 0 : 0.3 * CounterRandom.uniform(key, 6),
        1 + 6 * CounterRandom.uniform(key, 7),
        new RandomFaults(
                workers, FAULTY_SECONDS, 0.7 + 3 * CounterRandom.uniform(key, 8), true, true)
            .plan(seed),
        !synchronous && CounterRandom.below(key, 9, 3) == 0);
  }

  /** The same run, asynchronous, in which workers go on while their pushes travel. */
  ChaosCase overlapped() {
    return new ChaosCase(
        seed, workers, false, patience, grace, secondsPerUpdate, saveEvery, faults, true);
  }

  /** The same run in which nothing goes wrong. */
  ChaosCase undisturbed() {
    return new ChaosCase(
        seed,
        workers,
        synchronous,
        patience,
        grace,
        secondsPerUpdate,
        saveEvery,
        FaultPlan.NONE,
        overlap);
  }

  Float64Vector first() {
    Float64Vector x = Float64Vector.zeros(DIMENSION);
    x.fill(5);
    return x;
  }

  OuterOptimizer outer() {
    return new LinearOuter(
        new Rules.DelayedNesterov(0.4, 0.6, synchronous ? 1 : PERIOD, 0.1),
        DIMENSION,
        Precision.FLOAT64);
  }

  Server server() {
    ServerPlan plan =
        new ServerPlan(
                1,
                synchronous ? 1 : 0.6,
                new StalenessPolicy.Polynomial(0.5),
                0,
                new LocalSteps.Dynamic(5, 1),
                grace,
                new ShardChoice.Proportional(),
                new long[] {1, 1},
                STEPS,
                ServerPlan.ScheduleScope.RUN,
                seed)
            .withAhead(overlap);
    return synchronous
        ? new RoundCoordinator(
            plan, first(), outer(), RoundCoordinator.Averaging.UNIFORM, workers, 5)
        : new ParameterServer(plan, first(), outer());
  }

  /** f_s(x) = ½ Σ (j+1)·(x_j − s)², one a shard. */
  LocalTrainer trainer() {
    return new ReferenceTrainer(
        DIMENSION,
        (shard, step, x, g) -> {
          double loss = 0;
          for (int j = 0; j < DIMENSION; j++) {
            double d = x.get(j) - shard;
            g.set(j, (j + 1) * d);
            loss += 0.5 * (j + 1) * d * d;
          }
          return loss;
        },
        t -> 0.02);
  }
}
