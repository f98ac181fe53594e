package org.estafette.simulation.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.estafette.algorithm.server.Server;
import org.estafette.history.Violation;
import org.estafette.history.Violation.Promise;
import org.junit.jupiter.api.Test;

/** A checker that never complains is worth nothing: servers are spoilt on purpose. */
class CheckerNoticesTest {
  private static Set<Promise> broken(UnaryOperator<Server> spoil) {
    Set<Promise> all = EnumSet.noneOf(Promise.class);
    for (long seed = 0; seed < 12; seed++) {
      List<Violation> v = new ArrayList<>(ChaosRun.spoiled(seed, spoil).violations());
      v.forEach(x -> all.add(x.promise()));
    }
    return all;
  }

  @Test
  void aServerThatWorksBreaksNothing() {
    assertThat(broken(s -> s)).isEmpty();
  }

  @Test
  void aServerThatTakesPushesTwiceShouldBeNoticed() {
    assertThat(broken(SpoiltServer.Doubling::new)).contains(Promise.APPLIED_ONLY_WHAT_CAME);
  }

  @Test
  void aServerWhoseParametersDriftShouldBeNoticed() {
    assertThat(broken(SpoiltServer.Drifting::new)).contains(Promise.PARAMETERS_ARE_THE_REPLAY);
  }

  @Test
  void aServerThatRefusesInSilenceShouldBeNoticed() {
    assertThat(broken(SpoiltServer.Silent::new)).containsExactly(Promise.ACCOUNTED_FOR);
  }

  @Test
  void aServerThatSkipsVersionsShouldBeNoticed() {
    assertThat(broken(SpoiltServer.Lying::skipping)).contains(Promise.VERSIONS_INCREASE);
  }

  @Test
  void aServerThatAppliesTwiceShouldBeNoticed() {
    assertThat(broken(SpoiltServer.Lying::twice)).contains(Promise.APPLIED_AT_MOST_ONCE);
  }

  @Test
  void aServerThatGoesByAnOldEpochShouldBeNoticed() {
    assertThat(broken(SpoiltServer.Lying::old)).containsExactly(Promise.ONE_EPOCH_ACCEPTS);
  }
}
