package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.junit.jupiter.api.Test;

final class ParameterMeanTest {
  private static final int LENGTH = 1003;

  private final VectorPool pool = VectorPool.unbounded("mean", Precision.FLOAT32, LENGTH);

  @Test
  void shouldGiveMeanAndConsensusDistanceOfTheirDefinition() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    int n = 5;
    // Near to each other and far from zero, as workers' parameters are.
    double[][] x = new double[n][LENGTH];
    double[] mean = new double[LENGTH];
    try (ParameterMean sums = new ParameterMean()) {
      for (int i = 0; i < n; i++) {
        Lease lease = pool.lease();
        for (int k = 0; k < LENGTH; k++) {
          lease.vector().set(k, 100 + 1e-3 * random.nextGaussian());
          x[i][k] = lease.vector().get(k);
          mean[k] += x[i][k] / n;
        }
        sums.add(lease);
      }
      double squares = 0;
      for (double[] xi : x) {
        for (int k = 0; k < LENGTH; k++) {
          squares += (xi[k] - mean[k]) * (xi[k] - mean[k]) / n;
        }
      }
      ParameterMean.Result result = sums.take();
      assertThat(result.workers()).isEqualTo(n);
      assertThat(result.consensus())
          .as("seed=" + seed)
          .isCloseTo(Math.sqrt(squares), within(1e-4 * Math.sqrt(squares)));
      for (int k = 0; k < LENGTH; k++) {
        assertThat(result.mean().vector().get(k)).isCloseTo(mean[k], within(1e-5));
      }
      result.mean().close();
    }
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void shouldFindNoDistanceWhereAllAgreeOrOneIsAlone() {
    try (ParameterMean sums = new ParameterMean()) {
      for (int i = 0; i < 3; i++) {
        Lease lease = pool.lease();
        lease.vector().fill(0.1);
        sums.add(lease);
      }
      ParameterMean.Result result = sums.take();
      assertThat(result.consensus()).isZero();
      result.mean().close();
    }
    try (ParameterMean sums = new ParameterMean()) {
      Lease lease = pool.lease();
      sums.add(lease);
      ParameterMean.Result result = sums.take();
      assertThat(result.consensus()).isZero();
      assertThat(result.mean()).isSameAs(lease);
      result.mean().close();
    }
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void shouldGiveBackWhatNobodyTook() {
    ParameterMean sums = new ParameterMean();
    assertThatThrownBy(sums::take).isInstanceOf(IllegalStateException.class);
    sums.add(pool.lease());
    sums.add(pool.lease());
    sums.close();
    assertThat(pool.outstanding()).isZero();
  }
}
