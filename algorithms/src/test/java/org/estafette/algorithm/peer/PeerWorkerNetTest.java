package org.estafette.algorithm.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelayGrad;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;
import org.estafette.testing.PeerNet;
import org.estafette.testing.PeerNet.Weather;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Workers between which messages are late, come twice or never, and that die and join. */
class PeerWorkerNetTest {
  private static final int DIMENSION = 3;
  private static final Weather ROUGH = new Weather(1.5, 0, 0.2);

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 8);
  }

  private static Graph graph(String kind, int n) {
    return Topologies.named(kind, n, TopologyOptions.defaults());
  }

  private static Surroundings tree(String kind, int n) {
    return Surroundings.relay(RelayTree.of(graph(kind, n), 0));
  }

  private static PeerMethod hold() {
    return new RelaySgd(Fill.HOLD, DIMENSION, Precision.FLOAT64);
  }

  private static PeerNet net(long seed, Weather weather, int workers) {
    return new PeerNet(seed, weather, PeerNet.centers(seed, workers, DIMENSION), 0.1);
  }

  /** Starts {@code n} workers of unequal speed. */
  private static void begin(
      PeerNet net, int n, PeerPlan plan, Surroundings graph, Supplier<PeerMethod> method) {
    for (int slot = 0; slot < n; slot++) {
      net.add(
          slot,
          1,
          1 + 0.1 * slot,
          PeerWorker.starting(plan, graph, method.get(), Float64Vector.zeros(DIMENSION)));
    }
    net.start();
  }

  private static Map<Integer, double[]> models(PeerNet net) {
    Map<Integer, double[]> all = new TreeMap<>();
    net.nodes.keySet().forEach(slot -> all.put(slot, net.parameters(slot)));
    return all;
  }

  private static double error(PeerNet net, List<Integer> slots) {
    double[] optimum = net.optimum(slots);
    double worst = 0;
    for (int slot : slots) {
      double[] x = net.parameters(slot);
      for (int c = 0; c < x.length; c++) {
        worst = Math.max(worst, Math.abs(x[c] - optimum[c]));
      }
    }
    return worst;
  }

  private static List<Integer> slots(int... all) {
    return IntStream.of(all).boxed().toList();
  }

  static Stream<Arguments> methods() {
    Surroundings doubled =
        Surroundings.relay(
            RelayTree.of(graph("binary-tree", 6), 0),
            RelayTree.of(graph("reversed-binary-tree", 6), 0));
    Surroundings ring = Surroundings.gossip(graph("ring", 6), MixingMatrix::metropolisHastings);
    Supplier<PeerMethod> two = () -> new RelaySgd(Fill.HOLD, 0, 2, DIMENSION, Precision.FLOAT64);
    Supplier<PeerMethod> grad = () -> new RelayGrad(DIMENSION, Precision.FLOAT64);
    Supplier<PeerMethod> once = () -> new PlainGossip(1, DIMENSION);
    Supplier<PeerMethod> thrice = () -> new PlainGossip(3, DIMENSION);
    Supplier<PeerMethod> hold = PeerWorkerNetTest::hold;
    return Stream.of(
        Arguments.of("relay on a chain", 6, tree("chain", 6), hold, Pace.SYNCHRONOUS),
        Arguments.of("relay on a star", 12, tree("star", 12), hold, Pace.SYNCHRONOUS),
        Arguments.of("relay on double trees", 6, doubled, two, Pace.SYNCHRONOUS),
        Arguments.of("overlapped relay", 6, tree("binary-tree", 6), hold, Pace.OVERLAPPED),
        Arguments.of("relayed gradients", 6, tree("chain", 6), grad, Pace.SYNCHRONOUS),
        Arguments.of("overlapped gradients", 6, tree("chain", 6), grad, Pace.OVERLAPPED),
        Arguments.of("gossip", 6, ring, once, Pace.SYNCHRONOUS),
        Arguments.of("gossip three times a round", 6, ring, thrice, Pace.SYNCHRONOUS),
        Arguments.of("one peer at a time", 7, Surroundings.exponential(1), once, Pace.SYNCHRONOUS),
        Arguments.of(
            "two peers, one by one", 5, Surroundings.exponential(3), thrice, Pace.SYNCHRONOUS));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("methods")
  void shouldGiveTheSameNumbersWhateverTheDelaysAndDuplicates(
      String name, int n, Surroundings graph, Supplier<PeerMethod> method, Pace pace) {
    PeerPlan plan = PeerPlan.of(1, 2, 12).withPace(pace);
    for (long seed : seeds().toArray()) {
      List<Map<Integer, double[]>> runs = new ArrayList<>();
      for (Weather weather : List.of(Weather.CALM, ROUGH)) {
        try (PeerNet net = net(seed, weather, n)) {
          begin(net, n, plan, graph, method);
          net.run(1e6);
          runs.add(models(net));
          assertThat(net.nodes.values())
              .as(name + ", seed=" + seed)
              .allMatch(node -> node.peer.finished() && node.peer.round() == 12);
          assertThat(net.refused.keySet())
              .as("only duplicates, and those that came after the end; seed=" + seed)
              .isSubsetOf(Refusal.DUPLICATE, Refusal.ROUND_OVER, Refusal.RUN_OVER);
          if (weather == Weather.CALM) {
            assertThat(net.refused.keySet()).isSubsetOf(Refusal.RUN_OVER);
          }
        }
      }
      for (int slot = 0; slot < n; slot++) {
        assertThat(runs.get(1).get(slot))
            .as(name + ", worker-" + slot + ", seed=" + seed)
            .containsExactly(runs.get(0).get(slot));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldReachTheOptimumAlthoughAFifthOfTheMessagesIsLost(long seed) {
    Map<Fill, Double> errors = new TreeMap<>();
    for (Fill fill : List.of(Fill.HOLD, Fill.PREVIOUS)) {
      try (PeerNet net = net(seed, new Weather(0.1, 0.2, 0.1), 5)) {
        PeerPlan plan = PeerPlan.of(1, 1, 400).withPatience(2);
        begin(
            net, 5, plan, tree("chain", 5), () -> new RelaySgd(fill, DIMENSION, Precision.FLOAT64));
        net.run(1e6);
        assertThat(net.lost).isPositive();
        errors.put(fill, error(net, slots(0, 1, 2, 3, 4)));
      }
    }
    assertThat(errors.get(Fill.HOLD)).as("seed=" + seed).isLessThan(1e-6);
    assertThat(errors.get(Fill.PREVIOUS)).as("seed=" + seed).isGreaterThan(1e-4);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldGoOnToItsOwnOptimumWhereAnInnerWorkerDies(long seed) {
    try (PeerNet net = net(seed, new Weather(0.3, 0, 0.1), 7)) {
      PeerPlan plan = PeerPlan.of(1, 1, 300);
      begin(net, 7, plan, tree("binary-tree", 7), PeerWorkerNetTest::hold);
      net.run(20 + 0.37 * seed);
      net.die(1);
      net.run(40);
      net.die(3);
      net.run(1e6);
      List<Integer> left = slots(0, 2, 4, 5, 6);
      assertThat(error(net, left)).as("seed=" + seed).isLessThan(1e-8);
      for (int slot : left) {
        assertThat(net.nodes.get(slot).peer.finished()).as("seed=" + seed).isTrue();
        assertThat(net.nodes.get(slot).peer.round()).isEqualTo(300);
      }
      assertThat(net.refused.getOrDefault(Refusal.OLD_EPOCH, 0)).isPositive();
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldEndTogetherWhereAWorkerDiesInTheLastRounds(long seed) {
    try (PeerNet net = net(seed, new Weather(0.3, 0, 0), 6)) {
      begin(net, 6, PeerPlan.of(1, 1, 20), tree("chain", 6), PeerWorkerNetTest::hold);
      net.run(24 + seed);
      net.die(2);
      net.run(1e6);
      assertThat(net.nodes.values())
          .as("seed=" + seed + ": nobody waits for ever")
          .filteredOn(node -> node.slot != 2)
          .allMatch(node -> node.peer.finished());
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldTakeInANewWorkerWithoutStoppingTheOthers(long seed) {
    try (PeerNet net = net(seed, new Weather(0.05, 0, 0), 5)) {
      PeerPlan plan = PeerPlan.of(1, 1, 500);
      Surroundings graph = tree("chain", 4);
      begin(net, 4, plan, graph, PeerWorkerNetTest::hold);
      net.run(60);
      long before = net.nodes.get(0).peer.round();
      // Its first local steps take as long as many rounds of the others.
      PeerNet.Node late =
          net.join(
              4, 1, 1.2, PeerWorker.joining(plan, graph, hold(), Float64Vector.zeros(DIMENSION)));
      net.run(1e6);
      assertThat(net.decisions(Decision.Joined.class))
          .extracting(Decision.Joined::worker)
          .containsExactly(PeerId.worker(4));
      assertThat(late.roundsEndedAt.size()).isLessThan(500 - (int) before + 5);
      assertThat(error(net, slots(0, 1, 2, 3, 4))).as("seed=" + seed).isLessThan(1e-8);
      List<Double> ends = net.nodes.get(0).roundsEndedAt;
      for (int i = 1; i < ends.size(); i++) {
        assertThat(ends.get(i) - ends.get(i - 1))
            .as("virtual seconds of a round, seed=" + seed)
            .isLessThan(4);
      }
      assertThat(net.nodes.values()).allMatch(node -> node.peer.round() == 500);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldNotWaitForANewcomerThatHasNotSpoken(long seed) {
    try (PeerNet net = net(seed, new Weather(0.05, 0, 0), 5)) {
      PeerPlan plan = PeerPlan.of(1, 1, 200);
      Surroundings graph = tree("chain", 4);
      begin(net, 4, plan, graph, PeerWorkerNetTest::hold);
      net.run(30);
      net.join(4, 1, 100, PeerWorker.joining(plan, graph, hold(), Float64Vector.zeros(DIMENSION)));
      net.run(100);
      assertThat(net.nodes.get(0).peer.round()).as("seed=" + seed).isGreaterThan(60);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldReplaceADeadWorkerInItsPlace(long seed) {
    try (PeerNet net = net(seed, new Weather(0.2, 0, 0.1), 4)) {
      PeerPlan plan = PeerPlan.of(1, 1, 300);
      Surroundings graph = tree("chain", 4);
      begin(net, 4, plan, graph, PeerWorkerNetTest::hold);
      net.run(30);
      net.die(1);
      net.run(50);
      net.join(1, 2, 1.1, PeerWorker.joining(plan, graph, hold(), Float64Vector.zeros(DIMENSION)));
      net.run(1e6);
      assertThat(error(net, slots(0, 1, 2, 3))).as("seed=" + seed).isLessThan(1e-8);
      assertThat(net.nodes.values()).allMatch(node -> node.peer.finished());
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldNotBeBiasedByUnequalSpeedsWhereNobodyWaits(long seed) {
    try (PeerNet net = net(seed, new Weather(0.5, 0.1, 0.1), 6)) {
      PeerPlan plan = PeerPlan.of(1, 1, Long.MAX_VALUE).withPace(Pace.ASYNCHRONOUS);
      Surroundings graph = tree("binary-tree", 6);
      for (int slot = 0; slot < 6; slot++) {
        net.add(
            slot,
            1,
            slot % 2 == 0 ? 1 : 4,
            PeerWorker.starting(plan, graph, hold(), Float64Vector.zeros(DIMENSION)));
      }
      net.start();
      net.run(3000);
      assertThat(error(net, slots(0, 1, 2, 3, 4, 5))).as("seed=" + seed).isLessThan(1e-8);
      assertThat(net.nodes.get(0).peer.round()).isGreaterThan(3 * net.nodes.get(1).peer.round());
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldFollowTheOthersAgainAfterFallingBehind(long seed) {
    try (PeerNet net = net(seed, new Weather(0.05, 0, 0), 3)) {
      // The last worker's rounds take longer than the others' patience.
      PeerPlan plan = PeerPlan.of(1, 1, 200).withPatience(2);
      Surroundings graph = tree("chain", 3);
      for (int slot = 0; slot < 3; slot++) {
        net.add(
            slot,
            1,
            slot == 2 ? 7 : 1,
            PeerWorker.starting(plan, graph, hold(), Float64Vector.zeros(DIMENSION)));
      }
      net.start();
      net.run(400);
      long front = net.nodes.get(0).peer.round();
      assertThat(net.nodes.get(2).peer.round()).as("seed=" + seed).isGreaterThan(front - 12);
      net.run(1e6);
      assertThat(error(net, slots(0, 1, 2))).as("seed=" + seed).isLessThan(0.2);
      assertThat(net.nodes.values()).allMatch(node -> node.peer.finished());
    }
  }

  @Test
  void shouldMakeNoMoreVectorsInManyRoundsThanInAFew() {
    int[] made = new int[2];
    for (int i = 0; i < 2; i++) {
      try (PeerNet net = net(1, new Weather(0.2, 0, 0), 9)) {
        begin(
            net, 9, PeerPlan.of(1, 1, i == 0 ? 50 : 500), tree("star", 9), PeerWorkerNetTest::hold);
        net.run(1e6);
        made[i] = net.pool.made();
      }
    }
    assertThat(made[1]).isCloseTo(made[0], within(4));
  }
}
