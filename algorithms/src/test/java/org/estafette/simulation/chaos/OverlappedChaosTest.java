package org.estafette.simulation.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Random faults while all workers go on before their pushes are answered. */
class OverlappedChaosTest {
  private static final int SEEDS = 200;

  @Test
  void noScheduleOfFaultsShouldBreakAPromiseOfOverlappedRuns() {
    Long one = Long.getLong("estafette.seed");
    int takeovers = 0;
    int refused = 0;
    int wasted = 0;
    for (long seed = one == null ? 0 : one; seed < (one == null ? SEEDS : one + 1); seed++) {
      ChaosRun.Verdict v = ChaosRun.of(ChaosCase.of(seed).overlapped());
      assertThat(v.good())
          .as(
              "%s%nreplay: mvn test -pl algorithms -am -Dtest=OverlappedChaosTest"
                  + " -Dtest.argLine=-Destafette.seed=%d",
              v, seed)
          .isTrue();
      takeovers += v.takeovers();
      refused += v.refused().values().stream().mapToInt(n -> n).sum();
      wasted += v.wasted();
    }
    if (one == null) {
      assertThat(takeovers).isGreaterThan(SEEDS / 2);
      assertThat(refused).isGreaterThan(SEEDS);
      assertThat(wasted).as("steps that were begun and given up").isGreaterThan(SEEDS);
    }
  }

  @Test
  void whereNothingGoesWrongNothingShouldBeWasted() {
    for (long seed = 0; seed < 50; seed++) {
      ChaosRun.Verdict calm = ChaosRun.of(ChaosCase.of(seed).overlapped().undisturbed());
      assertThat(calm.good()).as("%s", calm).isTrue();
      // A full mailbox refuses in calm weather too.
      if (calm.refused().isEmpty()) {
        assertThat(calm.wasted()).as("seed %d", seed).isZero();
      }
    }
  }

  @Test
  void theSameSeedShouldGiveTheSameVerdict() {
    for (long seed = 0; seed < 20; seed++) {
      ChaosCase run = ChaosCase.of(seed).overlapped();
      assertThat(ChaosRun.of(run)).isEqualTo(ChaosRun.of(run));
    }
  }

  @Test
  void overlapShouldNotCostTheResult() {
    double sum = 0;
    int runs = 60;
    for (long seed = 0; seed < runs; seed++) {
      ChaosCase calm = ChaosCase.of(seed).overlapped().undisturbed();
      sum += ChaosRun.of(ChaosCase.of(seed).overlapped()).loss() / ChaosRun.of(calm).loss();
    }
    assertThat(sum / runs).as("mean loss over that of the undisturbed run").isLessThan(1.1);
  }
}
