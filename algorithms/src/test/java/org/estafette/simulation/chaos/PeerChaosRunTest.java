package org.estafette.simulation.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.estafette.algorithm.Refusal;
import org.estafette.history.Violation.Promise;
import org.junit.jupiter.api.Test;

/** Random faults without a server; {@code -Dtest.argLine=-Destafette.seed=N} replays one. */
class PeerChaosRunTest {
  private static final int SEEDS = 5 * PeerKind.values().length;

  @Test
  void noScheduleOfFaultsShouldBreakAPromise() {
    Long one = Long.getLong("estafette.seed");
    int faults = 0;
    int rejoined = 0;
    Set<Refusal> reasons = EnumSet.noneOf(Refusal.class);
    Map<Promise, Long> held = new EnumMap<>(Promise.class);
    for (long seed = one == null ? 0 : one; seed < (one == null ? SEEDS : one + 1); seed++) {
      PeerChaosRun.Verdict v = PeerChaosRun.of(seed);
      assertThat(v.good())
          .as(
              "%s%nreplay: mvn test -pl algorithms -am -Dtest=PeerChaosRunTest"
                  + " -Dtest.argLine=-Destafette.seed=%d",
              v, seed)
          .isTrue();
      faults += v.faults();
      rejoined += v.rejoined();
      reasons.addAll(v.refused().keySet());
      v.held().forEach((promise, n) -> held.merge(promise, n, Long::sum));
    }
    if (one == null) {
      // A test of calm weather, or of checkers that have nothing to check, would prove nothing.
      assertThat(faults).isGreaterThan(10 * SEEDS);
      assertThat(rejoined).isGreaterThan(SEEDS);
      assertThat(reasons)
          .contains(
              Refusal.DUPLICATE,
              Refusal.OLD_EPOCH,
              Refusal.DIVERGED,
              Refusal.ROUND_OVER,
              Refusal.RUN_OVER);
      assertThat(held)
          .containsKeys(
              Promise.APPLIED_AT_MOST_ONCE,
              Promise.UNALTERED,
              Promise.ACCOUNTED_FOR,
              Promise.VERSIONS_INCREASE,
              Promise.PARAMETERS_ARE_THE_REPLAY,
              Promise.EPOCHS_FENCE,
              Promise.SUPERSEDED_BY_NEWER,
              Promise.COUNTED_ONCE,
              Promise.ALL_COUNTED,
              Promise.SUMS_OF_CONTRIBUTIONS,
              Promise.MASS_CONSERVED,
              Promise.WEIGHTS_POSITIVE,
              Promise.MEAN_CONSERVED,
              Promise.CORRECTIONS_CANCEL)
          .allSatisfy((promise, n) -> assertThat(n).as("%s", promise).isGreaterThan(100));
    }
  }

  @Test
  void theSameSeedShouldGiveTheSameVerdict() {
    for (long seed = 0; seed < PeerKind.values().length; seed += 2) {
      assertThat(PeerChaosRun.of(seed)).isEqualTo(PeerChaosRun.of(seed));
    }
  }
}
