package org.estafette.algorithm.robust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.algorithm.outer.Rules;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule against a plain one that shares no code with it. */
class AggregationTest {
  private static final int[] LENGTHS = {0, 1, 3, 31, 511, 513, 1025};
  private static final int[] COUNTS = {1, 2, 3, 4, 5, 7, 8, 13, 16, 17};

  private static FlatVector vector(Precision p, double[] values) {
    FlatVector v = p.zeros(values.length);
    for (int i = 0; i < values.length; i++) {
      v.set(i, values[i]);
    }
    return v;
  }

  private static double[][] numbers(int count, int length, long seed) {
    Random random = new Random(seed);
    double[][] xs = new double[count][length];
    for (double[] x : xs) {
      for (int i = 0; i < length; i++) {
        // Coarse, so that there are equal values, and both zeros.
        double value = Math.rint(random.nextGaussian() * 8) / 4;
        x[i] = (float) (value == 0 && random.nextBoolean() ? -0.0 : value);
      }
    }
    return xs;
  }

  private static double[] apply(Aggregation rule, Precision p, double[][] xs) {
    return apply(rule, p, xs, uniform(xs.length));
  }

  private static double[] apply(Aggregation rule, Precision p, double[][] xs, double[] weights) {
    FlatVector[] vectors = Arrays.stream(xs).map(x -> vector(p, x)).toArray(FlatVector[]::new);
    FlatVector into = p.zeros(xs[0].length);
    into.fill(7);
    rule.aggregate(into, vectors, weights, xs.length);
    for (int j = 0; j < xs.length; j++) {
      assertThat(values(vectors[j])).as("left as they are").containsExactly(xs[j]);
    }
    return values(into);
  }

  private static double[] values(FlatVector v) {
    return IntStream.range(0, (int) v.length()).mapToDouble(v::get).toArray();
  }

  private static double[] uniform(int n) {
    double[] w = new double[n];
    Arrays.fill(w, 1.0 / n);
    return w;
  }

  private static double plainTrimmed(double[][] xs, int i, int cut) {
    List<Double> column = new ArrayList<>();
    for (double[] x : xs) {
      column.add(x[i]);
    }
    Collections.sort(column);
    return column.subList(cut, column.size() - cut).stream()
        .mapToDouble(Double::doubleValue)
        .average()
        .orElseThrow();
  }

  private static double[] plain(double[][] xs, int cut) {
    return IntStream.range(0, xs[0].length).mapToDouble(i -> plainTrimmed(xs, i, cut)).toArray();
  }

  @ParameterizedTest
  @MethodSource("precisions")
  void medianAndTrimmedMeanShouldBeThoseOfEachCoordinate(Precision p) {
    for (int count : COUNTS) {
      for (int length : LENGTHS) {
        double[][] xs = numbers(count, length, 31L * count + length);
        double[] median = apply(new CoordinateMedian(), p, xs);
        double[] trimmed = apply(new TrimmedMean(0.2), p, xs);
        int cut = Math.min((count + 4) / 5, (count - 1) / 2);
        String where = count + " vectors of " + length;
        assertThat(median).as(where).containsExactly(plain(xs, (count - 1) / 2), near(p));
        assertThat(trimmed).as(where).containsExactly(plain(xs, cut), near(p));
      }
    }
  }

  private static org.assertj.core.data.Offset<Double> near(Precision p) {
    return within(p == Precision.FLOAT32 ? 2e-6 : 1e-14);
  }

  static Precision[] precisions() {
    return Precision.values();
  }

  /** Distances one by one, all sorted; the score of each; its index where f are to be borne. */
  private static int plainKrum(double[][] xs, int f) {
    double best = Double.POSITIVE_INFINITY;
    int winner = -1;
    for (int i = 0; i < xs.length; i++) {
      List<Double> distances = new ArrayList<>();
      for (int j = 0; j < xs.length; j++) {
        double sum = 0;
        for (int k = 0; k < xs[i].length; k++) {
          sum += (xs[i][k] - xs[j][k]) * (xs[i][k] - xs[j][k]);
        }
        if (i != j) {
          distances.add(sum);
        }
      }
      double score = distances.stream().sorted().limit(xs.length - f - 2).mapToDouble(d -> d).sum();
      if (score < best) {
        best = score;
        winner = i;
      }
    }
    return winner;
  }

