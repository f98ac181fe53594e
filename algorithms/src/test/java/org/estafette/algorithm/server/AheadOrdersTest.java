package org.estafette.algorithm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.estafette.algorithm.Assignment;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;
import org.estafette.testing.ServerRig;
import org.junit.jupiter.api.Test;

/** Rounds that are given out together with the one before them. */
class AheadOrdersTest {
  private static LinearOuter outer() {
    return new LinearOuter(new Rules.Sgd(1), ServerRig.DIMENSION, Precision.FLOAT64);
  }

  private static ServerRig rig(long budget, int workers) {
    return new ServerRig(
            new ParameterServer(
                ServerRig.plan(budget).withAhead(true),
                Float64Vector.zeros(ServerRig.DIMENSION),
                outer()))
        .start(workers);
  }

  private static Assignment of(ServerRig rig, int slot) {
    return rig.effects.lastTo(slot).assignment();
  }

  private static TrainOrder order(int steps, int shard, long start) {
    return new TrainOrder(steps, shard, start, start, 1);
  }

  @Test
  void theAnswerShouldAssignWhatWasSaidAhead() {
    try (ServerRig rig = rig(1000, 2)) {
      assertThat(of(rig, 1).order()).isEqualTo(order(10, 1, 0));
      assertThat(of(rig, 1).ahead()).isEqualTo(order(10, 1, 10));
      for (int round = 2; round < 6; round++) {
        TrainOrder said = of(rig, 1).ahead();
        rig.give(rig.push(1, round, 0.1));
        assertThat(of(rig, 1).round()).isEqualTo(round);
        assertThat(of(rig, 1).order()).isEqualTo(said);
        assertThat(of(rig, 1).ahead()).isEqualTo(order(10, 1, 10L * round));
      }
      assertThat(rig.server.state().localSteps()).isEqualTo(40);
    }
  }

  @Test
  void theSameRoundAgainShouldBeTheSameInAllParts() {
    try (ServerRig rig = rig(1000, 2)) {
      PseudoGradient push = rig.push(0, 2, 0.1);
      push.delta().retain();
      rig.give(push);
      Assignment first = of(rig, 0);
      rig.give(push);
      assertThat(of(rig, 0).round()).isEqualTo(first.round());
      assertThat(of(rig, 0).order()).isEqualTo(first.order());
      assertThat(of(rig, 0).ahead()).isEqualTo(first.ahead());
    }
  }

  @Test
  void aRefusedRoundShouldTakeTheOneSaidAheadWithItAndLeaveItsNumberUnused() {
    try (ServerRig rig = rig(1000, 2)) {
      rig.give(rig.push(0, 2, Double.NaN));
      assertThat(of(rig, 0).round()).as("1 is lost, 2 was said ahead").isEqualTo(3);
      assertThat(of(rig, 0).order()).isEqualTo(order(10, 0, 0));
      assertThat(of(rig, 0).ahead()).isEqualTo(order(10, 0, 10));
    }
  }

  @Test
  void noMoreThanTheBudgetShouldBeGivenOutAndAllOfItTaken() {
    try (ServerRig rig = rig(75, 2)) {
      int[] sequence = {1, 1};
      for (int i = 0; !rig.server.finished(); i++) {
        int slot = i % 2;
        if (of(rig, slot) != null && i < 100) {
          int steps = of(rig, slot).order().steps();
          assertThat(steps).isLessThanOrEqualTo(10);
          rig.give(rig.push(slot, ++sequence[slot], 0.1));
        }
      }
      assertThat(rig.server.state().localSteps()).isEqualTo(75);
    }
  }

  @Test
  void atTheEndNobodyShouldHoldTwoRoundsWhileAnotherHasNone() {
    try (ServerRig rig = rig(40, 3)) {
      // 10 and 10 to the first, alone then; 10 to the second; 10 to the third.
      assertThat(of(rig, 0).ahead()).isNotNull();
      assertThat(of(rig, 1).ahead()).isNull();
      assertThat(of(rig, 2).order().steps()).isEqualTo(10);
      assertThat(of(rig, 2).ahead()).isNull();
    }
  }

  @Test
  void whoLeavesShouldGiveBothRoundsBack() {
    try (ServerRig rig = rig(40, 1)) {
      rig.pull(1, 1);
      rig.live(1);
      assertThat(rig.effects.decisions(Decision.Left.class).getLast().stepsLost()).isEqualTo(10);
      rig.pull(0, 2);
      assertThat(of(rig, 0).order()).isEqualTo(order(10, 0, 0));
      assertThat(of(rig, 0).round()).isEqualTo(3);
    }
  }

  @Test
  void aSavedStateShouldNotCountWhatWasOnlySaidAhead() {
    try (ServerRig rig = rig(1000, 1)) {
      rig.give(rig.push(0, 2, 0.1));
      ServerState state = rig.server.state();
      assertThat(state.localSteps()).isEqualTo(10);
      assertThat(state.shardProgress()).containsExactly(20, 0, 0, 0);
      ParameterServer heir =
          new ParameterServer(
              ServerRig.plan(1000).withAhead(true),
              Float64Vector.zeros(ServerRig.DIMENSION),
              outer());
      heir.restore(state);
      try (ServerRig next = new ServerRig(heir)) {
        next.epoch = 2;
        next.start(0);
        next.pull(0, 9);
        assertThat(of(next, 0).order()).isEqualTo(order(10, 0, 10));
        assertThat(of(next, 0).ahead()).isEqualTo(order(10, 0, 20));
      }
    }
  }

  @Test
  void synchronousRoundsShouldSayThatNothingIsGivenOutAhead() {
    assertThatThrownBy(() ->
            new RoundCoordinator(
                ServerRig.plan(10).withAhead(true),
                Float64Vector.zeros(ServerRig.DIMENSION),
                outer(),
                RoundCoordinator.Averaging.UNIFORM,
                1,
                1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ahead");
  }
}
