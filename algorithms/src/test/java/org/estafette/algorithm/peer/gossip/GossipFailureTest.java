package org.estafette.algorithm.peer.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.memory.Precision;
import org.estafette.testing.LockStep;
import org.estafette.topology.DirectedGraph;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers die; those that are left find the optimum of their own functions. */
class GossipFailureTest {
  private static final int WORKERS = 6;
  private static final Set<Integer> DEAD = Set.of(2, 5);

  private static double target(int worker) {
    return 1 << worker;
  }

  private static LockStep workers(String name, Surroundings graph, double[] curvature) {
    double[][] starts = new double[WORKERS][1];
    return new LockStep(
        PeerPlan.of(1, 1, Long.MAX_VALUE),
        graph,
        slot -> GossipMethods.make(GossipMethods.defaults(name), 1, Precision.FLOAT64),
        starts,
        0.1,
        (worker, round, at) -> new double[] {curvature[worker] * (at[0] - target(worker))});
  }

  private static Surroundings gossip(String kind) {
    Graph graph = Topologies.named(kind, WORKERS, TopologyOptions.defaults());
    return Surroundings.gossip(graph, MixingMatrix::metropolisHastings);
  }

  /** The optimum of the sum of those workers' functions. */
  private static double optimum(double[] curvature, Set<Integer> without) {
    double weighted = 0;
    double sum = 0;
    for (int i = 0; i < WORKERS; i++) {
      if (!without.contains(i)) {
        weighted += curvature[i] * target(i);
        sum += curvature[i];
      }
    }
    return weighted / sum;
  }

  @ParameterizedTest
  @ValueSource(strings = {"exact-diffusion", "gradient-tracking"})
  void shouldReachTheOptimumOfTheSurvivorsWhereCorrectionsTakeTheDifferencesAway(String name) {
    double[] curvature = {1, 0.5, 0.75, 0.6, 0.9, 0.8};
    try (LockStep all = workers(name, gossip("complete"), curvature)) {
      for (int round = 0; round < 37; round++) {
        all.round(Set.of());
      }
      all.die(DEAD);
      for (int round = 0; round < 1500; round++) {
        all.round(Set.of());
      }
      for (int i = 0; i < WORKERS; i++) {
        if (!DEAD.contains(i)) {
          assertThat(all.parameters(i)[0])
              .as("worker " + i)
              .isCloseTo(optimum(curvature, DEAD), within(1e-6));
        }
      }
    }
  }

  @Test
  void shouldKeepPushSumsPointSensibleWhenWorkersDie() {
    double[] curvature = {1, 1, 1, 1, 1, 1};
    Surroundings graph =
        Surroundings.pushSum(
            DirectedGraph.of(Topologies.named("complete", WORKERS, TopologyOptions.defaults())));
    try (LockStep all = workers("push-sum", graph, curvature)) {
      for (int round = 0; round < 20; round++) {
        all.round(Set.of());
      }
      all.die(DEAD);
      for (int round = 0; round < 400; round++) {
        all.round(Set.of());
      }
      double optimum = optimum(curvature, DEAD);
      for (int i = 0; i < WORKERS; i++) {
        if (!DEAD.contains(i)) {
          assertThat(all.parameters(i)[0]).as("worker " + i).isCloseTo(optimum, within(1e-6));
        }
      }
    }
  }

  @Test
  void shouldEndEveryRoundOfConsensusControlThoughMessagesAreLost() {
    long seed = 77;
    try (LockStep all =
        new LockStep(
            PeerPlan.of(1, 1, Long.MAX_VALUE).withPatience(1),
            gossip("ring"),
            slot ->
                GossipMethods.make(
                    new GossipOptions.Controlled(0.3, 12, new GossipOptions.Dp(false)),
                    1,
                    Precision.FLOAT64),
            new double[WORKERS][1],
            0.1,
            (worker, round, at) -> new double[] {at[0] - target(worker)})) {
      int more = 0;
      for (int round = 0; round < 60; round++) {
        Set<List<Integer>> lost = new HashSet<>();
        for (int i = 0; i < WORKERS; i++) {
          int next = (i + 1) % WORKERS;
          if (CounterRandom.uniform(CounterRandom.key(seed, i), round) < 0.1) {
            lost.add(List.of(i, next));
          }
        }
        all.round(lost);
        more += all.sent.stream().anyMatch(m -> m.passage().exchange() > 0) ? 1 : 0;
      }
      assertThat(more).as("rounds of several exchanges, seed " + seed).isGreaterThan(30);
      for (int i = 0; i < WORKERS; i++) {
        assertThat(all.parameters(i)[0]).as("seed " + seed).isBetween(4.0, 18.0);
      }
    }
  }
}
