package org.estafette.actor.join;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProtocolTest {
  @ParameterizedTest
  @CsvSource({
    // own newest, oldest, wire; cluster's newest, oldest, wire; together?
    "1, 0, 1, 1, 0, 1, true",
    "1, 0, 1, 0, 0, 1, true", // A release that did not say anything yet.
    "2, 1, 1, 3, 2, 1, true",
    "3, 2, 1, 2, 1, 1, true",
    "2, 2, 1, 1, 1, 1, false",
    "1, 1, 1, 3, 2, 1, false",
    "2, 1, 1, 2, 1, 2, false",
  })
  void shouldGoTogetherWhereTheRangesMeetAndTensorsHaveOneForm(
      int newest, int oldest, int wire, int n, int o, int w, boolean together) {
    Protocol own = new Protocol("1.4.0", newest, oldest, wire);
    Protocol cluster = new Protocol("2.7.1", n, o, w);
    String refusal = own.refusal(cluster);
    if (together) {
      assertThat(refusal).isEmpty();
    } else {
      assertThat(refusal).contains("1.4.0", "2.7.1", "install");
    }
  }
}
