package org.estafette.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.estafette.algorithm.PeerId;
import org.junit.jupiter.api.Test;

final class WeatherTest {
  private static final PeerId A = PeerId.worker(0);
  private static final PeerId B = PeerId.worker(1);
  private static final PeerId S = PeerId.SERVER;

  private final Weather weather = new Weather(7);

  @Test
  void shouldMeetAShareOfTheMessagesAndCountEachOfThem() {
    weather.begin(0, 1, new Fault.Lose(0.25, 10));
    long lost = 0;
    for (int i = 0; i < 4000; i++) {
      lost += weather.fate(1, A, S).arrives() ? 0 : 1;
    }
    assertThat(lost / 4000.0).isCloseTo(0.25, within(0.03));
    assertThat(weather.over(9.9)).isEmpty();
    assertThat(weather.over(10)).containsExactly(new Weather.Over(1, 10, lost));
    assertThat(weather.over(11)).as("told once").isEmpty();
    assertThat(weather.fate(10, A, S).arrives()).isTrue();
  }

  @Test
  void shouldGiveTheSameFatesForTheSameSeedOnly() {
    Weather same = new Weather(7);
    Weather other = new Weather(8);
    for (Weather w : List.of(weather, same, other)) {
      w.begin(0, new Fault.Lose(0.5, 10));
      w.begin(0, new Fault.Delay(1, 10));
      w.begin(0, new Fault.Duplicate(0.5, 10));
    }
    boolean differs = false;
    for (int i = 0; i < 100; i++) {
      Weather.Fate fate = weather.fate(1, A, S);
      assertThat(same.fate(1, A, S)).isEqualTo(fate);
      differs |= !other.fate(1, A, S).equals(fate);
    }
    assertThat(differs).isTrue();
  }

  @Test
  void shouldHoldSomeMessagesBackSoThatLaterOnesOvertakeThem() {
    weather.begin(0, 1, new Fault.Reorder(0.5, 2, 10));
    int held = 0;
    for (int i = 0; i < 200; i++) {
      double later = weather.fate(1, A, S).later();
      assertThat(later).isBetween(0.0, 2.0);
      held += later > 0 ? 1 : 0;
    }
    assertThat(held).isBetween(60, 140);
    assertThat(weather.met(1)).isEqualTo(held);
    assertThat(weather.met(1)).as("since it was asked last").isZero();
  }

  @Test
  void shouldPartTheSidesOfAPartitionBothWaysAndNobodyElse() {
    weather.begin(0, new Fault.Partition(Set.of(A), 5));
    assertThat(weather.fate(1, A, S).lost()).isEqualTo("cut off");
    assertThat(weather.fate(1, S, A).arrives()).isFalse();
    assertThat(weather.fate(1, A, B).arrives()).isFalse();
    assertThat(weather.fate(1, B, S).arrives()).isTrue();
    assertThat(weather.cut(1, S, A)).isTrue();
    assertThat(weather.cut(1, S, B)).isFalse();
    assertThat(weather.cut(6, S, A)).isFalse();
  }

  @Test
  void shouldCutOneDirectionOnly() {
    weather.begin(0, new Fault.Cut(A, S, 5));
    assertThat(weather.fate(1, A, S).arrives()).isFalse();
    assertThat(weather.fate(1, S, A).arrives()).isTrue();
  }

  @Test
  void shouldKeepTheAccountOfAFaultThatEndedBeforeTheNextOneBegan() {
    weather.begin(0, 1, new Fault.Cut(A, S, 1));
    weather.fate(0.5, A, S);
    weather.begin(2, 2, new Fault.FillDisk(3));
    assertThat(weather.diskFull(3)).isTrue();
    assertThat(weather.diskFull(6)).isFalse();
    assertThat(weather.over(6))
        .containsExactly(new Weather.Over(1, 1, 1), new Weather.Over(2, 5, 1));
  }

  @Test
  void shouldTellBeginningEffectAndEndOfEachFaultAndHowLongAWorkerWasAway() {
    List<String> told = new java.util.ArrayList<>();
    FaultBook book =
        new FaultBook((at, e) -> told.add(at + " " + e.id() + " " + e.phase() + ": " + e.text()));
    long lose = book.began(1, new Fault.Lose(0.5, 2));
    book.began(2, new Fault.Kill(A, 3));
    book.refused(2, new Fault.FillShm(1), "there is none");
    book.met(lose, 4);
    book.ended(3, lose);
    book.ended(3, lose);
    book.late(4, lose, 2);
    assertThat(book.dead(A)).isTrue();
    book.back(5.5, A, 2);
    book.back(6, A, 3);
    assertThat(told)
        .containsExactly(
            "1.0 1 BEGAN: 50 % of the messages lost for 2 s",
            "2.0 2 BEGAN: worker-0 is killed; its replacement comes after 3 s",
            "2.0 3 NOT_CARRIED_OUT: fill-shm is not carried out here: there is none",
            "3.0 1 ENDED: over: 4 messages lost",
            "4.0 1 EFFECT: 2 messages lost, told of late",
            "5.5 2 ENDED: worker-0 is back after 3.5 s (incarnation 2)");
  }

  @Test
  void shouldBringAFaultOfAVersionOnceAlsoWhereTheModelGoesBack() {
    Fault first = new Fault.Kill(A, 1);
    Fault second = new Fault.FillDisk(1);
    VersionTriggers triggers =
        new VersionTriggers(
            new FaultPlan(
                0,
                List.of(),
                List.of(new FaultPlan.AtVersion(9, second), new FaultPlan.AtVersion(3, first))));
    assertThat(triggers.next()).isEqualTo(3);
    assertThat(triggers.reached(2)).isEmpty();
    assertThat(triggers.reached(5)).containsExactly(first);
    assertThat(triggers.reached(3)).isEmpty();
    assertThat(triggers.reached(50)).containsExactly(second);
    assertThat(triggers.isEmpty()).isTrue();
  }

  @Test
  void shouldRefuseAPlanThatNamesAWorkerThatIsNotThere() {
    FaultPlan plan =
        new FaultPlan(
            0, List.of(), List.of(new FaultPlan.AtVersion(1, new Fault.Kill(PeerId.worker(4), 1))));
    plan.check(5);
    assertThatThrownBy(() -> plan.check(4))
        .hasMessageContaining("worker-4")
        .hasMessageContaining("expected one of 4 workers");
  }

  @Test
  void shouldDrawFaultsOfTheChosenKindsByTheSeedAndAllOfThem() {
    List<FaultKind> all = List.of(FaultKind.values());
    RandomMix mix = new RandomMix(3, 5, 1000, 1, 1, 4, true, all);
    FaultPlan plan = mix.plan(11);
    assertThat(plan).isEqualTo(mix.plan(11)).isNotEqualTo(mix.plan(12));
    plan.check(3);
    Set<FaultKind> seen = EnumSet.noneOf(FaultKind.class);
    plan.all().forEach(f -> seen.add(FaultKind.of(f)));
    assertThat(seen).containsExactlyInAnyOrderElementsOf(all);
    assertThat(plan.faults().size()).isBetween(900, 1100);
    assertThat(plan.faults()).allMatch(t -> t.at() >= 5 && t.at() < 1005);
    RandomMix one = new RandomMix(3, 0, 100, 1, 1, 4, false, List.of(FaultKind.KILL));
    assertThat(one.plan(1).all())
        .allMatch(f -> f instanceof Fault.Kill k && !k.who().isServer() && k.downtime() >= 1);
  }
}
