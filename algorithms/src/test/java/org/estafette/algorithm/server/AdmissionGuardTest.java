package org.estafette.algorithm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.BiFunction;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.guard.Clipping;
import org.estafette.algorithm.guard.GuardPlan;
import org.estafette.algorithm.guard.GuardState;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.Rules;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.testing.ServerRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a server remembers of pushes and of those who sent them. */
class AdmissionGuardTest {
  private final long[] sequence = {1, 1, 1, 1};

  private static ServerPlan plan(GuardPlan guard) {
    return ServerRig.plan(1_000_000).with(guard);
  }

  private static ServerRig asynchronous(GuardPlan guard) {
    return new ServerRig(server(guard)).start(4);
  }

  private static ParameterServer server(GuardPlan guard) {
    return new ParameterServer(
        plan(guard),
        Float64Vector.zeros(ServerRig.DIMENSION),
        new LinearOuter(new Rules.Sgd(0.1), ServerRig.DIMENSION, Precision.FLOAT64));
  }

  private static ServerRig rounds() {
    return new ServerRig(
            new RoundCoordinator(
                plan(GuardPlan.STANDARD),
                Float64Vector.zeros(ServerRig.DIMENSION),
                new LinearOuter(new Rules.Sgd(0.1), ServerRig.DIMENSION, Precision.FLOAT64),
                RoundCoordinator.Averaging.UNIFORM,
                4,
                30))
        .start(4);
  }

  /** The next push of a worker, all elements {@code value}; what became of it. */
  private Decision push(ServerRig rig, int slot, double value) {
    rig.give(rig.push(slot, ++sequence[slot], value));
    return rig.effects.decisions.stream()
        .filter(d -> d instanceof Decision.Applied || d instanceof Decision.Refused)
        .reduce((a, b) -> b)
        .orElseThrow();
  }

  private void history(ServerRig rig, int pushes) {
    for (int i = 0; i < pushes; i++) {
      assertThat(push(rig, i % 4, i % 2 == 0 ? 1 : -1)).isInstanceOf(Decision.Applied.class);
    }
  }

  private static Refusal reason(Decision decision) {
    return decision instanceof Decision.Refused r ? r.reason() : null;
  }

