package org.estafette.actor.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.estafette.actor.config.FaultPlanReader;
import org.junit.jupiter.api.Test;

/** What is done to a run is decided by the seed, and covers what a soak has to cover. */
class MonkeyTest {
  private static List<Monkey.Timed> plan(long seed) {
    return new Monkey(seed, 3, 4.5).plan(600, 2);
  }

  @Test
  void theSameSeedShouldGiveTheSamePlan() {
    assertThat(plan(7)).isEqualTo(plan(7)).isNotEqualTo(plan(8));
  }

  @Test
  void allWorkersAndTheServerShouldBeKilledTwiceInAPlanOfTenMinutes() {
    for (long seed = 0; seed < 200; seed++) {
      List<Disturbance> all = plan(seed).stream().map(Monkey.Timed::what).toList();
      assertThat(all).as("seed %s", seed).hasSizeGreaterThan(90);
      for (int worker = 0; worker < 3; worker++) {
        int w = worker;
        assertThat(all.stream().filter(new Disturbance.KillWorker(w)::equals).count())
            .as("seed %s", seed)
            .isGreaterThanOrEqualTo(2);
      }
      assertThat(all.stream().filter(new Disturbance.KillServer()::equals).count())
          .as("seed %s", seed)
          .isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void timesShouldGoUpWithinThePlansLength() {
    List<Monkey.Timed> plan = plan(3);
    assertThat(plan).isSortedAccordingTo((a, b) -> Double.compare(a.at(), b.at()));
    assertThat(plan).allMatch(t -> t.at() >= 0 && t.at() < 600);
  }

  @Test
  void whatIsAskedForShouldBeFaultsThatAreKnown() {
    IntStream.range(0, 50)
        .mapToObj(MonkeyTest::plan)
        .flatMap(List::stream)
        .map(Monkey.Timed::what)
        .filter(Disturbance.Asked.class::isInstance)
        .map(Disturbance.Asked.class::cast)
        .distinct()
        .forEach(a -> assertThat(FaultPlanReader.one(a.json(), 0, 3)).as(a.json()).isNotNull());
  }
}
