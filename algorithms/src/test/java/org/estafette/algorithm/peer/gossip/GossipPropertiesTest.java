package org.estafette.algorithm.peer.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.conformance.MethodsInStep;
import org.estafette.conformance.Mixing;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What all gossip methods must keep, on a ring of six workers with different quadratics. */
class GossipPropertiesTest {
  private static final int WORKERS = 6;
  private static final Layout LAYOUT = Layout.builder().add("matrix", 4, 4).add("bias", 5).build();
  private static final long SEED = 20_26;

  private final List<FlatVector> x = new ArrayList<>();

  static List<String> names() {
    return GossipMethods.names();
  }

  private static GossipOptions options(String name) {
    return GossipMethods.defaults(name);
  }

  private MethodsInStep workers(
      GossipOptions options, Precision precision, boolean startEqual, MethodsInStep.Loss loss) {
    return workers(
        options, precision, startEqual, loss, o -> GossipMethods.make(o, LAYOUT, precision));
  }

  private MethodsInStep workers(
      GossipOptions options,
      Precision precision,
      boolean startEqual,
      MethodsInStep.Loss loss,
      Function<GossipOptions, PeerMethod> make) {
    x.clear();
    List<PeerMethod> methods = new ArrayList<>();
    List<ReferenceTrainer> trainers = new ArrayList<>();
    InnerOptimizer optimizer =
        GossipMethods.optimizer(options, 0).orElse(new InnerOptimizer.Sgd(0));
    for (int i = 0; i < WORKERS; i++) {
      FlatVector start = precision.zeros(LAYOUT.length());
      for (int k = 0; k < start.length(); k++) {
        start.set(k, CounterRandom.gaussian(CounterRandom.key(SEED, startEqual ? 0 : i), k));
      }
      x.add(start);
      methods.add(make.apply(options));
      trainers.add(
          new ReferenceTrainer(
              (int) LAYOUT.length(),
              (shard, step, at, gradient) -> {
                for (int k = 0; k < at.length(); k++) {
                  gradient.set(k, at.get(k) - target(shard, k));
                }
                return 0;
              },
              step -> 0.05,
              optimizer));
    }
    double[][] ring = Mixing.ring(WORKERS);
    TreeSet<PeerId> live = new TreeSet<>();
    for (int i = 0; i < WORKERS; i++) {
      live.add(PeerId.worker(i));
    }
    return new MethodsInStep(
        methods,
        trainers,
        x,
        (i, round, exchange) ->
            GossipMethods.graph(options)
                .map(g -> g.around(PeerId.worker(i), live, round + 1, exchange))
                .orElseGet(() -> Mixing.around(ring, i)),
        loss);
  }

  private static double target(int worker, int k) {
    return CounterRandom.gaussian(CounterRandom.key(SEED, worker, 1), k);
  }

  private static boolean none(long round, int from, int to) {
    return false;
  }

  private double[] mean() {
    double[] mean = new double[(int) LAYOUT.length()];
    for (FlatVector one : x) {
      for (int k = 0; k < mean.length; k++) {
        mean[k] += one.get(k) / WORKERS;
      }
    }
    return mean;
  }

