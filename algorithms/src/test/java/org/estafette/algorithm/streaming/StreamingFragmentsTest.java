package org.estafette.algorithm.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.estafette.algorithm.outer.Rules;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.junit.jupiter.api.Test;

class StreamingFragmentsTest {
  private static StreamingFragments fragments(int count, int syncEvery, int delay, double alpha) {
    List<FlatVector> global =
        java.util.stream.IntStream.range(0, count)
            .<FlatVector>mapToObj(i -> Float64Vector.of(4 * i))
            .toList();
    return new StreamingFragments(global, new Rules.Nesterov(1, 0.5), syncEvery, delay, alpha);
  }

  @Test
  void shouldRefuseNumbersThatDoNotFit() {
    assertThatThrownBy(() -> fragments(0, 4, 0, 0)).hasMessageContaining("syncEvery=4");
    assertThatThrownBy(() -> fragments(2, 5, 0, 0))
        .hasMessageContaining("a positive multiple of the 2 fragments");
    assertThatThrownBy(() -> fragments(2, 0, 0, 0)).hasMessageContaining("syncEvery=0");
    assertThatThrownBy(() -> fragments(2, -4, 0, 0)).hasMessageContaining("syncEvery=-4");
    assertThatThrownBy(() -> fragments(2, 4, 2, 0))
        .hasMessageContaining("delay=2 (expected 0 <= delay < 2)");
    assertThatThrownBy(() -> fragments(2, 4, -1, 0)).hasMessageContaining("delay=-1");
    assertThatThrownBy(() -> fragments(2, 4, 0, 1.5)).hasMessageContaining("alpha=1.5");
    assertThatThrownBy(() -> fragments(2, 4, 0, Double.NaN)).hasMessageContaining("alpha=NaN");
  }

  @Test
  void fragmentsShouldTakeTurnsAndLaunchBeforeTheyMerge() {
    StreamingFragments f = fragments(2, 6, 1, 0);
    int[] launched = new int[13];
    int[] merged = new int[13];
    for (int step = 0; step <= 12; step++) {
      launched[step] = f.launching(step);
      merged[step] = f.merging(step);
    }
    assertThat(merged).containsExactly(-1, -1, -1, 0, -1, -1, 1, -1, -1, 0, -1, -1, 1);
    assertThat(launched).containsExactly(-1, -1, 0, -1, -1, 1, -1, -1, 0, -1, -1, 1, -1);
  }

  @Test
  void shouldMixWhatComesLateIntoWhatAWorkerHas() {
    StreamingFragments f = fragments(2, 6, 1, 0.25);
    Float64Vector local = Float64Vector.of(8);
    Float64Vector delta = Float64Vector.zeros(1);
    f.pseudoGradient(1, local, delta);
    assertThat(delta.get(0)).isEqualTo(-4);
    f.apply(1, delta);
    assertThat(f.global(1).get(0)).as("4 + (4 + 0.5·4)").isEqualTo(10);
    assertThat(f.momentum(1).get(0)).isEqualTo(-4);
    f.merge(1, local);
    assertThat(local.get(0)).isEqualTo(0.25 * 8 + 0.75 * 10);
    Float64Vector other = Float64Vector.of(8);
    fragments(1, 3, 0, 0).merge(0, other);
    assertThat(other.get(0)).isZero();
  }
}
