package org.estafette.algorithm.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final double ALMOST_ONE = Math.nextDown(1.0);

  @Test
  void probabilitiesShouldFollowTheLagAndTheSizesWhereThereIsNone() {
    long[] sizes = {1, 3};
    assertThat(ShardChoice.probabilities(sizes, new long[] {0, 0})).containsExactly(0.25, 0.75);
    assertThat(ShardChoice.probabilities(sizes, new long[] {10, 30})).containsExactly(0.25, 0.75);
    assertThat(ShardChoice.probabilities(sizes, new long[] {40, 0})).containsExactly(0, 1);
    assertThat(ShardChoice.probabilities(new long[] {1, 1, 1, 1}, new long[] {4, 0, 2, 2}))
        .containsExactly(0, 1, 0, 0);
  }

  @Test
  void choicesShouldBeShardsForEveryUniformNumber() {
    ShardChoice proportional = new ShardChoice.Proportional();
    ShardChoice least = new ShardChoice.LeastVisited();
    long[] sizes = {3, 3, 3, 0};
    assertThat(proportional.choose(0, sizes, new long[4], ALMOST_ONE))
        .as("never an empty one")
        .isEqualTo(2);
    assertThat(proportional.choose(0, sizes, new long[4], 0)).isZero();
    assertThat(least.choose(0, sizes, new long[] {5, 2, 2, 7}, 0)).isEqualTo(1);
    assertThat(least.choose(0, sizes, new long[] {5, 2, 2, 7}, ALMOST_ONE)).isEqualTo(2);
    assertThat(new ShardChoice.Own().choose(9, sizes, new long[4], 0.5)).isEqualTo(1);
    assertThatThrownBy(() -> least.choose(0, sizes, new long[4], 1))
        .hasMessageContaining("uniform=1.0");
  }

  @Test
  void proportionalChoiceShouldKeepProgressNearTheSizes() {
    long[] sizes = {1, 2, 5};
    long[] progress = new long[3];
    SplittableRandom random = new SplittableRandom(1);
    ShardChoice choice = new ShardChoice.Proportional();
    for (int i = 0; i < 8000; i++) {
      progress[choice.choose(0, sizes, progress, random.nextDouble())]++;
    }
    for (int i = 0; i < 3; i++) {
      assertThat(progress[i] / 8000.0).isCloseTo(sizes[i] / 8.0, within(0.002));
    }
  }

  @Test
  void dynamicStepsShouldFollowTheMeasuredSpeed() {
    LocalSteps dylu = new LocalSteps.Dynamic(100, 5);
    assertThat(dylu.steps(0.29, 1)).as("28.999999999999996 in binary").isEqualTo(29);
    assertThat(dylu.steps(1, 1)).isEqualTo(100);
    assertThat(dylu.steps(2, 1)).as("a worker faster than the fastest live one").isEqualTo(100);
    assertThat(dylu.steps(0.001, 1)).isEqualTo(5);
    assertThat(dylu.steps(0, 1)).isEqualTo(5);
    assertThat(dylu.steps(Double.NaN, 1)).as("a tenth, to be measured on").isEqualTo(10);
    assertThat(dylu.steps(1, Double.NaN)).isEqualTo(10);
    double[] seconds = {0.58, 0.75, 1.51, 3.33};
    int[] steps = {50, 38, 19, 8};
    for (int i = 0; i < 4; i++) {
      assertThat(new LocalSteps.Dynamic(50, 1).steps(1 / seconds[i], 1 / 0.58)).isEqualTo(steps[i]);
    }
  }

  @Test
  void shouldRefuseNumbersThatMakeNoSense() {
    assertThatThrownBy(() -> new LocalSteps.Fixed(0)).hasMessageContaining("H=0 (expected >= 1)");
    assertThatThrownBy(() -> new LocalSteps.Dynamic(4, 5)).hasMessageContaining("least=5");
    assertThatThrownBy(() -> new LocalSteps.Dynamic(4, 0)).hasMessageContaining("least=0");
    assertThatThrownBy(() -> new GraceWindow(-1, false)).hasMessageContaining("grace seconds=-1.0");
    assertThatThrownBy(() -> new GraceWindow(Double.NaN, false)).hasMessageContaining("NaN");
    assertThat(GraceWindow.NONE.open()).isFalse();
  }
}