  @Test
  void shouldRefuseAPushThatIsFarLongerThanIsUsualAndSayBothNumbers() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      history(rig, 16);
      double[] before = rig.parameters();
      Decision decision = push(rig, 0, 100);
      assertThat(reason(decision)).isEqualTo(Refusal.NORM_TOO_LARGE);
      assertThat(((Decision.Refused) decision).detail())
          .contains("norm=173.2", "10 steps", "at most 51.96", "the last 16");
      assertThat(rig.parameters()).containsExactly(before);
      assertThat(rig.effects.lastTo(0).assignment()).as("its next round").isNotNull();
      assertThat(push(rig, 0, 20)).as("not far longer").isInstanceOf(Decision.Applied.class);
    }
  }

  @Test
  void shouldNotMistakeALongRoundForALongPush() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      for (int i = 0; i < 20; i++) {
        int slot = i % 4;
        PseudoGradient p = rig.push(slot, ++sequence[slot], 0.05 * (i % 2 == 0 ? 1 : -1));
        RoundReport r = p.report();
        rig.give(
            new PseudoGradient(
                p.header(), p.delta(), new RoundReport(1, r.tokens(), r.seconds(), 1, 0)));
      }
      // Ten steps in one direction are ten times as long as one, with a factor of 30 on top.
      assertThat(push(rig, 0, 0.05 * 10 * 29)).isInstanceOf(Decision.Applied.class);
      assertThat(reason(push(rig, 0, 0.05 * 10 * 31))).isEqualTo(Refusal.NORM_TOO_LARGE);
    }
  }

  @Test
  void shouldRefuseTheAbsurdBeforeThereIsAHistory() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      assertThat(reason(push(rig, 0, 1e30))).isEqualTo(Refusal.NORM_TOO_LARGE);
      assertThat(reason(push(rig, 1, 1e200))).isEqualTo(Refusal.NORM_TOO_LARGE);
      assertThat(rig.parameters()).containsExactly(0, 0, 0);
      assertThat(push(rig, 0, 1000)).isInstanceOf(Decision.Applied.class);
    }
  }

  @Test
  void shouldFollowARunThatChangesItsPaceAsAWhole() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      history(rig, 40);
      int refused = 0;
      while (push(rig, refused % 4, 1000) instanceof Decision.Refused) {
        refused++;
      }
      // 1000 is 33 times the bound: six doublings, spread over all workers.
      assertThat(refused).isEqualTo(6);
    }
  }

  @Test
  void shouldLetNothingThroughOfOneWorkerAmongOthers() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      history(rig, 40);
      for (int i = 0; i < 50; i++) {
        assertThat(push(rig, 3, 1e4)).isInstanceOf(Decision.Refused.class);
        assertThat(push(rig, i % 3, 1)).isInstanceOf(Decision.Applied.class);
      }
    }
  }

  @Test
  void shouldNotRefuseByTheNormWhereThatIsOff() {
    try (ServerRig rig = asynchronous(GuardPlan.LENIENT)) {
      history(rig, 40);
      assertThat(push(rig, 0, 1e30)).isInstanceOf(Decision.Applied.class);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NOT_FINITE", "WRONG_SHAPE", "NORM_TOO_LARGE", "UNKNOWN_VERSION"})
  void shouldQuarantineAfterThreePushesThatNobodyCouldUse(Refusal why) {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      history(rig, 40);
      double[] before = rig.parameters();
      for (int i = 0; i < 3; i++) {
        assertThat(rig.effects.decisions(Decision.Quarantined.class)).isEmpty();
        rig.give(bad(rig, 3, why));
      }
      assertThat(rig.effects.decisions(Decision.Quarantined.class))
          .singleElement()
          .satisfies(q -> {
            assertThat(q.worker().slot()).isEqualTo(3);
            assertThat(q.reason()).isEqualTo(why);
            assertThat(q.refusals()).isEqualTo(3);
            assertThat(q.detail()).isNotEmpty();
          });
      assertThat(reason(push(rig, 3, 1))).isEqualTo(Refusal.QUARANTINED);
      assertThat(rig.parameters()).containsExactly(before);
      assertThat(rig.effects.lastTo(3).model().outcome())
          .isInstanceOfSatisfying(
              Outcome.Refused.class,
              r -> assertThat(r.detail()).isEqualTo("good pushes=1 (released after 5 in a row)"));
      assertThat(rig.effects.lastTo(3).assignment()).as("it goes on training").isNotNull();
      assertThat(push(rig, 0, 1)).as("the others").isInstanceOf(Decision.Applied.class);
    }
  }

  private PseudoGradient bad(ServerRig rig, int slot, Refusal why) {
    PseudoGradient p = rig.push(slot, ++sequence[slot], why == Refusal.NORM_TOO_LARGE ? 1e6 : 1);
    Header h = p.header();
    switch (why) {
      case NOT_FINITE -> p.delta().vector().set(2, Double.POSITIVE_INFINITY);
      case WRONG_SHAPE -> {
        p.discard();
        return new PseudoGradient(h, Lease.unpooled(Float64Vector.zeros(9)), p.report());
      }
      case UNKNOWN_VERSION -> {
        return new PseudoGradient(
            rig.header(slot, 1, h.sequence(), 1L << 40, h.round()), p.delta(), p.report());
      }
      default -> {}
    }
    return p;
  }

  @Test
  void shouldReleaseAfterFiveGoodPushesInARow() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      history(rig, 40);
      for (int i = 0; i < 3; i++) {
        push(rig, 3, 1e6);
      }
      for (int i = 0; i < 4; i++) {
        assertThat(reason(push(rig, 3, 1))).isEqualTo(Refusal.QUARANTINED);
      }
      assertThat(reason(push(rig, 3, 1e6))).isEqualTo(Refusal.NORM_TOO_LARGE);
      for (int i = 0; i < 5; i++) {
        assertThat(rig.effects.decisions(Decision.Released.class)).isEmpty();
        assertThat(reason(push(rig, 3, 1))).isEqualTo(Refusal.QUARANTINED);
      }
      assertThat(rig.effects.decisions(Decision.Released.class)).hasSize(1);
      assertThat(push(rig, 3, 1)).isInstanceOf(Decision.Applied.class);
      push(rig, 3, 1e6);
      assertThat(rig.effects.decisions(Decision.Quarantined.class))
          .as("the past is forgiven")
          .hasSize(1);
    }
  }

  @Test
  void shouldLetAWorkerOutByHandFromItsNextRoundOn() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      history(rig, 40);
      for (int i = 0; i < 3; i++) {
        push(rig, 3, 1e6);
      }
      long done = rig.server.state().localSteps();
      assertThat(rig.server.release(PeerId.worker(3), "ada", rig.effects)).isEqualTo(Release.DONE);
      assertThat(rig.effects.decisions(Decision.Released.class))
          .containsExactly(new Decision.Released(PeerId.worker(3), 0, "ada"));
      Decision.Refused last = (Decision.Refused) push(rig, 3, 1);
      assertThat(last.reason()).as("a round of no budget").isEqualTo(Refusal.QUARANTINED);
      assertThat(last.detail()).contains("the next one counts");
      assertThat(rig.server.state().localSteps()).isEqualTo(done);
      assertThat(push(rig, 3, 1)).isInstanceOf(Decision.Applied.class);
      push(rig, 3, 1e6);
      push(rig, 3, 1e6);
      assertThat(rig.effects.decisions(Decision.Quarantined.class))
          .as("the past is forgiven")
          .hasSize(1);
    }
  }

  @Test
  void shouldRefuseTheRoundOfAQuarantineAfterARestartToo() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      history(rig, 40);
      for (int i = 0; i < 3; i++) {
        push(rig, 3, 1e6);
      }
      rig.server.release(PeerId.worker(3), "ada", rig.effects);
      ServerState saved = rig.server.state();
      try (ServerRig later = asynchronous(GuardPlan.STANDARD)) {
        later.server.restore(saved);
        int before = later.effects.decisions(Decision.Refused.class).size();
        later.give(later.push(later.header(3, 1, ++sequence[3], rig.server.version(), 99), 1, 1));
        assertThat(later.effects.decisions(Decision.Refused.class)).hasSize(before + 1);
        assertThat(later.effects.decisions(Decision.Refused.class).getLast().reason())
            .isEqualTo(Refusal.QUARANTINED);
        assertThat(push(later, 3, 1)).isInstanceOf(Decision.Applied.class);
      }
    }
  }

  @Test
  void shouldLetOutNobodyWhoIsUnknownOrNotInQuarantine() {
    for (ServerRig rig : List.of(asynchronous(GuardPlan.STANDARD), rounds())) {
      try (rig) {
        assertThat(rig.server.release(PeerId.worker(9), "ada", rig.effects))
            .isEqualTo(Release.UNKNOWN_WORKER);
        assertThat(rig.server.release(PeerId.worker(3), "ada", rig.effects))
            .isEqualTo(Release.NOT_IN_QUARANTINE);
        assertThat(rig.effects.decisions(Decision.Released.class)).isEmpty();
      }
    }
  }

  @Test
  void roundsShouldWaitAgainForAWorkerThatIsLetOutByHand() {
    try (ServerRig rig = rounds()) {
      for (int round = 0; round < 3; round++) {
        push(rig, 3, Double.NaN);
        for (int slot = 0; slot < 3; slot++) {
          push(rig, slot, 1);
        }
      }
      assertThat(rig.server.release(PeerId.worker(3), "ada", rig.effects)).isEqualTo(Release.DONE);
      assertThat(reason(push(rig, 3, 1))).isEqualTo(Refusal.QUARANTINED);
      for (int slot = 0; slot < 3; slot++) {
        push(rig, slot, 1);
      }
      assertThat(rig.server.version()).as("the round under way").isEqualTo(4);
      for (int slot = 0; slot < 3; slot++) {
        push(rig, slot, 1);
      }
      assertThat(rig.server.version()).as("it is waited for").isEqualTo(4);
      push(rig, 3, 1);
      assertThat(rig.server.version()).isEqualTo(5);
    }
  }

  @Test
  void shouldTellOfAnOutlierRememberItAndApplyItsPushesAsEver() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      for (int i = 0; i < 80; i++) {
        double value = i / 4 % 2 == 0 ? 1 : -1;
        assertThat(push(rig, i % 4, i % 4 == 3 ? 10 * value : value))
            .isInstanceOf(Decision.Applied.class);
      }
      assertThat(rig.effects.decisions(Decision.Outlier.class))
          .singleElement()
          .satisfies(o -> {
            assertThat(o.worker()).isEqualTo(PeerId.worker(3));
            assertThat(o.marked()).isTrue();
            assertThat(o.reason()).isEqualTo("10.0 times the usual length (expected below 5)");
          });
      assertThat(rig.effects.decisions(Decision.Applied.class)).allMatch(a -> a.weight() == 1);
      ServerState saved = rig.server.state();
      assertThat(saved.guard().outliers()).containsExactly(new GuardState.Outlier(3, false, true));
      try (ParameterServer other = server(GuardPlan.STANDARD)) {
        other.restore(saved);
        assertThat(other.state().guard()).isEqualTo(saved.guard());
      }
    }
  }

  @Test
  void shouldNotQuarantineForWhatIsNobodysFault() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      history(rig, 40);
      for (int i = 0; i < 10; i++) {
        PseudoGradient late = rig.push(3, sequence[3], 1);
        rig.give(late); // Twice.
        rig.epoch = 0;
        rig.give(rig.push(rig.header(3, 1, ++sequence[3], 0, 1), 1, 1)); // Of another epoch.
        rig.epoch = 1;
        rig.server.on(
            new org.estafette.algorithm.Event.Rejected(
                rig.header(3, 1, ++sequence[3], 0, 1), Refusal.BACKLOG, 0),
            rig.effects);
      }
      assertThat(rig.effects.decisions(Decision.Refused.class)).hasSize(30);
      assertThat(rig.effects.decisions(Decision.Quarantined.class)).isEmpty();
    }
  }

  @Test
  void shouldNeverQuarantineHalfOfTheWorkers() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      for (int i = 0; i < 40; i++) {
        push(rig, i % 4, Double.NaN);
      }
      assertThat(rig.effects.decisions(Decision.Quarantined.class)).hasSize(1);
    }
  }

  @Test
  void aWorkerInQuarantineShouldNotHoldStepsOfTheBudget() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      history(rig, 40);
      for (int i = 0; i < 3; i++) {
        push(rig, 3, 1e6);
      }
      assertThat(rig.server.state().workers())
          .filteredOn(w -> w.slot() == 3)
          .singleElement()
          .satisfies(w -> assertThat(w.busySteps()).isZero());
    }
  }

  @Test
  void roundsShouldNotWaitForAWorkerInQuarantine() {
    try (ServerRig rig = rounds()) {
      for (int round = 0; round < 3; round++) {
        push(rig, 3, Double.NaN);
        for (int slot = 0; slot < 3; slot++) {
          push(rig, slot, 1);
        }
      }
      assertThat(rig.server.version()).isEqualTo(3);
      assertThat(rig.effects.decisions(Decision.Quarantined.class)).hasSize(1);
      // It was given this round too, and does not come back with it.
      for (int slot = 0; slot < 3; slot++) {
        push(rig, slot, 1);
      }
      assertThat(rig.server.version()).isEqualTo(4);
      for (int good = 0; good < 5; good++) {
        push(rig, 3, 1);
        for (int slot = 0; slot < 3; slot++) {
          push(rig, slot, 1);
        }
      }
      assertThat(rig.effects.decisions(Decision.Released.class)).hasSize(1);
      assertThat(rig.server.version()).isEqualTo(9);
      for (int slot = 0; slot < 3; slot++) {
        push(rig, slot, 1);
      }
      assertThat(rig.server.version()).as("it is waited for again").isEqualTo(9);
      push(rig, 3, 1);
      assertThat(rig.server.version()).isEqualTo(10);
      assertThat(rig.effects.decisions(Decision.RoundClosed.class).getLast().participants())
          .isEqualTo(4);
    }
  }

  @Test
  void shouldGoOnWithWhatItRemembered() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      history(rig, 200);
      for (int i = 0; i < 3; i++) {
        push(rig, 3, 1e6);
      }
      push(rig, 3, 1);
      push(rig, 2, 1e6);
      ServerState saved = rig.server.state();
      assertThat(saved.guard().norms()).hasSize(128);
      assertThat(saved.guard().refusedInARow()).isEqualTo(4);
      try (ParameterServer other = server(GuardPlan.STANDARD)) {
        other.restore(saved);
        assertThat(other.state().guard()).isEqualTo(saved.guard());
      }
    }
  }

  @Test
  void shouldTakeUpAStateOfAReleaseWithoutAGuard() {
    try (ServerRig rig = asynchronous(GuardPlan.STANDARD)) {
      history(rig, 20);
      ServerState s = rig.server.state();
      ServerState old =
          new ServerState(
              s.schema(),
              s.epoch(),
              s.version(),
              s.counter(),
              s.localSteps(),
              s.tokens(),
              s.sent(),
              s.finished(),
              s.shardProgress(),
              s.workers(),
              s.held(),
              s.windowEnds(),
              s.vectors(),
              null);
      try (ParameterServer other = server(GuardPlan.STANDARD)) {
        other.restore(old);
        assertThat(other.state().guard()).isEqualTo(GuardState.NONE);
      }
    }
  }

  @Test
  void clippingShouldMakeALongPushCountAsMuchAsTheLimit() {
    GuardPlan plan = GuardPlan.STANDARD.with(new Clipping(2, Double.POSITIVE_INFINITY));
    try (ServerRig rig = asynchronous(plan)) {
      history(rig, 16);
      double before = rig.parameters()[0];
      Decision.Applied applied = (Decision.Applied) push(rig, 0, 10);
      assertThat(applied.weight()).isEqualTo(0.2, within(1e-15));
      assertThat(rig.parameters()[0]).isEqualTo(before - 0.1 * 0.2 * 10, within(1e-14));
      assertThat(((Decision.Applied) push(rig, 0, 1.5)).weight()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(RoundCoordinator.Averaging.class)
  void aRoundShouldClipAgainstItsOwnMedian(RoundCoordinator.Averaging averaging) {
    GuardPlan guard = GuardPlan.LENIENT.with(new Clipping(2, Double.POSITIVE_INFINITY));
    BiFunction<ServerPlan, Float64Vector, Server> make =
        (plan, x) ->
            new RoundCoordinator(
                plan,
                x,
                new LinearOuter(new Rules.Sgd(1), ServerRig.DIMENSION, Precision.FLOAT64),
                averaging,
                4,
                30);
    try (ServerRig rig =
        new ServerRig(make.apply(plan(guard), Float64Vector.zeros(ServerRig.DIMENSION))).start(4)) {
      rig.give(
          new MergedPush(
              List.of(
                  rig.push(0, 2, 1), rig.push(1, 2, 1), rig.push(2, 2, 1), rig.push(3, 2, 400))));
      assertThat(rig.parameters()).containsExactly(-1.25, -1.25, -1.25);
    }
  }

  @Test
  void aRoundThatDivergedShouldBeCountedAndItsStepsGiveBack() {
    for (ServerRig rig : List.of(asynchronous(GuardPlan.STANDARD), rounds())) {
      try (rig) {
        long round = rig.effects.lastTo(3).assignment().round();
        rig.give(new Pull(rig.header(3, 1, 2, 0, round), Double.NaN, true));
        assertThat(rig.effects.decisions(Decision.Refused.class))
            .singleElement()
            .satisfies(r -> assertThat(r.reason()).isEqualTo(Refusal.DIVERGED));
        sequence[3] = 2;
        for (int slot = 0; slot < 3; slot++) {
          sequence[slot] = 1;
          push(rig, slot, 1);
        }
        assertThat(rig.server.version()).isEqualTo(rig.server instanceof ParameterServer ? 3 : 1);
        assertThat(rig.effects.lastTo(3).assignment().round()).isEqualTo(round + 1);
        assertThat(rig.effects.lastTo(3).model().outcome())
            .isInstanceOfSatisfying(
                Outcome.Refused.class, o -> assertThat(o.reason()).isEqualTo(Refusal.DIVERGED));
        // Asked again with the same name: told again, counted once.
        rig.give(new Pull(rig.header(3, 1, 2, 0, round), Double.NaN, true));
        assertThat(rig.effects.decisions(Decision.Refused.class)).hasSize(1);
      }
    }
  }
}