  @ParameterizedTest
  @MethodSource("precisions")
  void krumShouldTakeThePushThatIsNearestToTheOthers(Precision p) {
    for (int f = 0; f < 4; f++) {
      for (int count : new int[] {Krum.least(f), Krum.least(f) + 1, Krum.least(f) + 4}) {
        for (int length : new int[] {1, 3, 31, 4097}) {
          Random random = new Random(17L * f + count + length);
          double[][] xs = new double[count][length];
          for (double[] x : xs) {
            Arrays.setAll(x, i -> (float) random.nextGaussian());
          }
          double[] weights = uniform(count);
          double[] krum = apply(new Krum(f, 1), p, xs, weights);
          int winner = plainKrum(xs, f);
          assertThat(krum)
              .as("f=%d of %d, length %d", f, count, length)
              .containsExactly(xs[winner]);
          assertThat(weights[winner]).isEqualTo(1);
          assertThat(Arrays.stream(weights).sum()).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void multiKrumShouldAverageTheBestAndSayWhichTheyWere() {
    double[][] xs = {{1, 0}, {1.1, 0}, {0.9, 0}, {1, 0.1}, {1, -0.1}, {-50, 3}, {40, 0}};
    double[] weights = uniform(7);
    double[] mean = apply(new Krum(2, 3), Precision.FLOAT64, xs, weights);
    assertThat(weights[5]).isZero();
    assertThat(weights[6]).isZero();
    assertThat(Arrays.stream(weights).filter(w -> w > 0).count()).isEqualTo(3);
    assertThat(mean[0]).isBetween(0.9, 1.1);
    assertThat(apply(new Krum(2, 0), Precision.FLOAT64, xs)[0]).isBetween(0.9, 1.1);
  }

  @Test
  void krumShouldGoOnWhereWorkersAreMissing() {
    Krum krum = new Krum(3, 1);
    assertThat(krum.least()).isEqualTo(9);
    assertThat(apply(krum, Precision.FLOAT64, new double[][] {{4}})).containsExactly(4);
    assertThat(apply(krum, Precision.FLOAT64, new double[][] {{4}, {6}})).containsExactly(5);
    assertThat(apply(krum, Precision.FLOAT64, new double[][] {{1}, {1.5}, {100}})[0]).isLessThan(2);
    assertThat(apply(krum, Precision.FLOAT64, new double[][] {{1}, {1}, {1.5}, {1}, {99}})[0])
        .isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void theOrderOfThePushesShouldNotMatter(Aggregation rule) {
    double[][] xs = numbers(11, 700, 5);
    double[] expected = apply(rule, Precision.FLOAT32, xs);
    Random random = new Random(6);
    for (int n = 0; n < 20; n++) {
      List<double[]> shuffled = new ArrayList<>(List.of(xs));
      Collections.shuffle(shuffled, random);
      double[] now = apply(rule, Precision.FLOAT32, shuffled.toArray(new double[0][]));
      for (int i = 0; i < now.length; i++) {
        assertThat(now[i]).isEqualTo(expected[i], within(1e-6));
      }
    }
  }

  static Stream<Aggregation> rules() {
    return Stream.of(
        new Mean(),
        new CoordinateMedian(),
        new TrimmedMean(0.3),
        new Krum(3, 1),
        new Krum(3, 4),
        new Krum(2, 0));
  }

  @ParameterizedTest
  @MethodSource("robust")
  void wrongPushesShouldNotMoveTheResultOutOfTheOthersRange(Aggregation rule) {
    Random random = new Random(9);
    double[][] attacks = {{1e30, -1e30}, {1e5, 1e5}, {-40, 40}, {3e38, 3e38}};
    for (double[] attack : attacks) {
      for (int wrong = 0; wrong <= 2; wrong++) {
        double[][] xs = new double[9][40];
        for (int j = 0; j < xs.length; j++) {
          int which = j;
          double bad = attack[j % 2];
          int w = wrong;
          Arrays.setAll(
              xs[j], i -> (float) (which < w ? bad : 1 + 0.1 * (random.nextDouble() - 0.5)));
        }
        double[] result = apply(rule, Precision.FLOAT32, xs);
        for (double v : result) {
          assertThat(v).as("%d wrong pushes", wrong).isBetween(0.94, 1.06);
        }
      }
    }
    double[][] one = new double[9][40];
    Arrays.fill(one[0], 1e5);
    assertThat(apply(new Mean(), Precision.FLOAT32, one)[0]).as("the mean").isGreaterThan(1e4);
  }

  static Stream<Aggregation> robust() {
    return Stream.of(new CoordinateMedian(), new TrimmedMean(0.23), new Krum(2, 1), new Krum(2, 0));
  }

  @Test
  void rulesShouldSayWhatTheyNeed() {
    assertThatThrownBy(() -> new TrimmedMean(0.5)).hasMessageContaining("expected 0 < trim < 0.5");
    assertThatThrownBy(() -> new Krum(-1, 1)).hasMessageContaining("byzantine=-1");
    assertThat(new Krum(2, 1).least()).isEqualTo(7);
    assertThat(new TrimmedMean(0.1).cut(8)).isEqualTo(1);
    assertThat(new TrimmedMean(0.4).cut(5)).isEqualTo(2);
    assertThat(new TrimmedMean(0.4).cut(2)).isZero();
    FlatVector v = Precision.FLOAT32.zeros(4);
    assertThatThrownBy(() -> v.trimmedMean(new FlatVector[] {v, v}, 2, 1))
        .hasMessageContaining("trim=1 of count=2");
  }

  @ParameterizedTest
  @MethodSource("precisions")
  void aRobustBufferOfMeansShouldBeTheBufferedRule(Precision p) {
    int n = 37;
    OuterOptimizer plain = new LinearOuter(new Rules.BufferedNesterov(0.7, 0.9, 3), n, p);
    OuterOptimizer robust = buffer(new Mean(), n, p);
    FlatVector x = vector(p, numbers(1, n, 1)[0]);
    FlatVector y = vector(p, numbers(1, n, 1)[0]);
    assertThat(robust.displacement(0.5)).isEqualTo(plain.displacement(0.5), within(1e-12));
    for (int step = 0; step < 20; step++) {
      FlatVector[] pushes = {
        vector(p, numbers(1, n, 100 + step)[0]), vector(p, numbers(1, n, 200 + step)[0])
      };
      double[] weights = {0.5, 1.5};
      plain.apply(x, pushes, weights, 1 + step % 2);
      robust.apply(y, pushes, weights, 1 + step % 2);
      for (int i = 0; i < n; i++) {
        assertThat(y.get(i)).isEqualTo(x.get(i), within(p == Precision.FLOAT32 ? 2e-4 : 1e-11));
      }
      assertThat(robust.counter()).isEqualTo(plain.counter());
    }
  }

  private static OuterOptimizer buffer(Aggregation rule, int n, Precision p) {
    return new RobustBuffer(new LinearOuter(new Rules.Nesterov(0.7, 0.9), n, p), rule, 3, n, p);
  }

  @Test
  void aRobustBufferShouldGoOnWithWhatItKept() {
    int n = 5;
    OuterOptimizer first = buffer(new CoordinateMedian(), n, Precision.FLOAT64);
    FlatVector x = Precision.FLOAT64.zeros(n);
    FlatVector[] pushes = new FlatVector[7];
    Arrays.setAll(pushes, i -> vector(Precision.FLOAT64, numbers(1, n, i)[0]));
    double[] ones = new double[7];
    Arrays.fill(ones, 1);
    first.apply(x, pushes, ones, 4);
    OuterOptimizer second = buffer(new CoordinateMedian(), n, Precision.FLOAT64);
    second.vectors().forEach((name, v) -> v.copyFrom(first.vectors().get(name)));
    second.restoreCounter(first.counter());
    FlatVector y = Precision.FLOAT64.zeros(n);
    y.copyFrom(x);
    FlatVector[] rest = Arrays.copyOfRange(pushes, 4, 7);
    first.apply(x, rest, ones, 3);
    second.apply(y, rest, ones, 3);
    assertThat(values(y)).containsExactly(values(x));
  }
}
