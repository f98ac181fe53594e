package org.estafette.algorithm.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WarmupCosineTest {
  @Test
  void shouldWarmUpThenFollowTheCosineAndStayAtTheFloor() {
    WarmupCosine s = new WarmupCosine(110, 10, 1, 0.1);
    assertThat(s.at(0)).isZero();
    assertThat(s.at(-3)).isZero();
    assertThat(s.at(5)).isEqualTo(0.5);
    assertThat(s.at(10)).isEqualTo(1);
    assertThat(s.at(60)).isCloseTo(0.55, within(1e-15));
    assertThat(s.at(110)).isCloseTo(0.1, within(1e-15));
    assertThat(s.at(1e9)).isCloseTo(0.1, within(1e-15));
  }

  @Test
  void withoutWarmupShouldBeginAtThePeak() {
    assertThat(new WarmupCosine(10, 0, 2, 2).at(0)).isEqualTo(2);
    assertThat(new WarmupCosine(10, 0, 2, 2).at(7)).isEqualTo(2);
  }

  @Test
  void shouldRefuseNumbersOutOfOrder() {
    assertThatThrownBy(() -> new WarmupCosine(10, 10, 1, 0))
        .hasMessageContaining("warmup=10.0, total=10.0");
    assertThatThrownBy(() -> new WarmupCosine(10, 1, 1, 2))
        .hasMessageContaining("peak=1.0, floor=2.0");
    assertThatThrownBy(() -> new WarmupCosine(10, -1, 1, 0)).hasMessageContaining("warmup=-1.0");
  }
}
