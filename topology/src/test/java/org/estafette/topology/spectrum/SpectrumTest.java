package org.estafette.topology.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RandomCases;
import org.estafette.topology.RelayTree;
import org.estafette.topology.TimeVaryingExponential;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values by independent programs, from the tables and code of the papers. */
final class SpectrumTest {
  private static final Offset<Double> EXACT = within(1e-9);

  private static Spectrum spectrum(String kind, int n) {
    return Spectrum.of(
        MixingMatrix.metropolisHastings(Topologies.named(kind, n, TopologyOptions.defaults())));
  }

  private static Spectrum solo(int n) {
    return Spectrum.of(MixingMatrix.metropolisHastings(Graph.of(n, java.util.List.of())));
  }

  @ParameterizedTest
  @CsvSource({
    "complete, 31.999999999999837, 31.999999999998558, 31.999999999999766",
    "ring, 6.632114959776696, 17.075527015888117, 6.632114959776637",
    "hypercube, 19.636363636363733, 30.009031610639163, 19.636363636363676",
    "star, 1.6735807501396964, 6.437948519020846, 1.6239354406557176",
    "two-cliques, 16.99062276082665, 22.384886115735352, 16.889982064098557",
  })
  void shouldCountEffectiveNeighbours(String kind, double at09, double at099, double worst) {
    Spectrum spectrum = spectrum(kind, 32);
    assertThat(EffectiveNeighbours.mean(spectrum).at(0.9)).isCloseTo(at09, EXACT);
    assertThat(EffectiveNeighbours.mean(spectrum).at(0.99)).isCloseTo(at099, EXACT);
    assertThat(EffectiveNeighbours.worst(spectrum).at(0.9)).isCloseTo(worst, EXACT);
  }

  @ParameterizedTest
  @CsvSource({
    "complete, 0.3917101490809261, 0.3950332946514416",
    "ring, 0.09115888299750823, 0.12566350408223984",
    "hypercube, 0.1825183494319043, 0.24365556706039693",
    "star, 0.035707859649004636, 0.058802728887326",
    "two-cliques, 0.24094035602395245, 0.24971627756632556",
  })
  void shouldFindTheBestStepSizeOfTheToyProblem(String kind, double stepSize, double rate) {
    EffectiveNeighbours worst = EffectiveNeighbours.worst(spectrum(kind, 32));
    ToyProblem toy = new ToyProblem(worst, ToyProblem.USUAL_ZETA);
    // The reference iterates to 1e-8 and looks at a grid of 200 step sizes.
    assertThat(toy.rate(stepSize)).isCloseTo(rate, within(2e-7));
    assertThat(toy.best().rate()).isBetween(rate - 2e-7, rate * 1.001);
    assertThat(toy.best().stepSize()).isCloseTo(stepSize, within(0.03 * stepSize));
  }

  @Test
  void shouldKnowTheEndsOfTheToyProblem() {
    ToyProblem alone = new ToyProblem(EffectiveNeighbours.worst(solo(4)), 50);
    assertThat(alone.best().stepSize()).isCloseTo(1.0 / 50, within(1e-6));
    assertThat(alone.best().rate()).isCloseTo(1.0 / 50, EXACT);
    ToyProblem all = new ToyProblem(EffectiveNeighbours.worst(spectrum("complete", 32)), 50);
    assertThat(all.best().stepSize()).isCloseTo(32.0 / 81, within(1e-6));
    assertThat(all.best().rate()).isCloseTo(32.0 / 81, EXACT);
    assertThat(alone.rate(0.5)).isZero();
    assertThatThrownBy(() -> new ToyProblem(g -> 1, 0.5)).hasMessageContaining("zeta=0.5");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldStayBetweenAloneAndEverybody(long seed) {
    Spectrum spectrum =
        Spectrum.of(MixingMatrix.metropolisHastings(RandomCases.graph(15, 0.3, seed)));
    assertThat(spectrum.values()[14]).isCloseTo(1, within(1e-12));
    double before = 0;
    for (double gamma : new double[] {0, 0.5, 0.9, 0.99, 0.9999}) {
      double mean = EffectiveNeighbours.mean(spectrum).at(gamma);
      double worst = EffectiveNeighbours.worst(spectrum).at(gamma);
      assertThat(mean).as("seed " + seed).isBetween(Math.max(1, before) - 1e-9, 15 + 1e-9);
      assertThat(worst).as("seed " + seed).isBetween(1 - 1e-9, mean + 1e-9);
      before = mean;
    }
  }

  @Test
  void shouldFollowARandomWalkOfTheOnePeerGraph() {
    // Var y by brute force: y ← W_k (√γ y + ξ), its covariance iterated to rest.
    TimeVaryingExponential graph = new TimeVaryingExponential(8);
    double gamma = 0.9;
    double[][] cov = new double[8][8];
    for (int k = 0; k < 900; k++) {
      double[][] w = graph.matrix(graph.offset(k)).toArray();
      for (double[] row : cov) {
        Arrays.setAll(row, j -> gamma * row[j]);
      }
      for (int i = 0; i < 8; i++) {
        cov[i][i]++;
      }
      cov = times(times(w, cov), transposed(w));
    }
    assertThat(EffectiveNeighbours.of(graph).at(gamma))
        .isCloseTo(1 / (1 - gamma) / cov[3][3], EXACT);
  }

  @Test
  void shouldKeepEvenRingsFromD2() {
    for (int n = 4; n <= 64; n += 2) {
      assertThat(spectrum("ring", n).allowsD2()).as("n=" + n).isFalse();
    }
    assertThat(spectrum("ring", 9).allowsD2()).isTrue();
    assertThat(spectrum("star", 32).allowsD2()).isTrue();
    assertThat(spectrum("torus", 32).allowsD2()).isFalse();
  }

  @Test
  void shouldRefuseWhatIsNotSymmetric() {
    Graph star = Topologies.named("star", 5, TopologyOptions.defaults());
    assertThatThrownBy(() -> Spectrum.of(MixingMatrix.uniform(star)))
        .hasMessageContaining("differs from its transpose");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldForgetDelaysAsTheWholeMatrixDoes(long seed) {
    Graph tree = RandomCases.tree(7, seed);
    int blocks = tree.diameter() + 1;
    int size = 7 * blocks;
    double[][] w = new double[size][size];
    int[][] distance = tree.distances();
    for (int i = 0; i < size; i++) {
      if (i >= 7) {
        w[i][i - 7] = 1;
      } else {
        for (int j = 0; j < 7; j++) {
          w[i][distance[i][j] * 7 + j] = 1.0 / 7;
        }
      }
    }
    double[][] limit = w;
    for (int k = 0; k < 30; k++) {
      limit = times(limit, limit);
    }
    double[][] rest = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        rest[i][j] = w[i][j] - limit[i][j];
      }
    }
    DelayMatrix delays = DelayMatrix.of(RelayTree.of(tree, 0));
    assertThat(delays.size()).isEqualTo(size);
    assertThat(delays.second()).as("seed " + seed).isCloseTo(Krylov.spectralRadius(rest), EXACT);
    assertThat(delays.mixing().p()).isBetween(0.0, delays.second());
  }

  private static double[][] times(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < b.length; k++) {
        for (int j = 0; j < c[i].length; j++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }

  private static double[][] transposed(double[][] a) {
    double[][] t = new double[a.length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }
}
