package org.estafette.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.Decision;
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
import org.estafette.algorithm.server.ServerPlan;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.junit.jupiter.api.Test;

/** Workers that go on while their pushes travel, in virtual time. */
class OverlapSimTest {
  private static final int DIMENSION = 3;
  private static final double STEP = 0.1;
  private final List<Decision> decisions = new ArrayList<>();
  private final List<String> samples = new ArrayList<>();
  private final List<Double> assigned = new ArrayList<>();
  private double seconds;

  /** What is simulated: a server with SGD of rate 1, and workers with AdamW. */
  private record Run(
      int workers, boolean overlap, double latency, long budget, LocalSteps steps, int shards) {}

  private double outerRate = 1;
  private InnerOptimizer inner = new InnerOptimizer.AdamW(0.9, 0.99, 1e-8, 0.1, false);

  private static double objective(int shard, long step, Float64Vector x, Float64Vector g) {
    double loss = 0;
    for (int j = 0; j < DIMENSION; j++) {
      double d = x.get(j) - Math.sin(shard + 0.3 * step + j);
      g.set(j, (1 + j) * d);
      loss += 0.5 * (1 + j) * d * d;
    }
    return loss;
  }

  private ReferenceTrainer trainer() {
    return new ReferenceTrainer(
        DIMENSION,
        (shard, step, x, g) -> {
          samples.add(shard + ":" + step);
          return objective(shard, step, x, g);
        },
        t -> 0.01 + 0.0001 * t,
        inner);
  }

  private double[] simulate(Run run) {
    VectorPool pool = VectorPool.unbounded("overlap", Precision.FLOAT64, DIMENSION);
    Float64Vector first = Float64Vector.zeros(DIMENSION);
    first.fill(2);
    ServerPlan plan =
        new ServerPlan(
                1,
                1.0 / run.workers(),
                new StalenessPolicy.Constant(),
                0,
                run.steps(),
                GraceWindow.NONE,
                new ShardChoice.LeastVisited(),
                new long[run.shards()],
                run.budget(),
                ServerPlan.ScheduleScope.SHARD,
                3)
            .withAhead(run.overlap());
    ParameterServer server =
        new ParameterServer(
            plan, first, new LinearOuter(new Rules.Sgd(outerRate), DIMENSION, Precision.FLOAT64));
    try (Simulator simulator =
        new Simulator(
            SimulationPlan.of(run.workers(), new FifoQueue(QueueOptions.of(64, 1))),
            server,
            (slot, life) ->
                new WorkerSetup(
                    new AsyncWorker(1, Double.POSITIVE_INFINITY, Double.NaN),
                    trainer(),
                    StepTime.constant(STEP * (1 + slot)),
                    new Link(run.latency(), 0)),
            pool::lease,
            (at, who, d) -> {
              decisions.add(d);
              if (d instanceof Decision.Assigned) {
                assigned.add(at);
              }
            })) {
      simulator.start();
      simulator.run(1e6, server::finished);
      assertThat(server.finished()).isTrue();
      seconds = simulator.now();
      double[] x = new double[DIMENSION];
      for (int j = 0; j < DIMENSION; j++) {
        x[j] = server.parameters().get(j);
      }
      return x;
    } finally {
      assertThat(pool.outstanding()).as("vectors that were not given back").isZero();
    }
  }

  private static Run alone(boolean overlap, double latency) {
    return new Run(1, overlap, latency, 103, new LocalSteps.Fixed(10), 1);
  }

  @Test
  void oneWorkerWithAnOuterRateOfOneShouldBeAPlainTrainingLoop() {
    double[] plain = new double[DIMENSION];
    ReferenceTrainer loop = trainer();
    Float64Vector x = Float64Vector.zeros(DIMENSION);
    x.fill(2);
    loop.load(x);
    loop.train(new TrainOrder(103, 0, 0, 0, 1), () -> false);
    Float64Vector delta = Float64Vector.zeros(DIMENSION);
    loop.pseudoGradient(delta);
    for (int j = 0; j < DIMENSION; j++) {
      plain[j] = 2 - delta.get(j);
    }
    List<String> once = List.copyOf(samples);
    // Answers that come at once, between two steps, at the end of the steps, and long after it.
    for (double latency : new double[] {0, 0.13, 0.2, 0.5, 3}) {
      samples.clear();
      assertThat(simulate(alone(true, latency)))
          .as("latency %s s", latency)
          .containsExactly(plain, within(1e-12));
      assertThat(samples).as("each sample once, in order").isEqualTo(once);
    }
  }

