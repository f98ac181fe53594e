package org.estafette.simulation.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.estafette.algorithm.Refusal;
import org.junit.jupiter.api.Test;

/** Random faults over many schedules; {@code -Dtest.argLine=-Destafette.seed=N} replays one. */
class ChaosRunTest {
  private static final int SEEDS = 400;

  @Test
  void noScheduleOfFaultsShouldBreakAPromise() {
    Long one = Long.getLong("estafette.seed");
    int takeovers = 0;
    int faults = 0;
    Set<Refusal> reasons = EnumSet.noneOf(Refusal.class);
    for (long seed = one == null ? 0 : one; seed < (one == null ? SEEDS : one + 1); seed++) {
      ChaosRun.Verdict v = ChaosRun.of(seed);
      assertThat(v.good())
          .as(
              "%s%nreplay: mvn test -pl algorithms -am -Dtest=ChaosRunTest"
                  + " -Dtest.argLine=-Destafette.seed=%d",
              v, seed)
          .isTrue();
      takeovers += v.takeovers();
      faults += v.faults();
      reasons.addAll(v.refused().keySet());
    }
    if (one == null) {
      // A test of calm weather would prove nothing.
      assertThat(faults).isGreaterThan(10 * SEEDS);
      assertThat(takeovers).isGreaterThan(SEEDS);
      assertThat(reasons)
          .contains(
              Refusal.DUPLICATE,
              Refusal.OLD_EPOCH,
              Refusal.OLD_INCARNATION,
              Refusal.NOT_FINITE,
              Refusal.QUARANTINED,
              Refusal.BACKLOG);
    }
  }

  @Test
  void theSameSeedShouldGiveTheSameVerdict() {
    for (long seed = 0; seed < 20; seed++) {
      assertThat(ChaosRun.of(seed)).isEqualTo(ChaosRun.of(seed));
    }
  }

  @Test
  void faultsShouldCostTimeButNotTheResult() {
    int runs = 200;
    double sum = 0;
    double worst = 0;
    for (long seed = 0; seed < runs; seed++) {
      ChaosRun.Verdict calm = ChaosRun.undisturbed(seed);
      assertThat(calm.refused())
          .as("a healthy run, seed %d", seed)
          .doesNotContainKeys(Refusal.NORM_TOO_LARGE, Refusal.QUARANTINED, Refusal.DIVERGED);
      double ratio = ChaosRun.of(seed).loss() / calm.loss();
      sum += ratio;
      worst = Math.max(worst, ratio);
    }
    assertThat(sum / runs).as("mean loss over that of the undisturbed run").isLessThan(1.05);
    // Shards that pull apart leave the last iterate swinging: more in one run than in another.
    assertThat(worst).as("largest loss over that of the undisturbed run").isLessThan(1.5);
  }
}
