package org.estafette.algorithm.quadratic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.estafette.memory.Float64Vector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random quadratics have the properties that they were ordered with. */
class RandomQuadraticsTest {
  @ParameterizedTest
  @CsvSource({"2, 1, 0.5", "8, 10, 0", "8, 10, 0.1", "16, 10, 10", "33, 7, 1"})
  void aGeneratedInstanceShouldHaveItsHeterogeneityAndItsDistance(int n, int d, double zeta2) {
    RandomQuadratics task = new QuadraticsSpec(n, d, zeta2, 0.5, 1, 1, 7).generate();
    assertThat(task.workers()).isEqualTo(n);
    assertThat(task.dimension()).isEqualTo(d);
    assertThat(task.zeta2()).isCloseTo(zeta2, within(1e-12));
    Float64Vector start = Float64Vector.zeros(d);
    assertThat(task.distance2(start)).isCloseTo(1, within(1e-12));
    // The mean of A_iᵀA_i has its eigenvalues in [μ², L²].
    assertThat(task.error(start)).isBetween(0.25, 1.0);
    assertThat(task.error(task.optimum())).isZero();
  }

  @Test
  void theCurvatureShouldLieBetweenTheSquaresOfMuAndL() {
    RandomQuadratics task = QuadraticsSpec.paper(4, 1, 3).generate();
    var gradients = task.gradients(0, 0);
    Float64Vector zero = Float64Vector.zeros(10);
    Float64Vector at = Float64Vector.zeros(10);
    Float64Vector there = Float64Vector.zeros(10);
    for (int worker = 0; worker < 4; worker++) {
      gradients.gradient(worker, 0, zero, at);
      double trace = 0;
      for (int k = 0; k < 10; k++) {
        Float64Vector unit = Float64Vector.zeros(10);
        unit.set(k, 1);
        gradients.gradient(worker, 0, unit, there);
        double curvature = there.get(k) - at.get(k);
        assertThat(curvature).isBetween(0.25 - 1e-12, 1 + 1e-12);
        trace += curvature;
      }
      // Σ s² for s spread evenly over [0.5, 1].
      double expected = 0;
      for (int k = 0; k < 10; k++) {
        expected += Math.pow(0.5 + 0.5 * k / 9, 2);
      }
      assertThat(trace).isCloseTo(expected, within(1e-12));
    }
  }

  @Test
  void theOptimumShouldNotDependOnTheHeterogeneity() {
    Float64Vector one = QuadraticsSpec.paper(8, 0, 5).generate().optimum();
    Float64Vector other = QuadraticsSpec.paper(8, 10, 5).generate().optimum();
    for (int k = 0; k < 10; k++) {
      assertThat(other.get(k)).isCloseTo(one.get(k), within(1e-11));
    }
  }

  @Test
  void theErrorShouldBeTheValueLessTheValueAtTheOptimum() {
    double[][][] a = {{{2, 0}, {0, 1}}, {{1, 1}, {0, 1}}};
    double[][] b = {{1, 2}, {-1, 3}};
    RandomQuadratics task = RandomQuadratics.of(a, b);
    Float64Vector x = Float64Vector.of(0.3, -0.7);
    double value = 0;
    for (int i = 0; i < 2; i++) {
      for (int r = 0; r < 2; r++) {
        double residual = a[i][r][0] * x.get(0) + a[i][r][1] * x.get(1) - b[i][r];
        value += residual * residual / 2;
      }
    }
    assertThat(task.error(x)).isCloseTo(value - task.valueAtOptimum(), within(1e-13));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 2})
  void noiseShouldHaveItsVarianceAndDependOnWorkerAndStepOnly(double sigma) {
    RandomQuadratics task = QuadraticsSpec.paper(2, 0, 1).generate();
    var noisy = task.gradients(sigma, 11);
    var clean = task.gradients(0, 11);
    Float64Vector x = task.optimum();
    Float64Vector g = Float64Vector.zeros(10);
    Float64Vector exact = Float64Vector.zeros(10);
    double squares = 0;
    int steps = 4000;
    clean.gradient(1, 0, x, exact);
    for (int t = 0; t < steps; t++) {
      noisy.gradient(1, t, x, g);
      g.axpy(-1, exact);
      squares += g.squaredNorm();
    }
    assertThat(squares / steps / (sigma * sigma)).isCloseTo(1, within(0.03));
    Float64Vector again = Float64Vector.zeros(10);
    task.gradients(sigma, 11).gradient(1, steps - 1, x, again);
    again.axpy(-1, exact);
    assertThat(again.toArray()).isEqualTo(g.toArray());
    noisy.gradient(0, steps - 1, x, again);
    assertThat(again.toArray()).isNotEqualTo(g.toArray());
  }

  @Test
  void survivorsShouldHaveAnOptimumOfTheirOwn() {
    RandomQuadratics all = QuadraticsSpec.paper(4, 1, 9).generate();
    RandomQuadratics some = all.only(0, 2, 3);
    var gradients = all.gradients(0, 0);
    Float64Vector sum = Float64Vector.zeros(10);
    Float64Vector g = Float64Vector.zeros(10);
    for (int worker : new int[] {0, 2, 3}) {
      gradients.gradient(worker, 0, some.optimum(), g);
      sum.axpy(1, g);
    }
    assertThat(sum.squaredNorm()).isLessThan(1e-28);
    assertThat(all.error(some.optimum())).isGreaterThan(1e-3);
  }

  @Test
  void shouldRefuseWhatHasNoSingleOptimum() {
    assertThatThrownBy(() -> RandomQuadratics.of(new double[][][] {{{1, 0}}}, new double[][] {{1}}))
        .hasMessageContaining("pivot");
    assertThatThrownBy(() -> new QuadraticsSpec(1, 10, 1, 0.5, 1, 1, 0))
        .hasMessageContaining("one worker");
  }
}
