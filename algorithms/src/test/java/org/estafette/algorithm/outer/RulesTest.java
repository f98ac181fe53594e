package org.estafette.algorithm.outer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RulesTest {
  static Stream<OuterRule> rules() {
    return Stream.of(
        new Rules.Sgd(0.7),
        new Rules.HeavyBall(0.07, 0.9),
        new Rules.Nesterov(0.07, 0.9),
        new Rules.DelayedNesterov(0.7, 0.9, 4, 0),
        new Rules.DelayedNesterov(0.7, 0.9, 4, 0.1),
        new Rules.DelayedNesterov(0.7, 0.9, 4, 0.25),
        new Rules.DelayedNesterov(0.7, 0.9, 1, 0),
        new Rules.BufferedNesterov(0.7, 0.9, 3),
        new Rules.FedBuff(0.9, 5));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void float32ShouldAgreeWithFloat64(OuterRule rule) {
    int d = 101;
    FlatVector[] x = new FlatVector[2];
    LinearOuter[] outer = new LinearOuter[2];
    for (Precision p : Precision.values()) {
      x[p.ordinal()] = p.zeros(d);
      outer[p.ordinal()] = new LinearOuter(rule, d, p);
    }
    SplittableRandom random = new SplittableRandom(4);
    double largest = 0;
    for (int t = 0; t < 60; t++) {
      Float64Vector push = Float64Vector.zeros(d);
      for (int i = 0; i < d; i++) {
        push.set(i, (float) random.nextDouble(-1, 1));
      }
      for (Precision p : Precision.values()) {
        FlatVector g = p.zeros(d);
        g.copyFrom(push);
        outer[p.ordinal()].apply(x[p.ordinal()], new FlatVector[] {g}, new double[] {0.5}, 1);
      }
      for (int i = 0; i < d; i++) {
        largest = Math.max(largest, Math.abs(x[1].get(i)));
      }
      for (int i = 0; i < d; i++) {
        assertThat(x[0].get(i))
            .as("push %d, element %d", t, i)
            .isCloseTo(x[1].get(i), within(1e-5 * Math.max(1, largest)));
      }
    }
    assertThat(largest).isPositive();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void displacementShouldBeWhatAPushMovesInAllWhereverItFallsInThePeriod(OuterRule rule) {
    for (int place = 0; place < rule.period(); place++) {
      LinearOuter outer = new LinearOuter(rule, 1, Precision.FLOAT64);
      Float64Vector x = Float64Vector.of(0);
      for (int t = 0; t < 3000; t++) {
        double push = t == place ? 1 : 0;
        outer.apply(x, new FlatVector[] {Float64Vector.of(push)}, new double[] {0.5}, 1);
      }
      assertThat(-x.get(0)).as("place %d", place).isCloseTo(rule.displacement(0.5), within(1e-12));
      assertThat(outer.displacement(0.5)).isEqualTo(rule.displacement(0.5));
    }
  }

  @Test
  void adamShouldTakeAStepAPushAndHaveNoDisplacement() {
    AdamOuter one = new AdamOuter(0.1, 0.9, 0.999, 1e-8, 0.01, 1, Precision.FLOAT64);
    AdamOuter both = new AdamOuter(0.1, 0.9, 0.999, 1e-8, 0.01, 1, Precision.FLOAT64);
    Float64Vector x = Float64Vector.of(1);
    Float64Vector y = Float64Vector.of(1);
    FlatVector[] pushes = {Float64Vector.of(0.5), Float64Vector.of(-2)};
    one.apply(x, new FlatVector[] {pushes[0]}, new double[] {1}, 1);
    assertThat(x.get(0)).isCloseTo(1 - 0.1 * 0.01 - 0.1, within(1e-6));
    one.apply(x, new FlatVector[] {pushes[1]}, new double[] {0.3}, 1);
    both.apply(y, pushes, new double[] {1, 0.3}, 2);
    assertThat(y.get(0)).isEqualTo(x.get(0));
    assertThat(both.counter()).isEqualTo(2);
    assertThat(both.displacement(1)).isNaN();
  }

  @Test
  void shouldRefuseRatesAndPeriodsThatMakeNoSense() {
    assertThatThrownBy(() -> new Rules.Sgd(0))
        .hasMessageContaining("outer rate=0.0 (expected > 0)");
    assertThatThrownBy(() -> new Rules.Nesterov(1, 1)).hasMessageContaining("outer momentum=1.0");
    assertThatThrownBy(() -> new Rules.FedBuff(1, 0)).hasMessageContaining("outer period=0");
    assertThatThrownBy(() -> new Rules.DelayedNesterov(1, 0.9, 4, 0.3))
        .hasMessageContaining("c=0.3");
    assertThatThrownBy(() -> new Rules.HeavyBall(Double.NaN, 0)).hasMessageContaining("rate=NaN");
  }

  @Test
  void stalenessShouldDiscountAndRefuse() {
    StalenessPolicy policy = new StalenessPolicy.Threshold(3, new StalenessPolicy.Polynomial(0.5));
    assertThat(policy.factor(0)).isEqualTo(1);
    assertThat(policy.factor(3)).isCloseTo(0.5, within(1e-15));
    assertThat(policy.factor(4)).isNaN();
    assertThat(new StalenessPolicy.Constant().factor(1000)).isEqualTo(1);
  }
}
