package org.estafette.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.guard.GuardPlan;
import org.estafette.algorithm.server.Server;
import org.estafette.simulation.PoisonedRegression.Attack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fault test 15 with every rule off that could bear a wrong worker: it is marked within its first
 * twelve pushes, with and without rounds, and nobody else ever is.
 */
class OutlierTest {
  private static final long[] SEEDS = {1, 2, 3, 4, 5};
  private static final int SOON = 12;

  private record Seen(PeerId worker, boolean marked, String reason, int pushes) {}

  /** What was told of outliers, with how many pushes of theirs were applied by then. */
  private static List<Seen> seen(
      PoisonedRegression rig, long seed, Server server, Attack attack, double from) {
    List<Seen> seen = new ArrayList<>();
    Map<PeerId, Integer> pushes = new HashMap<>();
    rig.loss(
        seed,
        server,
        attack,
        from,
        (at, who, decision) -> {
          if (decision instanceof Decision.Applied a) {
            pushes.merge(a.header().sender(), 1, Integer::sum);
          } else if (decision instanceof Decision.Outlier o) {
            int before = pushes.getOrDefault(o.worker(), 0);
            seen.add(new Seen(o.worker(), o.marked(), o.reason(), before + 1));
          }
        });
    return seen;
  }

  private static List<Server> servers(PoisonedRegression rig) {
    return List.of(rig.oneByOne(GuardPlan.LENIENT), rig.rounds(GuardPlan.LENIENT));
  }

  @ParameterizedTest
  @EnumSource
  void shouldMarkTheOneOfEightThatIsWrongAndNobodyElse(Attack attack) {
    PoisonedRegression rig = new PoisonedRegression(8, 22);
    for (long seed : SEEDS) {
      for (Server server : servers(rig)) {
        List<Seen> seen = seen(rig, seed, server, attack, 0);
        String run = server.getClass().getSimpleName() + ", seed " + seed;
        assertThat(seen).as(run).isNotEmpty();
        assertThat(seen.getFirst().pushes()).as(run).isLessThanOrEqualTo(SOON);
        assertThat(seen.getFirst().reason())
            .contains(attack == Attack.SCALE ? "times the usual length" : "cosine -1.00");
        assertThat(seen).as(run).allMatch(s -> s.worker().equals(rig.wrong()) && s.marked());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SIGN", "SCALE"})
  void shouldMarkNobodyWhereAllAreHonest(Attack attack) {
    // With the attacks' learning rates: while the loss falls, and where pushes are but noise.
    for (int workers : new int[] {2, 3, 4, 8}) {
      PoisonedRegression rig = new PoisonedRegression(workers, 30);
      for (long seed : SEEDS) {
        for (Server server : servers(rig)) {
          assertThat(seen(rig, seed, server, attack, Double.NaN))
              .as("%d workers, seed %d", workers, seed)
              .isEmpty();
        }
      }
    }
  }

  @Test
  void shouldMarkNeitherOfTwoThatContradictEachOther() {
    PoisonedRegression rig = new PoisonedRegression(2, 40);
    for (Server server : servers(rig)) {
      assertThat(seen(rig, 1, server, Attack.SIGN, 0)).isEmpty();
    }
  }

  @Test
  void shouldMarkOneThatTurnsWrongWhileTheRunGoesOn() {
    PoisonedRegression rig = new PoisonedRegression(8, 40);
    for (Server server : servers(rig)) {
      List<Seen> seen = seen(rig, 1, server, Attack.SIGN, 100);
      assertThat(seen).hasSize(1);
      assertThat(seen.getFirst().worker()).isEqualTo(rig.wrong());
      // A round takes some five seconds; its mean of the past has to turn over.
      assertThat(seen.getFirst().pushes()).isBetween(19, 100 / 5 + 24);
    }
  }

  @Test
  void shouldLookForNobodyWhereItIsOff() {
    PoisonedRegression rig = new PoisonedRegression(8, 22);
    GuardPlan s = GuardPlan.STANDARD;
    GuardPlan off =
        new GuardPlan(
            s.normFactor(),
            s.window(),
            s.warmup(),
            s.clip(),
            s.refusals(),
            s.within(),
            s.probation(),
            false);
    for (Server server : List.of(rig.oneByOne(off), rig.rounds(off))) {
      assertThat(seen(rig, 1, server, Attack.SIGN, 0)).isEmpty();
    }
  }
}
