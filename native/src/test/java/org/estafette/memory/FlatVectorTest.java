package org.estafette.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.estafette.kernel.AdamStep;
import org.estafette.kernel.LinearStep;
import org.estafette.kernel.LinearSteps;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What both precisions promise, on numbers small enough to be exact in each. */
class FlatVectorTest {
  @ParameterizedTest
  @EnumSource(Precision.class)
  void shouldDoElementaryArithmetic(Precision precision) {
    FlatVector a = of(precision, 1, 2, 3);
    FlatVector b = of(precision, 4, -8, 16);

    a.axpy(0.5, b);
    assertThat(values(a)).containsExactly(3, -2, 11);
    a.scale(-2);
    assertThat(values(a)).containsExactly(-6, 4, -22);
    a.difference(b, a);
    assertThat(values(a)).containsExactly(10, -12, 38);
    assertThat(a.dot(b)).isEqualTo(40 + 96 + 608);
    assertThat(b.squaredNorm()).isEqualTo(16 + 64 + 256);
    a.fill(2.5);
    assertThat(values(a)).containsExactly(2.5, 2.5, 2.5);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void shouldAddWeightedVectorsEvenOntoOneOfThem(Precision precision) {
    FlatVector a = of(precision, 1, 2);
    FlatVector b = of(precision, 8, 16);

    a.weightedSum(new FlatVector[] {b, a, b}, new double[] {0.5, 3, -1}, 2);
    assertThat(values(a)).containsExactly(7, 14);
    a.weightedSum(new FlatVector[] {}, new double[] {}, 0);
    assertThat(values(a)).containsExactly(0, 0);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void shouldSeeNanAndInfinityAnywhere(Precision precision) {
    for (int n : new int[] {1, 16, 33, 100}) {
      for (int i = 0; i < n; i++) {
        for (double bad : new double[] {Double.NaN, 1.0 / 0, -1.0 / 0}) {
          FlatVector v = precision.zeros(n);
          v.fill(Float.MAX_VALUE);
          assertThat(v.isFinite()).isTrue();
          v.set(i, bad);
          assertThat(v.isFinite()).as("%s at %d of %d", bad, i, n).isFalse();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void shouldCompensateDelay(Precision precision) {
    FlatVector g = of(precision, 2, -4);

    g.delayCompensate(0.5, of(precision, 3, 1), of(precision, 1, 5));
    assertThat(values(g)).containsExactly(2 + 0.5 * 4 * 2, -4 + 0.5 * 16 * -4);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void shouldFollowTheFourFormsOfLinearSteps(Precision precision) {
    FlatVector g = of(precision, 8);
    FlatVector x = of(precision, 100);
    FlatVector m = of(precision, 4);
    FlatVector b = of(precision, 16);

    one(x, m, b, g, LinearStep.plain(0.5));
    assertThat(values(x)).containsExactly(96);
    one(x, m, b, g, LinearStep.momentum(0.5, 2, 0.25, 1));
    assertThat(values(m)).containsExactly(18);
    assertThat(values(x)).containsExactly(96 - 4.5 - 8);
    one(x, m, b, g, LinearStep.accumulate(0.5, 0.5, 0.25));
    assertThat(values(b)).containsExactly(20);
    assertThat(values(m)).containsExactly(18);
    assertThat(values(x)).containsExactly(83.5 - 9 - 2);
    one(x, m, b, g, LinearStep.refresh(0.5, 0.25, 0.5, 2, 0.5, 0.125));
    assertThat(values(b)).containsExactly(0);
    assertThat(values(m)).containsExactly(9 + 6);
    assertThat(values(x)).containsExactly(72.5 - 30 - 4 - 3);
    assertThat(values(g)).containsExactly(8);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void shouldNotTouchWhatAStepDoesNotUse(Precision precision) {
    FlatVector x = of(precision, -0.0);
    FlatVector g = of(precision, Double.POSITIVE_INFINITY);
    FlatVector m = of(precision, Double.NaN);
    FlatVector b = of(precision, 1);

    one(x, null, b, g, LinearStep.accumulate(1, 0, 0));
    assertThat(Double.doubleToRawLongBits(x.get(0))).isEqualTo(Double.doubleToRawLongBits(-0.0));
    b.fill(2);
    one(x, m, b, of(precision, 2), LinearStep.refresh(0, 0, 1, 0, 0, 0.5));
    assertThat(values(x)).containsExactly(-2);
    assertThat(values(m)).containsExactly(Double.NaN);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void shouldTakeAnAdamStep(Precision precision) {
    FlatVector x = of(precision, 2);
    FlatVector m = of(precision, 0);
    FlatVector v = of(precision, 0);

    x.adamStep(m, v, of(precision, 3), new AdamStep(0.125, 0.5, 0.75, 0, 0.5, 1, 2));
    assertThat(values(m)).containsExactly(3);
    assertThat(values(v)).containsExactly(9);
    assertThat(x.get(0)).isCloseTo(2 * (1 - 0.0625) - 0.125 * 6 / 6, within(1e-6));
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void shouldCopyFromEitherPrecision(Precision precision) {
    for (Precision other : Precision.values()) {
      FlatVector copy = precision.zeros(3);
      copy.copyFrom(of(other, 1, -2, 0.5));
      assertThat(values(copy)).containsExactly(1, -2, 0.5);
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void shouldRefuseUnfitOperandsBeforeAnythingChanges(Precision precision) {
    FlatVector x = of(precision, 1, 2);
    FlatVector shorter = of(precision, 1);
    FlatVector good = of(precision, 1, 1);
    FlatVector other = Precision.values()[1 - precision.ordinal()].zeros(2);
    LinearStep[] steps = {LinearStep.plain(1), LinearStep.momentum(1, 1, 1, 0)};

    assertThatThrownBy(() -> x.axpy(1, shorter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x: length=1 (expected 2)");
    assertThatThrownBy(() -> x.difference(good, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("precision=" + other.precision());
    assertThatThrownBy(() -> x.linearSteps(good, null, new FlatVector[] {good, shorter}, steps, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pushes: length=1");
    assertThatThrownBy(() -> x.linearSteps(null, null, new FlatVector[] {good, good}, steps, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("momentum=null")
        .hasMessageContaining("step 1");
    assertThatThrownBy(() -> x.weightedSum(new FlatVector[] {good}, new double[] {1, 1}, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("count=2");
    assertThat(values(x)).containsExactly(1, 2);
    assertThat(values(good)).containsExactly(1, 1);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void shouldGiveMergedStepsTheBitsOfOneAfterAnother(Precision precision) {
    LinearStep[] forms = LinearSteps.everyForm().toArray(LinearStep[]::new);
    for (int n : new int[] {1, 16, 33, 2049, 4099}) {
      for (int count : new int[] {1, 2, 5, 8, forms.length}) {
        Random random = new Random(n * 31L + count);
        FlatVector[] pushes = new FlatVector[count];
        LinearStep[] steps = new LinearStep[count];
        for (int j = 0; j < count; j++) {
          pushes[j] = random(precision, n, random);
          steps[j] = forms[(j / 5 + count) % forms.length];
        }
        FlatVector[] together = new FlatVector[3];
        FlatVector[] apart = new FlatVector[3];
        for (int k = 0; k < 3; k++) {
          together[k] = random(precision, n, random);
          apart[k] = precision.zeros(n);
          apart[k].copyFrom(together[k]);
        }
        together[0].linearSteps(together[1], together[2], pushes, steps, count);
        for (int j = 0; j < count; j++) {
          one(apart[0], apart[1], apart[2], pushes[j], steps[j]);
        }
        for (int k = 0; k < 3; k++) {
          assertThat(values(together[k])).isEqualTo(values(apart[k]));
        }
      }
    }
  }

  private static FlatVector random(Precision precision, int n, Random random) {
    FlatVector v = precision.zeros(n);
    for (int i = 0; i < n; i++) {
      v.set(i, random.nextGaussian());
    }
    return v;
  }

  private static org.assertj.core.data.Offset<Double> within(double tolerance) {
    return org.assertj.core.api.Assertions.within(tolerance);
  }

  private static void one(FlatVector x, FlatVector m, FlatVector b, FlatVector g, LinearStep step) {
    x.linearSteps(m, b, new FlatVector[] {g}, new LinearStep[] {step}, 1);
  }

  private static FlatVector of(Precision precision, double... values) {
    FlatVector v = precision.zeros(values.length);
    for (int i = 0; i < values.length; i++) {
      v.set(i, values[i]);
    }
    return v;
  }

  private static double[] values(FlatVector v) {
    double[] values = new double[(int) v.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = v.get(i);
    }
    return values;
  }
}
