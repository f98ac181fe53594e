package org.estafette.algorithm.peer.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.conformance.MethodsInStep;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;
import org.estafette.testing.LockStep;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The worker of rounds around gossip methods: all that a bare method computes, it computes. */
class GossipWorkerTest {
  private static final int WORKERS = 6;
  private static final Layout LAYOUT = Layout.builder().add("matrix", 4, 4).add("b", 3).build();
  private static final double RATE = 0.05;

  static List<String> names() {
    // Quasi-global methods hand their moments to an inner optimizer, which these drivers lack.
    return GossipMethods.names().stream()
        .filter(n -> GossipMethods.optimizer(GossipMethods.defaults(n), 0).isEmpty())
        .toList();
  }

  private static double[][] starts() {
    double[][] starts = new double[WORKERS][(int) LAYOUT.length()];
    for (int i = 0; i < WORKERS; i++) {
      for (int k = 0; k < starts[i].length; k++) {
        starts[i][k] = CounterRandom.gaussian(CounterRandom.key(8, i), k);
      }
    }
    return starts;
  }

  private static double slope(int worker, int k, double at) {
    return at - CounterRandom.gaussian(CounterRandom.key(9, worker), k);
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldComputeWhatTheBareMethodComputes(String name) {
    GossipOptions options = GossipMethods.defaults(name);
    Surroundings graph =
        GossipMethods.graph(options)
            .<Surroundings>map(g -> g)
            .orElseGet(() ->
                Surroundings.gossip(
                    Topologies.named("ring", WORKERS, TopologyOptions.defaults()),
                    MixingMatrix::metropolisHastings));
    List<FlatVector> x = new ArrayList<>();
    MethodsInStep bare = bare(options, graph, x);
    try (LockStep workers =
        new LockStep(
            PeerPlan.of(1, 1, 1000),
            graph,
            slot -> GossipMethods.make(options, LAYOUT, Precision.FLOAT64),
            starts(),
            RATE,
            (worker, round, at) -> {
              double[] g = new double[at.length];
              for (int k = 0; k < g.length; k++) {
                g[k] = slope(worker, k, at[k]);
              }
              return g;
            })) {
      for (int round = 0; round < 10; round++) {
        bare.round(1);
        workers.round(Set.of());
        for (int i = 0; i < WORKERS; i++) {
          double[] expected = new double[(int) LAYOUT.length()];
          for (int k = 0; k < expected.length; k++) {
            expected[k] = x.get(i).get(k);
          }
          assertThat(workers.parameters(i))
              .as("round " + round + " worker " + i)
              .containsExactly(expected, within(1e-12));
        }
      }
    }
  }

  private static MethodsInStep bare(GossipOptions options, Surroundings graph, List<FlatVector> x) {
    List<PeerMethod> methods = new ArrayList<>();
    List<ReferenceTrainer> trainers = new ArrayList<>();
    TreeSet<PeerId> live = new TreeSet<>();
    for (int i = 0; i < WORKERS; i++) {
      live.add(PeerId.worker(i));
      x.add(Float64Vector.of(starts()[i]));
      methods.add(GossipMethods.make(options, LAYOUT, Precision.FLOAT64));
      trainers.add(
          new ReferenceTrainer(
              (int) LAYOUT.length(),
              (shard, step, at, gradient) -> {
                for (int k = 0; k < at.length(); k++) {
                  gradient.set(k, slope(shard, k, at.get(k)));
                }
                return 0;
              },
              step -> RATE));
    }
    return new MethodsInStep(
        methods,
        trainers,
        x,
        (i, round, exchange) -> graph.around(PeerId.worker(i), live, round + 1, exchange),
        (round, from, to) -> false);
  }
}
