package org.estafette.algorithm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Function;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.outer.StalenessPolicy;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.testing.ServerRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParameterServerTest {
  private static final StalenessPolicy ALL = new StalenessPolicy.Constant();
  private static final LocalSteps TEN = new LocalSteps.Fixed(10);

  private static ParameterServer server(ServerPlan plan) {
    return new ParameterServer(
        plan,
        Float64Vector.zeros(ServerRig.DIMENSION),
        new LinearOuter(
            new Rules.DelayedNesterov(1, 0.5, 2, 0), ServerRig.DIMENSION, Precision.FLOAT64));
  }

  private static ServerRig rig(ServerPlan plan, int workers) {
    return new ServerRig(server(plan)).start(workers);
  }

  private static Header but(Header h, Function<Header, Header> change) {
    return change.apply(h);
  }

  /** A push that is to be refused for that reason, to a server that has applied one of worker 0. */
  private static PseudoGradient bad(ServerRig rig, Refusal reason) {
    PseudoGradient good = rig.push(0, 3, 1);
    Header h = good.header();
    return switch (reason) {
      case DUPLICATE ->
          new PseudoGradient(but(h, x -> rig.header(0, 1, 2, 0, 1)), good.delta(), good.report());
      case WRONG_RUN ->
          new PseudoGradient(
              new Header(8, h.sender(), 1, 3, 1, h.version(), h.round()),
              good.delta(),
              good.report());
      case OLD_EPOCH ->
          new PseudoGradient(
              new Header(7, h.sender(), 1, 3, 0, h.version(), h.round()),
              good.delta(),
              good.report());
      case OLD_INCARNATION ->
          new PseudoGradient(
              rig.header(0, 0, 3, h.version(), h.round()), good.delta(), good.report());
      case UNKNOWN_WORKER ->
          new PseudoGradient(rig.header(3, 1, 3, 0, 1), good.delta(), good.report());
      case UNKNOWN_VERSION ->
          new PseudoGradient(rig.header(0, 1, 3, 2, h.round()), good.delta(), good.report());
      case NOT_FINITE -> {
        good.delta().vector().set(1, Double.NaN);
        yield good;
      }
      case WRONG_SHAPE -> {
        good.discard();
        yield new PseudoGradient(h, Lease.unpooled(Float64Vector.zeros(4)), good.report());
      }
      default -> throw new IllegalArgumentException(reason.toString());
    };
  }

  @Test
  void shouldRefuseMoreStepsThanItAssigned() {
    try (ServerRig rig = rig(ServerRig.plan(1000), 2)) {
      PseudoGradient good = rig.push(0, 2, 1);
      RoundReport r = good.report();
      rig.give(
          new PseudoGradient(
              good.header(),
              good.delta(),
              new RoundReport(r.steps() + 1, r.tokens(), r.seconds(), r.meanLoss(), r.shard())));
      assertThat(rig.effects.decisions(Decision.Refused.class))
          .singleElement()
          .satisfies(d -> assertThat(d.detail()).contains("that were assigned"));
      assertThat(rig.server.version()).isZero();
      assertThat(rig.server.state().localSteps()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "DUPLICATE",
        "WRONG_RUN",
        "OLD_EPOCH",
        "OLD_INCARNATION",
        "UNKNOWN_WORKER",
        "UNKNOWN_VERSION",
        "NOT_FINITE",
        "WRONG_SHAPE"
      })
  void shouldRefuseABadPushChangeNoBitAndGiveItsSenderWork(Refusal reason) {
    try (ServerRig rig = rig(ServerRig.plan(1000), 2)) {
      rig.give(rig.push(0, 2, 1));
      double[] before = rig.parameters();
      ServerState state = rig.server.state();
      double[] momentum = ServerRig.numbers(state.vectors().get("momentum"));
      double[] buffer = ServerRig.numbers(state.vectors().get("buffer"));
      int sent = rig.effects.sent.size();

      rig.give(bad(rig, reason));

      assertThat(rig.parameters()).isEqualTo(before);
      assertThat(ServerRig.numbers(rig.server.state().vectors().get("momentum")))
          .isEqualTo(momentum);
      assertThat(ServerRig.numbers(rig.server.state().vectors().get("buffer"))).isEqualTo(buffer);
      assertThat(rig.server.version()).isEqualTo(1);
      assertThat(rig.server.counter()).isEqualTo(1);
      assertThat(rig.effects.decisions(Decision.Refused.class))
          .singleElement()
          .satisfies(r -> assertThat(r.reason()).isEqualTo(reason));
      if (reason == Refusal.WRONG_RUN || reason == Refusal.OLD_INCARNATION) {
        assertThat(rig.effects.sent).hasSize(sent);
      } else {
        assertThat(rig.effects.sent).hasSize(sent + 1);
        assertThat(rig.effects.sent.getLast().assignment()).isNotNull();
        assertThat(rig.effects.sent.getLast().model().outcome())
            .isEqualTo(
                new Outcome.Refused(
                    reason, rig.effects.decisions(Decision.Refused.class).getFirst().detail()));
      }
    }
  }

  @Test
  void shouldRefuseAReportWithoutSteps() {
    try (ServerRig rig = rig(ServerRig.plan(1000), 1)) {
      PseudoGradient push = rig.push(0, 2, 1);
      rig.give(new PseudoGradient(push.header(), push.delta(), new RoundReport(0, 0, 1, 0, 0)));
      assertThat(rig.effects.decisions(Decision.Refused.class)).hasSize(1);
      assertThat(rig.server.version()).isZero();
    }
  }

  @Test
  void aDuplicateOfTheLastPushShouldGetTheSameRoundAgainAndNotAnother() {
    try (ServerRig rig = rig(ServerRig.plan(100), 1)) {
      rig.give(rig.push(0, 2, 1));
      var given = rig.effects.lastTo(0).assignment();
      rig.give(rig.push(rig.header(0, 1, 2, 0, 1), 10, 1));
      assertThat(rig.effects.lastTo(0).assignment().round()).isEqualTo(given.round());
      assertThat(rig.effects.lastTo(0).assignment().order()).isEqualTo(given.order());
      assertThat(rig.server.state().shardProgress()[0]).isEqualTo(20);
    }
  }

  @Test
  void aDuplicateMergedWithItsOriginalShouldNotLetTheBudgetBeExceeded() {
    try (ServerRig rig = rig(ServerRig.plan(15), 1)) {
      PseudoGradient original = rig.push(0, 2, 1);
      rig.give(new MergedPush(List.of(original, rig.push(0, 2, 1))));
      assertThat(rig.effects.sent).as("join and one answer").hasSize(2);
      assertThat(rig.effects.lastTo(0).assignment().order().steps()).isEqualTo(5);
      rig.give(rig.push(0, 3, 1));
      assertThat(rig.server.state().localSteps()).isEqualTo(15);
      assertThat(rig.server.finished()).isTrue();
    }
  }

  @Test
  void aRepeatedPullShouldGetTheSameRoundAgain() {
    try (ServerRig rig = rig(ServerRig.plan(100), 1)) {
      var given = rig.effects.lastTo(0).assignment();
      rig.pull(0, 2);
      assertThat(rig.effects.lastTo(0).assignment().round()).isEqualTo(given.round());
      assertThat(rig.effects.lastTo(0).model().answers()).isEqualTo(2);
    }
  }

  @Test
  void aPushOfAWorkerThatHasLeftShouldBeRefusedBecauseItsStepsWentToAnother() {
    try (ServerRig rig = rig(ServerRig.plan(10), 2)) {
      assertThat(rig.effects.lastTo(1).assignment()).isNull();
      PseudoGradient late = rig.push(0, 2, 1);
      rig.live(1);
      assertThat(rig.effects.lastTo(1).assignment().order().steps()).isEqualTo(10);
      rig.give(late);
      assertThat(rig.effects.decisions(Decision.Refused.class))
          .singleElement()
          .satisfies(r -> assertThat(r.reason()).isEqualTo(Refusal.UNKNOWN_WORKER));
      rig.give(rig.push(1, 2, 1));
      assertThat(rig.server.state().localSteps()).isEqualTo(10);
      assertThat(rig.effects.decisions(Decision.Finished.class)).hasSize(1);
    }
  }

  @Test
  void aWorkerThatIsHeardOfAgainShouldBeLiveAgain() {
    try (ServerRig rig = rig(ServerRig.plan(100), 2)) {
      PseudoGradient late = rig.push(0, 2, 1);
      rig.live(1);
      rig.give(late);
      assertThat(rig.server.state().workers().getFirst().live()).isTrue();
      assertThat(rig.effects.lastTo(0).assignment()).isNotNull();
      rig.live(1);
      assertThat(rig.effects.decisions(Decision.Left.class))
          .extracting(Decision.Left::stepsLost)
          .containsExactly(10, 10);
    }
  }

  @Test
  void aHigherIncarnationShouldLoseItsFormerLifesRoundOnly() {
    try (ServerRig rig = rig(ServerRig.plan(20), 1)) {
      rig.give(new org.estafette.algorithm.Pull(rig.header(0, 2, 1, 0, 0), 1));
      assertThat(rig.effects.decisions(Decision.Joined.class)).hasSize(2);
      assertThat(rig.effects.decisions(Decision.Left.class).getFirst().stepsLost()).isEqualTo(10);
      assertThat(rig.server.state().shardProgress()[0]).isEqualTo(10);
      rig.give(rig.push(0, 2, 1));
      assertThat(rig.effects.decisions(Decision.Refused.class).getFirst().reason())
          .isEqualTo(Refusal.OLD_INCARNATION);
    }
  }

  @Test
  void shouldDiscountAStalePushByThePolynomialPolicy() {
    ServerPlan plan =
        ServerRig.plan(1000, new StalenessPolicy.Polynomial(0.5), 0, TEN, GraceWindow.NONE);
    try (ServerRig rig = rig(plan, 2)) {
      PseudoGradient stale = rig.push(1, 2, 1);
      for (int i = 0; i < 3; i++) {
        rig.give(rig.push(0, 2 + i, 1));
      }
      rig.give(stale);
      Decision.Applied last = rig.effects.decisions(Decision.Applied.class).getLast();
      assertThat(last.staleness()).isEqualTo(3);
      assertThat(last.weight()).isCloseTo(0.5, within(1e-15));
    }
  }

  @Test
  void theThresholdPolicyShouldRefuseWhatIsStalerAlsoWithinAMergedPush() {
    ServerPlan plan =
        ServerRig.plan(1000, new StalenessPolicy.Threshold(1, ALL), 0, TEN, GraceWindow.NONE);
    try (ServerRig rig = rig(plan, 3)) {
      rig.give(new MergedPush(List.of(rig.push(0, 2, 1), rig.push(1, 2, 1), rig.push(2, 2, 1))));
      assertThat(rig.effects.decisions(Decision.Applied.class))
          .extracting(Decision.Applied::staleness)
          .containsExactly(0L, 1L);
      assertThat(rig.effects.decisions(Decision.Refused.class))
          .singleElement()
          .satisfies(r -> assertThat(r.reason()).isEqualTo(Refusal.TOO_STALE));
      assertThat(rig.effects.lastTo(2).assignment().round()).isEqualTo(2);
    }
  }

  @Test
  void shouldCompensateDelayWithTheParametersThatTheWorkerPulled() {
    ServerPlan plan = ServerRig.plan(1000, ALL, 0.5, TEN, GraceWindow.NONE);
    ParameterServer server =
        new ParameterServer(
            plan,
            Float64Vector.zeros(ServerRig.DIMENSION),
            new LinearOuter(new Rules.Sgd(1), ServerRig.DIMENSION, Precision.FLOAT64));
    try (ServerRig rig = new ServerRig(server).start(2)) {
      rig.give(rig.push(0, 2, 2)); // x = −2, nothing to compensate
      rig.give(rig.push(1, 2, 3)); // Δ = 3 + 0.5·9·(−2 − 0) = −6, x = 4
      assertThat(rig.parameters()).containsExactly(4, 4, 4);
    }
  }

  @Test
  void theGraceWindowShouldHoldAnswersUntilItsEnd() {
    try (ServerRig rig = rig(ServerRig.plan(1000, ALL, 0, TEN, new GraceWindow(5, false)), 3)) {
      rig.give(rig.push(0, 2, 1));
      rig.now = 4;
      rig.give(rig.push(1, 2, 1));
      rig.give(rig.push(rig.header(1, 1, 2, 0, 1), 10, 1));
      assertThat(rig.effects.sent).as("only the answers to the pulls").hasSize(3);
      assertThat(rig.effects.timers).containsEntry("grace", 5.0);
      rig.timer("grace");
      assertThat(rig.effects.sent).hasSize(5);
      assertThat(rig.effects.lastTo(0).model().header().version()).isEqualTo(2);
      assertThat(rig.effects.lastTo(1).model().header().version()).isEqualTo(2);
    }
  }

  @Test
  void thePredictiveWindowShouldCloseWhenNobodyIsExpected() {
    try (ServerRig rig = rig(ServerRig.plan(1000, ALL, 0, TEN, new GraceWindow(2, true)), 2)) {
      rig.now = 5; // ten steps of half a second
      rig.give(rig.push(0, 2, 1));
      assertThat(rig.effects.lastTo(0).assignment().round())
          .as("nobody is known to come")
          .isEqualTo(2);
      rig.give(rig.push(1, 2, 1));
      assertThat(rig.effects.lastTo(1).assignment().round())
          .as("worker 0 is expected at 10, out of the window")
          .isEqualTo(2);
      rig.now = 10;
      rig.give(rig.push(0, 3, 1));
      assertThat(rig.effects.lastTo(0).assignment().round()).as("worker 1 is due now").isEqualTo(2);
      rig.give(rig.push(1, 3, 1));
      assertThat(rig.effects.lastTo(0).assignment().round()).isEqualTo(3);
      assertThat(rig.effects.lastTo(1).assignment().round()).isEqualTo(3);
      assertThat(rig.effects.timers).isEmpty();
    }
  }

  @Test
  void roundsShouldFollowMeasuredSpeeds() {
    LocalSteps dylu = new LocalSteps.Dynamic(10, 2);
    try (ServerRig rig = rig(ServerRig.plan(1000, ALL, 0, dylu, GraceWindow.NONE), 2)) {
      rig.give(rig.push(0, 2, 1));
      PseudoGradient slow = rig.push(1, 2, 1);
      rig.give(new PseudoGradient(slow.header(), slow.delta(), new RoundReport(1, 1, 1, 1, 1)));
      assertThat(rig.effects.lastTo(0).assignment().order().steps()).isEqualTo(10);
      assertThat(rig.effects.lastTo(1).assignment().order().steps()).isEqualTo(5);
    }
  }

  @Test
  void shouldUseTheBudgetExactlyAndFinishOnce() {
    try (ServerRig rig = rig(ServerRig.plan(47), 3)) {
      long steps = 0;
      for (int i = 0; rig.effects.decisions(Decision.Finished.class).isEmpty(); i++) {
        assertThat(i).isLessThan(30);
        int slot = i % 3;
        if (rig.effects.lastTo(slot).assignment() != null) {
          PseudoGradient push = rig.push(slot, 2 + i, 1);
          steps += push.report().steps();
          rig.give(push);
        }
      }
      assertThat(steps).isEqualTo(47);
      rig.live(0, 1, 2);
      rig.give(rig.push(0, 99, 1));
      assertThat(rig.effects.decisions(Decision.Refused.class).getFirst().reason())
          .isEqualTo(Refusal.RUN_OVER);
      assertThat(rig.effects.decisions(Decision.Finished.class))
          .containsExactly(new Decision.Finished(5, 47, 4700));
    }
  }

  @Test
  void aLongerBudgetShouldWakeWhoWaitsAndAShorterOneShouldEndTheRun() {
    try (ServerRig rig = rig(ServerRig.plan(15), 3)) {
      assertThat(rig.effects.lastTo(2).assignment()).isNull();
      rig.server.budget(40);
      rig.live(0, 1, 2);
      assertThat(rig.effects.lastTo(2).assignment().order().steps()).isEqualTo(10);
      rig.give(rig.push(0, 2, 1));
      rig.server.budget(11);
      rig.give(rig.push(1, 2, 1));
      assertThat(rig.effects.decisions(Decision.Finished.class))
          .containsExactly(new Decision.Finished(2, 15, 1500));
      assertThatThrownBy(() -> rig.server.budget(15))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("budget=15 local steps (expected more than the 15 done)");
    }
  }

  @Test
  void stepsOfALostWorkerShouldWakeAWaitingOneAndNobodyElse() {
    try (ServerRig rig = rig(ServerRig.plan(15), 4)) {
      assertThat(rig.effects.lastTo(1).assignment().order().steps()).isEqualTo(5);
      rig.live(1, 2, 3);
      assertThat(rig.effects.lastTo(2).assignment().order().steps()).isEqualTo(10);
      assertThat(rig.effects.sent).as("four pulls and one wake").hasSize(5);
    }
  }

  @Test
  void aPushRefusedByTheMailboxShouldBeCountedAndAnswered() {
    try (ServerRig rig = rig(ServerRig.plan(100), 1)) {
      rig.server.on(new Event.Rejected(rig.header(0, 1, 2, 0, 1), Refusal.BACKLOG, 0), rig.effects);
      assertThat(rig.effects.decisions(Decision.Refused.class).getFirst().reason())
          .isEqualTo(Refusal.BACKLOG);
      assertThat(rig.effects.lastTo(0).assignment().round()).isEqualTo(2);
      assertThat(rig.server.state().shardProgress()[0]).isEqualTo(10);
    }
  }

  @Test
  void aRestoredServerShouldGoOnBitForBit() {
    try (ServerRig one = rig(ServerRig.plan(1000), 2);
        ServerRig other = new ServerRig(server(ServerRig.plan(1000)))) {
      for (int i = 0; i < 3; i++) {
        one.give(one.push(0, 2 + i, 0.1 * i));
      }
      other.server.restore(one.server.state());
      other.start(0);
      PseudoGradient next = one.push(0, 5, 0.3);
      other.give(other.push(next.header(), 10, 0.3));
      one.give(next);
      assertThat(other.parameters()).isEqualTo(one.parameters());
      assertThat(other.effects.lastTo(0).assignment())
          .isEqualTo(one.effects.lastTo(0).assignment());
      assertThat(other.server.state().workers()).isEqualTo(one.server.state().workers());
    }
  }

  @Test
  void afterAFailOverRoundsOfTheFormerEpochShouldBeVoidAndTheBudgetStillExact() {
    try (ServerRig one = rig(ServerRig.plan(20), 2);
        ServerRig other = new ServerRig(server(ServerRig.plan(20)))) {
      PseudoGradient old = one.push(0, 2, 1);
      other.server.restore(one.server.state());
      other.epoch = 2;
      other.start(0);
      other.give(old);
      assertThat(other.effects.decisions(Decision.Refused.class).getFirst().reason())
          .isEqualTo(Refusal.OLD_EPOCH);
      assertThat(other.effects.lastTo(0).model().header().epoch()).isEqualTo(2);
      assertThat(other.server.state().workers().getFirst().live()).isTrue();
      other.pull(1, 2);
      other.give(other.push(0, 3, 1));
      other.give(other.push(1, 3, 1));
      assertThat(other.server.state().localSteps()).isEqualTo(20);
      assertThat(other.server.finished()).isTrue();
      assertThat(one.pool.outstanding()).as("the answers of the former server").isPositive();
    }
  }

  @Test
  void aRunWhoseLastWindowWasCutOffByAFailOverShouldStillFinish() {
    ServerPlan plan = ServerRig.plan(10, ALL, 0, TEN, new GraceWindow(5, false));
    try (ServerRig one = rig(plan, 1);
        ServerRig other = new ServerRig(server(plan))) {
      one.give(one.push(0, 2, 1));
      assertThat(one.server.finished()).isFalse();
      other.server.restore(one.server.state());
      other.epoch = 2;
      other.start(0);
      assertThat(other.effects.decisions(Decision.Finished.class)).hasSize(1);
    }
  }

  @Test
  void shouldShareOneCopyOfTheParametersBetweenWorkersOfOneVersion() {
    try (ServerRig rig = rig(ServerRig.plan(100), 4)) {
      assertThat(rig.pool.outstanding()).isEqualTo(1);
      assertThat(rig.effects.decisions(Decision.Joined.class))
          .extracting(d -> d.worker().slot())
          .containsExactly(0, 1, 2, 3);
      assertThat(rig.effects.sent.getFirst().to()).isEqualTo(PeerId.worker(0));
    }
  }
}
