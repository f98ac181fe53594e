package org.estafette.algorithm.peer.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;
import org.estafette.simulation.LockStep;
import org.estafette.simulation.Losses;
import org.estafette.simulation.Wiring;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What many rounds of float32 make of parameters that nothing moves. */
class LongRunTest {
  private static final int LENGTH = 64;
  private static final int ROUNDS = 3000;

  private static LockStep workers(GossipOptions options, int n, Precision precision) {
    List<PeerMethod> methods = new ArrayList<>();
    Layout layout = Layout.builder().add("b", LENGTH).build();
    for (int i = 0; i < n; i++) {
      methods.add(GossipMethods.make(options, layout, precision));
    }
    FlatVector start = precision.zeros(LENGTH);
    for (int k = 0; k < LENGTH; k++) {
      start.set(k, CounterRandom.gaussian(CounterRandom.key(11, 1), k));
    }
    return new LockStep(
        methods,
        Wiring.of(Topologies.named("complete", n, TopologyOptions.defaults())),
        PeerPlan.Pace.SYNCHRONOUS,
        (worker, round, at, delta) -> {
          delta.fill(0);
          return 0.1;
        },
        Losses.NONE,
        start);
  }

  @ParameterizedTest
  @CsvSource({
    "dp-sgd, 3",
    "dp-sgd, 7",
    "dp-sgd, 11",
    "d2, 3",
    "d2, 7",
    "d2, 11",
    "exact-diffusion, 7",
    "gradient-tracking, 3",
    "gradient-tracking, 7",
    "gradient-tracking, 11",
    "push-sum, 3",
    "push-sum, 7",
    "push-sum, 11",
    "async-push-sum, 3",
    "async-push-sum, 7",
    "async-push-sum, 11"
  })
  void shouldLeaveParametersWhereTheyAreWhileNothingIsLearnt(String name, int n) {
    try (LockStep workers = workers(GossipMethods.defaults(name), n, Precision.FLOAT32)) {
      double before = Math.sqrt(workers.mean().squaredNorm());
      for (int t = 0; t < ROUNDS; t++) {
        workers.round();
      }
      assertThat(Math.sqrt(workers.mean().squaredNorm()) / before).isCloseTo(1, within(1e-5));
      assertThat(Math.sqrt(workers.consensusDistance2()) / before).isLessThan(1e-5);
    }
  }
}
