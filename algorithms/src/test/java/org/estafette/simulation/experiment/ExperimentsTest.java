package org.estafette.simulation.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.estafette.algorithm.quadratic.QuadraticsSpec;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The quick forms of the experiments: their claims hold, and what they found is whole. */
class ExperimentsTest {
  static Stream<Experiment> quickOnes() {
    return Stream.of(new RelayLoss(), new RelayFailure(), new RelaySpeeds(), new RelayNeighbours());
  }

  private static void check(Experiment experiment) {
    List<String> lines = new ArrayList<>();
    Findings found = experiment.run(Experiment.Effort.QUICK, lines::add);
    assertThat(found.claims())
        .allSatisfy(c -> assertThat(c.holds()).as(c.text() + ": " + c.measured()).isTrue());
    assertThat(found.hold()).isTrue();
    assertThat(found.claims()).hasSizeGreaterThan(2);
    assertThat(found.tables()).isNotEmpty();
    assertThat(found.figures()).isNotEmpty();
    assertThat(lines).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("quickOnes")
  void theClaimsShouldHold(Experiment experiment) {
    check(experiment);
  }

  @Test
  @Tag("nightly")
  void theClaimsOnQuadraticsShouldHold() {
    check(new RelayQuadratics());
  }

  @Test
  void tuningShouldFindTheFewestRounds() {
    RandomQuadratics task = QuadraticsSpec.paper(8, 1, 0).generate();
    Contender chain = Contenders.relays(8).getFirst();
    Tuning best = Tuning.of(chain, task, 1e-6, 300);
    assertThat(best.reached()).isTrue();
    assertThat(best.rounds()).isBetween(10, 25);
    Tuning gossip = Tuning.of(Contenders.gossip("ring", 8), task, 1e-6, 300);
    assertThat(gossip.reached()).isFalse();
    assertThat(gossip.atLeast(300)).isEqualTo(300);
  }

  @Test
  void ranksShouldCorrelateByOrderAlone() {
    assertThat(
            RelayNeighbours.rankCorrelation(new double[] {1, 2, 3, 4}, new double[] {1, 8, 27, 64}))
        .isEqualTo(1, within(1e-12));
    assertThat(
            RelayNeighbours.rankCorrelation(new double[] {1, 2, 3, 4}, new double[] {9, 5, 3, 1}))
        .isEqualTo(-1, within(1e-12));
    assertThat(
            RelayNeighbours.rankCorrelation(new double[] {1, 1, 2, 2}, new double[] {1, 2, 1, 2}))
        .isEqualTo(0, within(1e-12));
  }
}
