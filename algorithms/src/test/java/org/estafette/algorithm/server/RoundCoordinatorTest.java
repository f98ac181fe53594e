package org.estafette.algorithm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.Rules;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;
import org.estafette.testing.ServerRig;
import org.junit.jupiter.api.Test;

class RoundCoordinatorTest {
  private static RoundCoordinator server(
      long budget, int workers, RoundCoordinator.Averaging averaging) {
    return new RoundCoordinator(
        ServerRig.plan(budget),
        Float64Vector.zeros(ServerRig.DIMENSION),
        new LinearOuter(new Rules.Sgd(1), ServerRig.DIMENSION, Precision.FLOAT64),
        averaging,
        workers,
        30);
  }

  private static ServerRig rig(long budget, int workers) {
    return new ServerRig(server(budget, workers, RoundCoordinator.Averaging.UNIFORM))
        .start(workers);
  }

  @Test
  void shouldApplyTheMeanOnceAllParticipantsHavePushed() {
    try (ServerRig rig = rig(1000, 3)) {
      rig.give(rig.push(2, 2, 6));
      rig.give(rig.push(0, 2, 1));
      assertThat(rig.server.version()).isZero();
      assertThat(rig.server.atRest()).isFalse();
      rig.give(rig.push(1, 2, 2));
      assertThat(rig.parameters()).containsExactly(-3, -3, -3);
      assertThat(rig.server.atRest()).isTrue();
      assertThat(rig.effects.decisions(Decision.RoundClosed.class))
          .containsExactly(new Decision.RoundClosed(1, 3, 1));
      assertThat(rig.effects.lastTo(2).assignment().round()).isEqualTo(2);
    }
  }

  @Test
  void shouldDivideByTheParticipantsWhereOneIsMissing() {
    try (ServerRig rig = rig(1000, 3)) {
      rig.give(rig.push(0, 2, 1));
      rig.give(rig.push(1, 2, 3));
      rig.live(0, 1);
      assertThat(rig.parameters()).containsExactly(-2, -2, -2);
    }
  }

  @Test
  void aPushThatIsInShouldCountThoughItsWorkerDiesBeforeTheRoundsEnd() {
    try (ServerRig rig = rig(1000, 2)) {
      rig.give(rig.push(0, 2, 4));
      rig.live(1);
      assertThat(rig.server.version()).isZero();
      rig.give(rig.push(1, 2, 2));
      assertThat(rig.parameters()).containsExactly(-3, -3, -3);
      assertThat(rig.effects.lastTo(0).model().header().version())
          .as("the dead get nothing")
          .isZero();
    }
  }

  @Test
  void aLateJoinerShouldEnterTheNextRound() {
    try (ServerRig rig = rig(1000, 2)) {
      rig.pull(2, 1);
      assertThat(rig.effects.sent).hasSize(2);
      rig.give(rig.push(0, 2, 1));
      rig.give(rig.push(1, 2, 1));
      assertThat(rig.effects.lastTo(2).assignment().round()).isEqualTo(1);
      assertThat(rig.effects.lastTo(2).model().header().version()).isEqualTo(1);
    }
  }

  @Test
  void shouldBeginWithThoseThatHaveComeWhenTheQuorumsPatienceEnds() {
    ServerRig rig = new ServerRig(server(1000, 3, RoundCoordinator.Averaging.UNIFORM));
    try (rig) {
      rig.start(2);
      assertThat(rig.effects.sent).isEmpty();
      assertThat(rig.effects.timers).containsEntry("quorum", 30.0);
      rig.effects.timers.clear();
      rig.pull(0, 2);
      assertThat(rig.effects.timers).as("asking again does not put off the quorum").isEmpty();
      rig.timer("quorum");
      assertThat(rig.effects.sent).hasSize(2);
    }
  }

  @Test
  void shouldWeighByTokensAndAllAlikeWhereThereAreNone() {
    try (ServerRig rig =
        new ServerRig(server(1000, 2, RoundCoordinator.Averaging.TOKENS)).start(2)) {
      PseudoGradient a = rig.push(0, 2, 4);
      rig.give(new PseudoGradient(a.header(), a.delta(), new RoundReport(10, 300, 1, 1, 0)));
      PseudoGradient b = rig.push(1, 2, 8);
      rig.give(new PseudoGradient(b.header(), b.delta(), new RoundReport(10, 100, 1, 1, 0)));
      assertThat(rig.parameters()).containsExactly(-5, -5, -5);
      for (int slot = 0; slot < 2; slot++) {
        PseudoGradient none = rig.push(slot, 3, 1);
        rig.give(new PseudoGradient(none.header(), none.delta(), new RoundReport(10, 0, 1, 1, 0)));
      }
      assertThat(rig.parameters()).containsExactly(-6, -6, -6);
    }
  }

