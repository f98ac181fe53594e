package org.estafette.algorithm.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelayGrad;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;
import org.estafette.testing.PeerNet;
import org.estafette.testing.PeerNet.Weather;
import org.estafette.topology.DirectedGraph;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever happens, who is live ends its rounds, with finite numbers and no lease left. */
class PeerWorkerFuzzTest {
  private static final Layout LAYOUT = Layout.builder().add("matrix", 3, 3).build();
  private static final int DIMENSION = (int) LAYOUT.length();

  static LongStream seeds() {
    return LongStream.rangeClosed(1, Integer.getInteger("estafette.fuzz.seeds", 150));
  }

  /** One run's choices, all from the seed. */
  private static final class Scene {
    final SplittableRandom random;
    final int workers;
    final Surroundings graph;
    final Supplier<PeerMethod> method;
    final PeerPlan plan;
    final Weather weather;

    Scene(long seed) {
      random = new SplittableRandom(seed);
      workers = 2 + random.nextInt(7);
      int kind = random.nextInt(10);
      String tree = List.of("chain", "star", "binary-tree").get(random.nextInt(3));
      graph =
          switch (kind) {
            case 0, 1 -> Surroundings.relay(RelayTree.of(shape(tree), 0));
            case 2 ->
                Surroundings.relay(
                    RelayTree.of(shape("binary-tree"), 0),
                    RelayTree.of(shape("reversed-binary-tree"), 0));
            case 3 -> Surroundings.gossip(shape("chain"), MixingMatrix::metropolisHastings);
            case 4 -> Surroundings.exponential(1);
            case 5 -> Surroundings.pushSum(DirectedGraph.of(shape(tree)));
            default -> Surroundings.gossip(shape(tree), MixingMatrix::metropolisHastings);
          };
      int exchanges = kind == 3 ? 1 + random.nextInt(3) : 1;
      method =
          switch (kind) {
            case 0 -> () -> new RelaySgd(Fill.HOLD, DIMENSION, Precision.FLOAT64);
            case 1 -> () -> new RelayGrad(DIMENSION, Precision.FLOAT64);
            case 2 -> () -> new RelaySgd(Fill.HOLD, 0, 2, DIMENSION, Precision.FLOAT64);
            case 3, 4 -> () -> new PlainGossip(exchanges, DIMENSION);
            case 5 -> () -> gossip(new GossipOptions.AsyncSum(true));
            case 6 ->
                () -> gossip(new GossipOptions.Controlled(0.2, 6, new GossipOptions.Dp(false)));
            case 7 -> () -> gossip(new GossipOptions.Dp(true));
            case 8 -> () -> gossip(new GossipOptions.Tracked());
            default -> () -> gossip(new GossipOptions.Power(1, 2, seed));
          };
      Pace pace =
          kind == 7
              ? Pace.OVERLAPPED
              : exchanges > 1 || kind == 6 || kind >= 8
                  ? Pace.SYNCHRONOUS
                  : Pace.values()[random.nextInt(3)];
      boolean lossy = random.nextInt(3) == 0;
      weather = new Weather(random.nextDouble(), lossy ? 0.2 : 0, random.nextBoolean() ? 0.2 : 0);
      plan =
          PeerPlan.of(1, 1, 10 + random.nextInt(50))
              .withPace(pace)
              .withPatience(lossy || kind == 6 ? 3 : Double.POSITIVE_INFINITY);
    }

    static PeerMethod gossip(GossipOptions options) {
      return GossipMethods.make(options, LAYOUT, Precision.FLOAT64);
    }

    Graph shape(String kind) {
      return Topologies.named(kind, workers, TopologyOptions.defaults());
    }

    PeerWorker worker(boolean joins) {
      Float64Vector x = Float64Vector.zeros(DIMENSION);
      return joins
          ? PeerWorker.joining(plan, graph, method.get(), x)
          : PeerWorker.starting(plan, graph, method.get(), x);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldEndWhateverHappens(long seed) {
    Scene scene = new Scene(seed);
    int places = scene.workers + 2;
    try (PeerNet net =
        new PeerNet(seed, scene.weather, PeerNet.centers(seed, places, DIMENSION), 0.02)) {
      for (int slot = 0; slot < scene.workers; slot++) {
        net.add(slot, 1, 0.5 + scene.random.nextDouble(), scene.worker(false));
      }
      net.start();
      List<Integer> dead = new ArrayList<>();
      int life = 1;
      double at = 0;
      for (int what = 0; what < scene.random.nextInt(5); what++) {
        at += scene.random.nextDouble() * 20;
        net.run(at);
        int slot = scene.random.nextInt(places);
        boolean present = net.nodes.containsKey(slot) && !dead.contains(slot);
        if (present && net.nodes.size() - dead.size() > 1) {
          net.die(slot);
          dead.add(slot);
        } else if (!present) {
          net.join(slot, ++life, 0.5 + scene.random.nextDouble(), scene.worker(true));
          dead.remove((Integer) slot);
        }
      }
      net.run(1e5);
      assertThat(net.nodes.values())
          .filteredOn(node -> !dead.contains(node.slot))
          .as(
              "not finished; replay with seed=%d: n=%d, %s, %s, dead=%s",
              seed, scene.workers, scene.plan, scene.weather, dead)
          .allSatisfy(node -> {
            assertThat(node.peer.finished())
                .as(net.nodes.values().stream().map(n -> n.peer.toString()).toList().toString())
                .isTrue();
            assertThat(node.peer.parameters().isFinite()).isTrue();
          });
    }
  }
}
