package org.estafette.algorithm.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CounterRandomTest {
  @Test
  void shouldWalkThePublishedSplitMixSequence() {
    // First numbers of SplitMix64 with seed 0, as in its reference implementation.
    assertThat(CounterRandom.bits(0, 0)).isEqualTo(0xE220A8397B1DCDAFL);
    assertThat(CounterRandom.bits(0, 1)).isEqualTo(0x6E789E6AA1B965F4L);
    assertThat(CounterRandom.bits(0, 2)).isEqualTo(0x06C45D188009454FL);
  }

  @Test
  void shouldKeepItsNumbersFromReleaseToRelease() {
    // Saved runs are repeated by these; a change here is a change of every run.
    assertThat(CounterRandom.key(7, 1)).isEqualTo(-3418611193627298839L);
    assertThat(CounterRandom.key(7, 1, 2)).isEqualTo(CounterRandom.key(-3418611193627298839L, 2));
    assertThat(CounterRandom.key("java.base")).isEqualTo(-3817804216114296899L);
    assertThat(CounterRandom.gaussian(7, 0)).isEqualTo(-0.2797627960542539);
    assertThat(CounterRandom.gaussian(7, 13)).isEqualTo(1.1327089920964395);
    assertThat(Permutations.at(7, 1000, 1)).isEqualTo(73);
    assertThat(CounterRandom.stream(7).nextGamma(0.3)).isEqualTo(0.004067590569358564);
  }

  @Test
  void shouldGiveNeighbouringSeedsAndPartsUnrelatedKeys() {
    Set<Long> keys = new HashSet<>();
    for (long seed = 0; seed < 100; seed++) {
      for (long part = 0; part < 100; part++) {
        keys.add(CounterRandom.key(seed, part));
        keys.add(CounterRandom.key(seed, part, 0));
        keys.add(CounterRandom.bits(seed, part));
      }
    }
    assertThat(keys).hasSize(30_000);
    int equal = 0;
    for (long i = 0; i < 1000; i++) {
      equal +=
          64
              - Long.bitCount(
                  CounterRandom.bits(CounterRandom.key(1, 0), i)
                      ^ CounterRandom.bits(CounterRandom.key(2, 0), i));
    }
    assertThat(equal / 64_000.0).isCloseTo(0.5, within(0.01));
  }

  @ParameterizedTest
  @CsvSource({
    // p, quantile to 16 digits
    "0.5, 0",
    "0.975, 1.959963984540054",
    "0.001, -3.090232306167813",
    "1e-10, -6.361340902404056",
    "1e-20, -9.262340089798408",
    "0.9, 1.2815515655446008",
  })
  void shouldInvertTheNormalDistribution(double p, double quantile) {
    assertThat(NormalQuantile.of(p)).isCloseTo(quantile, within(2e-15 * (1 + Math.abs(quantile))));
  }

  @Test
  void shouldDrawNormalNumbersWithTheRightMoments() {
    int n = 200_000;
    double sum = 0;
    double squares = 0;
    double fourth = 0;
    for (int i = 0; i < n; i++) {
      double x = CounterRandom.gaussian(99, i);
      sum += x;
      squares += x * x;
      fourth += x * x * x * x;
    }
    assertThat(sum / n).isCloseTo(0, within(0.01));
    assertThat(squares / n).isCloseTo(1, within(0.02));
    assertThat(fourth / n).isCloseTo(3, within(0.15));
  }

  @Test
  void shouldDrawEveryNumberBelowABoundEquallyOften() {
    int[] counts = new int[7];
    for (int i = 0; i < 70_000; i++) {
      counts[(int) CounterRandom.below(5, i, 7)]++;
    }
    assertThat(Arrays.stream(counts).boxed())
        .allSatisfy(c -> assertThat(c).isBetween(9_600, 10_400));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CounterRandom.below(5, 0, 0))
        .withMessage("bound=0 (expected >= 1)");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.5, 1, 2.5, 40})
  void shouldDrawGammaNumbersWithMeanAndVarianceOfTheirShape(double shape) {
    RandomStream random = CounterRandom.stream(3);
    int n = 100_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double x = random.nextGamma(shape);
      sum += x;
      squares += x * x;
    }
    double mean = sum / n;
    assertThat(mean).isCloseTo(shape, within(0.04 * shape));
    assertThat(squares / n - mean * mean).isCloseTo(shape, within(0.1 * shape));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.1, 1, 1000})
  void shouldDrawDirichletPartsThatSumToOne(double alpha) {
    double[] parts = new double[10];
    double squares = 0;
    for (int i = 0; i < 2000; i++) {
      CounterRandom.stream(i).nextDirichlet(alpha, parts);
      assertThat(Arrays.stream(parts).sum()).isCloseTo(1, within(1e-12));
      squares += Arrays.stream(parts).map(p -> p * p).sum();
    }
    // E Σp² = (α + 1) / (Kα + 1): 1 for one shard with all, 1/K for equal parts.
    assertThat(squares / 2000).isCloseTo((alpha + 1) / (10 * alpha + 1), within(0.02));
  }

  @Test
  void shouldShuffleWithoutLosingAnything() {
    int[] values = new int[1000];
    Arrays.setAll(values, i -> i);
    CounterRandom.stream(11).shuffle(values);
    assertThat(values).isNotEqualTo(Arrays.stream(values).sorted().toArray());
    assertThat(Arrays.stream(values).sorted().toArray()).startsWith(0, 1, 2).endsWith(998, 999);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 16, 17, 1000, 4096, 4097})
  void shouldPermuteEveryIndexToExactlyOnePlace(long n) {
    for (long key = 0; key < 3; key++) {
      Set<Long> places = new HashSet<>();
      for (long i = 0; i < n; i++) {
        long place = Permutations.at(key, n, i);
        assertThat(place).isBetween(0L, n - 1);
        places.add(place);
      }
      assertThat(places).hasSize((int) n);
    }
  }

  @Test
  void shouldPermuteWithoutAPreferenceForPlaces() {
    // Index 0 of 10 must come to each place a tenth of the time over the keys; so must index 7.
    for (long index : new long[] {0, 7}) {
      int[] counts = new int[10];
      for (int i = 0; i < 20_000; i++) {
        counts[(int) Permutations.at(CounterRandom.key(1, i), 10, index)]++;
      }
      assertThat(Arrays.stream(counts).boxed())
          .allSatisfy(c -> assertThat(c).isBetween(1_800, 2_200));
    }
  }

  @Test
  void shouldRefuseAnIndexOutsideThePermutation() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Permutations.at(0, 10, 10))
        .withMessage("index=10 (expected 0 ... 9)");
    assertThatIllegalArgumentException().isThrownBy(() -> Permutations.at(0, 0, 0));
  }
}