  @Test
  void shouldRefuseBadPushesAndGoOnWithoutThem() {
    try (ServerRig rig = rig(1000, 3)) {
      rig.give(rig.push(0, 2, Double.NaN));
      rig.give(rig.push(1, 2, 1));
      rig.give(rig.push(1, 2, 1));
      rig.give(rig.push(1, 3, 1));
      PseudoGradient other = rig.push(2, 2, 5);
      Header h = other.header();
      rig.give(
          new PseudoGradient(
              new Header(9, h.sender(), 1, 2, 1, 0, 1), other.delta(), other.report()));
      assertThat(rig.effects.decisions(Decision.Refused.class))
          .extracting(Decision.Refused::reason)
          .containsExactly(
              Refusal.NOT_FINITE, Refusal.DUPLICATE, Refusal.ROUND_OVER, Refusal.WRONG_RUN);
      rig.give(rig.push(2, 2, 3));
      assertThat(rig.parameters()).containsExactly(-2, -2, -2);
      assertThat(rig.effects.lastTo(0).assignment().round()).isEqualTo(2);
      assertThat(rig.effects.lastTo(0).model().outcome())
          .isInstanceOfSatisfying(
              Outcome.Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.NOT_FINITE));
      assertThat(rig.effects.lastTo(2).model().outcome()).isEqualTo(new Outcome.Applied(1, 0, 0.5));
    }
  }

  @Test
  void aPushThatComesAgainBecauseItsAnswerWasLostShouldGetTheRoundAgain() {
    try (ServerRig rig = rig(1000, 2)) {
      rig.give(rig.push(0, 2, 1));
      rig.give(rig.push(1, 2, 1));
      var given = rig.effects.lastTo(0).assignment();
      int sent = rig.effects.sent.size();
      rig.give(rig.push(rig.header(0, 1, 2, 0, 1), 10, 1));
      assertThat(rig.effects.sent).hasSize(sent + 1);
      assertThat(rig.effects.lastTo(0).assignment().order()).isEqualTo(given.order());
      assertThat(rig.effects.lastTo(0).assignment().round()).isEqualTo(given.round());
    }
  }

  @Test
  void aWorkerThatWasBelievedDeadShouldEnterTheNextRound() {
    try (ServerRig rig = rig(1000, 2)) {
      PseudoGradient late = rig.push(0, 2, 9);
      rig.live(1);
      rig.give(late);
      rig.give(rig.push(1, 2, 2));
      assertThat(rig.parameters()).containsExactly(-2, -2, -2);
      assertThat(rig.effects.lastTo(0).model().header().version()).isEqualTo(1);
    }
  }

  @Test
  void aRoundInWhichNobodyIsLeftButARefusedOneShouldBeginAnew() {
    try (ServerRig rig = rig(1000, 2)) {
      rig.give(rig.push(0, 2, Double.NaN));
      rig.live(0);
      assertThat(rig.effects.lastTo(0).assignment().round()).isEqualTo(2);
    }
  }

  @Test
  void shouldUseTheBudgetExactlyAndFinishOnce() {
    try (ServerRig rig = rig(25, 2)) {
      rig.give(new MergedPush(List.of(rig.push(0, 2, 1), rig.push(1, 2, 1))));
      assertThat(rig.effects.lastTo(0).assignment().order().steps()).isEqualTo(5);
      assertThat(rig.effects.lastTo(1).assignment()).isNull();
      rig.live(1);
      assertThat(rig.effects.lastTo(1).assignment().order().steps())
          .as("of the lost one")
          .isEqualTo(5);
      rig.give(rig.push(1, 3, 1));
      assertThat(rig.effects.decisions(Decision.Finished.class))
          .containsExactly(new Decision.Finished(2, 25, 2500));
      rig.pull(1, 4);
      assertThat(rig.effects.decisions(Decision.Finished.class)).hasSize(1);
    }
  }

  @Test
  void aRestoredCoordinatorShouldGoOnBitForBit() {
    try (ServerRig one = rig(1000, 2);
        ServerRig other = new ServerRig(server(1000, 2, RoundCoordinator.Averaging.UNIFORM))) {
      one.give(one.push(0, 2, 0.1));
      one.give(one.push(1, 2, 0.2));
      other.server.restore(one.server.state());
      other.start(0);
      for (int slot = 0; slot < 2; slot++) {
        PseudoGradient next = one.push(slot, 3, 0.7 + slot);
        other.give(other.push(next.header(), 10, 0.7 + slot));
        one.give(next);
      }
      assertThat(other.parameters()).isEqualTo(one.parameters());
      assertThat(other.server.state().workers()).isEqualTo(one.server.state().workers());
    }
  }

  @Test
  void afterAFailOverTheFirstRoundShouldWaitForTheWorkersToComeBack() {
    try (ServerRig one = rig(1000, 2);
        ServerRig other = new ServerRig(server(1000, 2, RoundCoordinator.Averaging.UNIFORM))) {
      one.give(one.push(0, 2, 0.1));
      one.give(one.push(1, 2, 0.2));
      other.server.restore(one.server.state());
      other.epoch = 2;
      other.start(0);
      other.pull(0, 3);
      assertThat(other.effects.sent).isEmpty();
      PseudoGradient old = one.push(1, 3, 1);
      other.server.on(new Event.Received(other.push(old.header(), 10, 1), 0), other.effects);
      old.discard();
      assertThat(other.effects.decisions(Decision.Refused.class).getFirst().reason())
          .isEqualTo(Refusal.OLD_EPOCH);
      assertThat(other.effects.sent).as("the second one has been heard of").hasSize(2);
      assertThat(other.effects.lastTo(1).model().header().epoch()).isEqualTo(2);
    }
  }

  @Test
  void aReplacementShouldEnterTheNextRound() {
    try (ServerRig rig = rig(1000, 2)) {
      rig.give(new Pull(rig.header(0, 2, 1, 0, 0), 1));
      rig.give(rig.push(1, 2, 2));
      assertThat(rig.parameters()).containsExactly(-2, -2, -2);
      assertThat(rig.effects.lastTo(0).model().answers()).isEqualTo(1);
      assertThat(rig.effects.lastTo(0).model().header().version()).isEqualTo(1);
    }
  }
}