  private double apart() {
    double[] mean = mean();
    double squares = 0;
    for (FlatVector one : x) {
      for (int k = 0; k < mean.length; k++) {
        squares += (one.get(k) - mean[k]) * (one.get(k) - mean[k]) / WORKERS;
      }
    }
    return Math.sqrt(squares);
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldTakeTheMeanAlongTheMeanOfTheSteps(String name) {
    // One local step of SGD on functions whose gradients are linear: the mean of x moves as one
    // model would on the mean of the functions, whatever the exchange mixes.
    GossipOptions options = options(name);
    if (GossipMethods.optimizer(options, 0).isPresent()
        || options instanceof GossipOptions.AsyncSum) {
      return; // Momentum follows the exchange; weights follow who sent.
    }
    MethodsInStep all = workers(options, Precision.FLOAT64, false, GossipPropertiesTest::none);
    double[] expected = mean();
    for (int round = 0; round < 12; round++) {
      all.round(1);
      for (int k = 0; k < expected.length; k++) {
        double target = 0;
        for (int i = 0; i < WORKERS; i++) {
          target += target(i, k) / WORKERS;
        }
        expected[k] -= 0.05 * (expected[k] - target);
      }
      assertThat(mean()).as("round " + round).containsExactly(expected, within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldAgreeInFloat32WithFloat64(String name) {
    GossipOptions options = options(name);
    MethodsInStep exact = workers(options, Precision.FLOAT64, true, GossipPropertiesTest::none);
    for (int round = 0; round < 8; round++) {
      exact.round(2);
    }
    List<FlatVector> expected = List.copyOf(x);
    MethodsInStep single = workers(options, Precision.FLOAT32, true, GossipPropertiesTest::none);
    for (int round = 0; round < 8; round++) {
      single.round(2);
    }
    // Adam divides by roots of small moments, and power iterations by small norms.
    double tolerance =
        options instanceof GossipOptions.QuasiGlobalAdaptive
                || options instanceof GossipOptions.Power
            ? 1e-3
            : 1e-5;
    for (int i = 0; i < WORKERS; i++) {
      for (int k = 0; k < LAYOUT.length(); k++) {
        assertThat(x.get(i).get(k))
            .as("worker " + i + " element " + k)
            .isCloseTo(expected.get(i).get(k), within(tolerance));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldGiveBackEveryLeaseAndMakeNoVectorAfterTheFirstRounds(String name) {
    MethodsInStep all =
        workers(
            options(name),
            Precision.FLOAT64,
            false,
            (round, from, to) ->
                CounterRandom.uniform(CounterRandom.key(SEED, from, to), round) < 0.2);
    for (int round = 0; round < 20; round++) {
      all.round(1);
      assertThat(all.pool().outstanding()).isZero();
    }
    int made = all.pool().made();
    for (int round = 0; round < 20; round++) {
      all.round(1);
    }
    assertThat(all.pool().made()).isLessThanOrEqualTo(Math.max(made, 4 * WORKERS));
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldBringWorkersTogetherDespiteLostMessages(String name) {
    MethodsInStep all =
        workers(
            options(name),
            Precision.FLOAT64,
            false,
            (round, from, to) ->
                CounterRandom.uniform(CounterRandom.key(SEED, from, to), round) < 0.05);
    double before = apart();
    for (int round = 0; round < 60; round++) {
      all.round(1);
    }
    if (options(name) instanceof GossipOptions.Sum) {
      return; // Lost mass is lost in x too: only z = x/w is comparable.
    }
    assertThat(apart()).isLessThan(0.6 * before);
  }

  @Test
  void shouldNameTheNearestOfTheKnownMethods() {
    assertThatThrownBy(() -> GossipMethods.defaults("gradient-trackin"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did you mean gradient-tracking?");
    assertThatThrownBy(() -> GossipMethods.defaults("ad-psgd"))
        .hasMessageContaining("PairwiseWorker");
  }

  @Test
  void shouldUseEveryOffsetOfTheExponentialGraphEquallyOftenButForThePublishedOrder() {
    ExponentialGraph inTurn = new ExponentialGraph(2, ExponentialGraph.Order.IN_TURN);
    ExponentialGraph published = new ExponentialGraph(2, ExponentialGraph.Order.AS_PUBLISHED);
    int[] mine = new int[9];
    int[] theirs = new int[9];
    for (long t = 0; t < 12; t++) {
      for (int j = 0; j < 2; j++) {
        mine[inTurn.offset(16, t, j)]++;
        theirs[published.offset(16, t, j)]++;
      }
    }
    assertThat(List.of(mine[1], mine[2], mine[4], mine[8])).containsOnly(6);
    assertThat(List.of(theirs[1], theirs[2], theirs[4], theirs[8]))
        .isNotEqualTo(List.of(6, 6, 6, 6));
  }

  @Test
  void shouldExchangeOftenerForATighterConsensus() {
    int[] exchanges = new int[3];
    double[] apart = new double[3];
    double[] fractions = {Double.POSITIVE_INFINITY, 1, 0.1};
    for (int f = 0; f < fractions.length; f++) {
      MethodsInStep all =
          workers(
              new GossipOptions.Controlled(fractions[f], 60, new GossipOptions.Dp(false)),
              Precision.FLOAT64,
              true,
              GossipPropertiesTest::none);
      for (int round = 0; round < 30; round++) {
        all.round(1);
        exchanges[f] += all.exchanges();
      }
      apart[f] = apart();
    }
    assertThat(exchanges[0]).isEqualTo(30);
    assertThat(exchanges[1]).isGreaterThan(exchanges[0]);
    assertThat(exchanges[2]).isGreaterThan(exchanges[1]);
    assertThat(apart[1]).isLessThan(apart[0]);
    assertThat(apart[2]).isLessThan(0.3 * apart[1]);
  }
}