  @Test
  void theAnswerShouldBeTakenUpAtTheStepBoundaryAfterItCame() {
    outerRate = 0.5;
    inner = new InnerOptimizer.Sgd(0);
    // There and back takes 0.26 s: three steps of a round are taken before its base is there.
    double[] simulated = simulate(new Run(1, true, 0.13, 40, new LocalSteps.Fixed(10), 1));
    Float64Vector y = Float64Vector.zeros(DIMENSION);
    Float64Vector x = Float64Vector.zeros(DIMENSION);
    y.fill(2);
    x.fill(2); // The server's.
    Float64Vector base = Float64Vector.zeros(DIMENSION);
    Float64Vector began = Float64Vector.zeros(DIMENSION);
    Float64Vector g = Float64Vector.zeros(DIMENSION);
    for (int step = 0; step < 40; step++) {
      int inRound = step % 10;
      if (inRound == 0) {
        began.copyFrom(y);
      }
      if (inRound == (step < 10 ? 0 : 3)) {
        for (int j = 0; j < DIMENSION; j++) {
          y.set(j, y.get(j) + x.get(j) - began.get(j));
        }
        base.copyFrom(x);
      }
      objective(0, step, y, g);
      y.axpy(-(0.01 + 0.0001 * step), g);
      if (inRound == 9) {
        for (int j = 0; j < DIMENSION; j++) {
          x.set(j, x.get(j) - 0.5 * (base.get(j) - y.get(j)));
        }
      }
    }
    for (int j = 0; j < DIMENSION; j++) {
      assertThat(simulated[j]).isCloseTo(x.get(j), within(1e-12));
    }
  }

  @Test
  void travelShouldBeHiddenBehindTheSteps() {
    simulate(alone(false, 0.25));
    double waiting = seconds;
    simulate(alone(true, 0.25));
    // Ten steps take 1 s, there and back 0.5 s. The first pull, the last push and the rest of the
    // budget, which is not given out ahead, are waited for.
    assertThat(waiting).isCloseTo(10.3 + 11 * 0.5 + 0.25, within(0.3));
    assertThat(seconds).isCloseTo(10.3 + 3 * 0.5, within(0.5));
  }

  @Test
  void aWorkerShouldBeOneRoundAheadAtMost() {
    simulate(alone(true, 3));
    // Steps take 1 s, an answer 6 s: no round begins sooner than an answer comes.
    assertThat(seconds).isBetween(9 * 6.0, 11 * 7.5);
    for (int i = 1; i < assigned.size(); i++) {
      assertThat(assigned.get(i) - assigned.get(i - 1)).isGreaterThan(5.9);
    }
  }

  @Test
  void everySampleShouldBeTakenOnceByUnequalWorkersOnSharedShards() {
    simulate(new Run(3, true, 0.33, 400, new LocalSteps.Dynamic(8, 1), 2));
    assertThat(samples).hasSize(400).doesNotHaveDuplicates();
    long pushed =
        decisions.stream()
            .filter(Decision.Applied.class::isInstance)
            .mapToLong(d -> ((Decision.Applied) d).report().tokens())
            .sum();
    assertThat(pushed).as("tokens counted once").isEqualTo(400);
    assertThat(decisions).noneMatch(Decision.Wasted.class::isInstance);
    assertThat(decisions).noneMatch(Decision.Refused.class::isInstance);
  }

  @Test
  void severalWorkersShouldComeAsFarWithOverlapAsWithout() {
    Run run = new Run(3, false, 0.33, 900, new LocalSteps.Dynamic(8, 1), 3);
    double[] waiting = simulate(run);
    double slow = seconds;
    double[] overlapped = simulate(new Run(3, true, 0.33, 900, run.steps(), 3));
    assertThat(seconds).isLessThan(0.75 * slow);
    for (int j = 0; j < DIMENSION; j++) {
      assertThat(overlapped[j]).isCloseTo(waiting[j], within(0.15));
    }
  }
}
