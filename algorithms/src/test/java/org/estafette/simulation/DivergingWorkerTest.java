package org.estafette.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
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
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker whose own training gives NaN now and then, momentum and all. */
class DivergingWorkerTest {
  private static final int DIMENSION = 3;

  private int calls;

  private static Server server(boolean rounds) {
    ServerPlan plan =
        new ServerPlan(
            1,
            rounds ? 1 : 0.5,
            new StalenessPolicy.Constant(),
            0,
            new LocalSteps.Fixed(4),
            GraceWindow.NONE,
            new ShardChoice.Own(),
            new long[3],
            600,
            ServerPlan.ScheduleScope.RUN,
            1);
    Float64Vector x = Float64Vector.of(4, -3, 2);
    LinearOuter outer = new LinearOuter(new Rules.Sgd(1), DIMENSION, Precision.FLOAT64);
    return rounds
        ? new RoundCoordinator(plan, x, outer, RoundCoordinator.Averaging.UNIFORM, 3, 30)
        : new ParameterServer(plan, x, outer);
  }

  /** ½‖x − 1‖²; of worker 2 in every thirtieth step NaN. */
  private double loss(int shard, Float64Vector x, Float64Vector gradient) {
    double sum = 0;
    for (int i = 0; i < DIMENSION; i++) {
      gradient.set(i, x.get(i) - 1);
      sum += 0.5 * (x.get(i) - 1) * (x.get(i) - 1);
    }
    if (shard == 2 && ++calls % 30 == 0) {
      gradient.set(1, Double.NaN);
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldReportItGoOnAndSpoilNothing(boolean rounds) {
    List<Decision> decisions = new ArrayList<>();
    VectorPool pool = VectorPool.unbounded("diverging", Precision.FLOAT64, DIMENSION);
    Server server = server(rounds);
    try (Simulator simulator =
        new Simulator(
            new SimulationPlan(3, new FifoQueue(QueueOptions.of(64, 1)), 0, 0.5, List.of()),
            server,
            (slot, life) ->
                new WorkerSetup(
                    new AsyncWorker(1, Double.POSITIVE_INFINITY, 1),
                    new ReferenceTrainer(
                        DIMENSION,
                        (shard, step, x, g) -> loss(shard, x, g),
                        t -> 0.05,
                        InnerOptimizer.AdamW.withDefaults(0)),
                    StepTime.constant(1 + 0.1 * slot),
                    Link.INSTANT),
            pool::lease,
            (at, who, decision) -> {
              assertThat(server.parameters().isFinite()).isTrue();
              if (who.isServer()) {
                decisions.add(decision);
              }
            })) {
      simulator.start();
      simulator.run(1e5, server::finished);
      assertThat(server.finished()).isTrue();
      assertThat(server.state().localSteps()).as("the whole budget").isGreaterThanOrEqualTo(600);
      List<Decision.Refused> refused =
          decisions.stream()
              .filter(Decision.Refused.class::isInstance)
              .map(Decision.Refused.class::cast)
              .toList();
      assertThat(refused).hasSizeGreaterThan(3);
      assertThat(refused)
          .allMatch(
              r -> r.reason() == Refusal.DIVERGED && r.header().sender().equals(PeerId.worker(2)));
      long ofTwo =
          decisions.stream()
              .filter(d ->
                  d instanceof Decision.Applied a && a.header().sender().equals(PeerId.worker(2)))
              .count();
      assertThat(ofTwo).as("its other rounds count").isGreaterThan(3L * refused.size());
      for (int i = 0; i < DIMENSION; i++) {
        assertThat(server.parameters().get(i)).isBetween(0.7, 1.3);
      }
    }
  }
}
