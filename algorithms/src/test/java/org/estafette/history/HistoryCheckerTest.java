package org.estafette.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.algorithm.outer.Rules;
import org.estafette.history.Violation.Promise;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Histories written by hand, each with one thing wrong. */
class HistoryCheckerTest {
  private static final RoundReport REPORT = new RoundReport(1, 1, 1, 0, 0);

  private final VectorPool pool = VectorPool.unbounded("history", Precision.FLOAT64, 2);
  private final History history = new History(true);

  @AfterEach
  void everyVectorIsGivenBack() {
    assertThat(pool.outstanding()).isZero();
  }

  private PseudoGradient push(long sequence, double value) {
    Lease lease = pool.lease();
    lease.vector().fill(value);
    return new PseudoGradient(header(sequence, 1), lease, REPORT);
  }

  private static Header header(long sequence, long epoch) {
    return new Header(7, PeerId.worker(0), 1, sequence, epoch, 0, sequence);
  }

  private static Decision.Applied applied(long sequence, long epoch, long version) {
    return new Decision.Applied(header(sequence, epoch), REPORT, 0, 1, version, false);
  }

  private void sent(long sequence, double value) {
    PseudoGradient p = push(sequence, value);
    history.sent(sequence, p);
    p.discard();
  }

  private void received(long sequence, double value) {
    PseudoGradient p = push(sequence, value);
    history.received(sequence, p);
    p.discard();
    history.turn();
  }

  private List<Promise> broken() {
    return HistoryChecker.check(history, true, history.undecided()).stream()
        .map(Violation::promise)
        .toList();
  }

  @Test
  void aGoodHistoryBreaksNothing() {
    history.serving(0, 1, 0);
    for (int i = 1; i <= 3; i++) {
      sent(i, i);
      received(i, i);
      history.decided(i, applied(i, 1, i));
    }
    sent(4, 4);
    received(4, 4);
    history.decided(4, new Decision.Refused(header(4, 1), Refusal.TOO_STALE, ""));
    sent(5, 5);
    received(5, 5); // Under way.
    assertThat(broken()).isEmpty();
  }

  @Test
  void aPushAppliedTwiceShouldBeNoticed() {
    history.serving(0, 1, 0);
    sent(1, 1);
    sent(1, 1);
    received(1, 1);
    history.decided(1, applied(1, 1, 1));
    received(1, 1);
    history.decided(2, applied(1, 1, 2));
    assertThat(broken()).containsExactly(Promise.APPLIED_AT_MOST_ONCE);
  }

  @Test
  void aPushAppliedAgainAfterARestartUndidItIsNoFault() {
    history.serving(0, 1, 0);
    sent(1, 1);
    received(1, 1);
    history.decided(1, applied(1, 1, 1));
    history.serverGone(2);
    history.serving(3, 2, 0);
    sent(1, 1);
    received(1, 1);
    history.decided(4, applied(1, 2, 1));
    assertThat(broken()).isEmpty();
  }

  @Test
  void anAlteredVectorShouldBeNoticed() {
    history.serving(0, 1, 0);
    sent(1, 1);
    received(1, 1 + 1e-15);
    history.decided(1, applied(1, 1, 1));
    assertThat(broken()).containsExactly(Promise.UNALTERED);
  }

  @Test
  void aSkippedVersionShouldBeNoticed() {
    history.serving(0, 1, 0);
    sent(1, 1);
    received(1, 1);
    history.decided(1, applied(1, 1, 2));
    assertThat(broken()).containsExactly(Promise.VERSIONS_INCREASE);
  }

  @Test
  void twoServersAtATimeShouldBeNoticed() {
    history.serving(0, 1, 0);
    history.serving(1, 2, 0);
    assertThat(broken()).containsExactly(Promise.ONE_EPOCH_ACCEPTS);
  }

  @Test
  void aServerUnderAnOldEpochShouldBeNoticed() {
    history.serving(0, 3, 0);
    history.serverGone(1);
    history.serving(2, 3, 0);
    assertThat(broken()).containsExactly(Promise.ONE_EPOCH_ACCEPTS);
  }

  @Test
  void aPushOfAnotherEpochShouldBeNoticed() {
    history.serving(0, 2, 0);
    sent(1, 1);
    received(1, 1);
    history.decided(1, applied(1, 1, 1));
    assertThat(broken()).containsExactly(Promise.ONE_EPOCH_ACCEPTS);
  }

  @Test
  void aPushThatVanishesShouldBeNoticed() {
    history.serving(0, 1, 0);
    sent(1, 1);
    assertThat(broken()).containsExactly(Promise.ACCOUNTED_FOR);
  }

  @Test
  void aPushThatCameFromNowhereShouldBeNoticed() {
    history.serving(0, 1, 0);
    received(1, 1);
    history.decided(1, applied(1, 1, 1));
    assertThat(broken()).contains(Promise.APPLIED_ONLY_WHAT_CAME);
  }

  @Test
  void whatWaitsInAServerThatDiesIsLostAndCounted() {
    history.serving(0, 1, 0);
    sent(1, 1);
    received(1, 1);
    history.serverGone(2);
    assertThat(broken()).isEmpty();
    assertThat(history.facts().getLast())
        .isEqualTo(new Fact.Lost(2, PushName.of(header(1, 1)), "gone with the server"));
  }

  @Test
  void theReplayShouldEqualTheParametersAndNothingElse() {
    history.serving(0, 1, 0);
    OuterOptimizer outer = outer();
    Float64Vector x = Float64Vector.zeros(2);
    for (int i = 1; i <= 5; i++) {
      sent(i, i);
      received(i, i);
      PseudoGradient p = push(i, i);
      outer.apply(x, new Float64Vector[] {(Float64Vector) p.delta().vector()}, new double[] {1}, 1);
      p.discard();
      history.decided(i, applied(i, 1, i));
    }
    assertThat(Replay.compare(history, Float64Vector.zeros(2), outer(), false, x)).isNull();
    x.set(1, Math.nextUp(x.get(1)));
    Violation v = Replay.compare(history, Float64Vector.zeros(2), outer(), false, x);
    assertThat(v).isNotNull();
    assertThat(v.promise()).isEqualTo(Promise.PARAMETERS_ARE_THE_REPLAY);
    assertThat(v.detail()).startsWith("element 1 ");
  }

  private static OuterOptimizer outer() {
    return new LinearOuter(new Rules.DelayedNesterov(0.7, 0.9, 2, 0.1), 2, Precision.FLOAT64);
  }
}
