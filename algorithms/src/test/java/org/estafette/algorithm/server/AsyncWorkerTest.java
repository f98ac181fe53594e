package org.estafette.algorithm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import org.estafette.algorithm.Assignment;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.View;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.testing.PooledEffects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AsyncWorkerTest {
  private final VectorPool pool = VectorPool.unbounded("test", Precision.FLOAT64, 2);
  private final PooledEffects effects = new PooledEffects(pool);
  private final AsyncWorker worker = new AsyncWorker(7, 3, 0.5);

  @BeforeEach
  void start() {
    worker.on(new Event.Started(view(1), 0), effects);
  }

  @AfterEach
  void noLeaseShouldBeLeft() {
    effects.close();
    worker.close();
    assertThat(pool.outstanding()).isZero();
  }

  private static View view(long epoch) {
    return new View(PeerId.worker(0), 1, epoch, new TreeSet<>());
  }

  private void answer(long run, long epoch, long answers, long round, boolean work) {
    Assignment a = work ? new Assignment(round, new TrainOrder(4, 0, 0, 0, 1), "test") : null;
    worker.on(
        new Event.Received(
            new GlobalModel(
                new Header(run, PeerId.SERVER, 0, 1, epoch, 5, round),
                pool.lease(),
                answers,
                new Outcome.Welcome(),
                a),
            1),
        effects);
  }

  private void trained(long round, int steps) {
    worker.on(
        new Event.RoundTrained(round, new TrainedRound(steps, 9, 1, 1, 0.1), 2, pool.lease(), 2),
        effects);
  }

  private void patienceEnds() {
    worker.on(new Event.TimerFired("answer", 9), effects);
  }

  private Header last() {
    return effects.sent.getLast().message().header();
  }

  @Test
  void shouldPullTrainAndPushWithTheVersionThatItBeganFrom() {
    assertThat(effects.sent.getLast().message()).isInstanceOf(Pull.class);
    answer(7, 1, last().sequence(), 1, true);
    assertThat(effects.trained).containsExactly(1L);
    assertThat(effects.timers).isEmpty();
    trained(1, 4);
    assertThat(effects.sent.getLast().message()).isInstanceOf(PseudoGradient.class);
    assertThat(last()).isEqualTo(new Header(7, PeerId.worker(0), 1, 2, 1, 5, 1));
    assertThat(effects.timers).containsEntry("answer", 3.0);
  }

  @Test
  void shouldAskAgainAfterItsPatienceWithTheSameSequence() {
    answer(7, 1, 1, 1, true);
    trained(1, 4);
    Header first = last();
    patienceEnds();
    patienceEnds();
    assertThat(effects.sent).hasSize(4);
    assertThat(last()).isEqualTo(first);
    assertThat(worker.atRest()).isFalse();
    answer(7, 1, 2, 2, true);
    assertThat(worker.atRest()).isTrue();
  }

  @Test
  void shouldAskForWorkAgainWhereItWasGivenNone() {
    answer(7, 1, 1, 0, false);
    assertThat(effects.timers).containsEntry("answer", 3.0);
    patienceEnds();
    assertThat(effects.sent.getLast().message()).isInstanceOf(Pull.class);
    answer(7, 1, last().sequence(), 1, true);
    assertThat(effects.trained).containsExactly(1L);
    assertThat(effects.timers).isEmpty();
  }

  @Test
  void shouldIgnoreASecondAnswerAndAnAnswerToAnEarlierQuestion() {
    patienceEnds();
    assertThat(effects.sent).hasSize(2);
    assertThat(last().sequence()).isEqualTo(1);
    answer(7, 1, 1, 1, true);
    answer(7, 1, 1, 1, true);
    assertThat(effects.trained).containsExactly(1L);
    trained(1, 4);
    answer(7, 1, 1, 1, true);
    assertThat(effects.trained).as("waits for the answer to its push").containsExactly(1L);
  }

  @Test
  void shouldPullAnewUnderANewEpochAndDropTheFormerServersRound() {
    answer(7, 1, 1, 1, true);
    worker.on(new Event.PeersChanged(view(2), 2), effects);
    assertThat(effects.sent.getLast().message()).isInstanceOf(Pull.class);
    assertThat(last().epoch()).isEqualTo(2);
    int sent = effects.sent.size();
    trained(1, 4);
    assertThat(effects.sent).hasSize(sent);
    answer(7, 1, last().sequence(), 1, true);
    assertThat(effects.decisions(Decision.Refused.class))
        .singleElement()
        .satisfies(r -> assertThat(r.reason()).isEqualTo(Refusal.OLD_EPOCH));
    answer(7, 2, last().sequence(), 2, true);
    assertThat(effects.trained).containsExactly(1L, 2L);
  }

  @Test
  void aKnownOrOldEpochShouldChangeNothing() {
    int sent = effects.sent.size();
    worker.on(new Event.PeersChanged(view(1), 2), effects);
    assertThat(effects.sent).hasSize(sent);
  }

  @Test
  void shouldRefuseAModelOfAnotherRun() {
    answer(8, 1, 1, 1, true);
    assertThat(effects.trained).isEmpty();
    assertThat(effects.decisions(Decision.Refused.class).getFirst().reason())
        .isEqualTo(Refusal.WRONG_RUN);
  }

  @Test
  void withoutWorkItShouldKeepListening() {
    answer(7, 1, 1, 0, false);
    assertThat(effects.trained).isEmpty();
    answer(7, 1, 1, 1, true);
    assertThat(effects.trained).containsExactly(1L);
  }

  @Test
  void aRoundInterruptedBeforeItsFirstStepShouldNotBePushed() {
    answer(7, 1, 1, 1, true);
    trained(1, 0);
    assertThat(effects.sent.getLast().message()).isInstanceOf(Pull.class);
    assertThat(last().sequence()).isEqualTo(2);
  }

  @Test
  void shouldAskForWorkUnderANewNameWhereThereWasNone() {
    answer(7, 1, 1, 1, true);
    trained(1, 4);
    long push = last().sequence();
    answer(7, 1, push, 1, false);
    patienceEnds();
    assertThat(effects.sent.getLast().message()).isInstanceOf(Pull.class);
    assertThat(last().sequence())
        .as("a push's name is never another message's")
        .isEqualTo(push + 1);
    patienceEnds();
    assertThat(last().sequence()).as("the same question again").isEqualTo(push + 1);
  }

  private void trainedTo(long round, double loss, double delta) {
    var lease = pool.lease();
    lease.vector().fill(0);
    lease.vector().set(1, delta);
    worker.on(
        new Event.RoundTrained(round, new TrainedRound(4, 9, loss, 1, 0.1), 2, lease, 2), effects);
  }

  @Test
  void shouldReportARoundThatDivergedInsteadOfSendingIt() {
    double[][] cases = {{Double.NaN, 0}, {1, Double.NaN}, {1, Double.NEGATIVE_INFINITY}};
    for (int i = 0; i < cases.length; i++) {
      answer(7, 1, last().sequence(), i + 1, true);
      trainedTo(i + 1, cases[i][0], cases[i][1]);
      Pull pull = (Pull) effects.sent.getLast().message();
      assertThat(pull.diverged()).isTrue();
      assertThat(pull.header().round()).isEqualTo(i + 1);
      assertThat(effects.decisions(Decision.Refused.class))
          .hasSize(i + 1)
          .last()
          .satisfies(r -> assertThat(r.reason()).isEqualTo(Refusal.DIVERGED));
      patienceEnds();
      assertThat(effects.sent.getLast().message()).as("asked again").isEqualTo(pull);
      assertThat(worker.atRest()).isFalse();
    }
    answer(7, 1, last().sequence(), 4, true);
    trainedTo(4, 1, 0.5);
    assertThat(effects.sent.getLast().message()).isInstanceOf(PseudoGradient.class);
  }

  private static final TrainOrder SECOND = new TrainOrder(4, 0, 4, 4, 1);

  private void answerAhead(long answers, long round, long shardStep, Outcome outcome) {
    TrainOrder order = new TrainOrder(4, 0, shardStep, shardStep, 1);
    TrainOrder ahead = new TrainOrder(4, 0, shardStep + 4, shardStep + 4, 1);
    worker.on(
        new Event.Received(
            new GlobalModel(
                new Header(7, PeerId.SERVER, 0, 1, 1, 5 + round, round),
                pool.lease(),
                answers,
                outcome,
                new Assignment(round, order, "test", ahead)),
            1),
        effects);
  }

  /** The round's steps are done, and the driver has gone on. */
  private void wentOn(long round, double delta) {
    var lease = pool.lease();
    lease.vector().fill(delta);
    worker.on(
        new Event.RoundTrained(round, new TrainedRound(4, 9, 1, 1, 0.1), 2, lease, true, 2),
        effects);
  }

  @Test
  void shouldGoOnAndTakeUpTheAnswerAsTheBaseOfTheRoundThatHasBegun() {
    answerAhead(1, 1, 0, new Outcome.Welcome());
    assertThat(effects.aheads).containsEntry(1L, SECOND);
    wentOn(1, 0);
    assertThat(effects.sent.getLast().message()).isInstanceOf(PseudoGradient.class);
    assertThat(worker.atRest()).isFalse();
    answerAhead(last().sequence(), 2, 4, new Outcome.Applied(7, 0, 1));
    assertThat(effects.trained).as("not trained anew").containsExactly(1L);
    assertThat(effects.rebased).containsExactly(2L);
    assertThat(effects.givenUp).isEmpty();
    wentOn(2, 0);
    assertThat(last().version()).as("the base's version").isEqualTo(7);
    assertThat(last().round()).isEqualTo(2);
  }

  @Test
  void theSameRoundAgainShouldBeAsGoodAsTheLostAnswer() {
    answerAhead(1, 1, 0, new Outcome.Welcome());
    wentOn(1, 0);
    patienceEnds();
    answerAhead(
        last().sequence(), 2, 4, new Outcome.Refused(Refusal.DUPLICATE, "it was there before"));
    assertThat(effects.rebased).containsExactly(2L);
    assertThat(effects.givenUp).isEmpty();
  }

  @Test
  void anyOtherAnswerShouldMakeItBeginAnewAndCountWhatItHadBegun() {
    answerAhead(1, 1, 0, new Outcome.Welcome());
    wentOn(1, 0);
    answerAhead(last().sequence(), 3, 0, new Outcome.Refused(Refusal.TOO_STALE, "staleness=9"));
    assertThat(effects.givenUp).containsExactly("the push before was refused: too_stale");
    assertThat(effects.rebased).isEmpty();
    assertThat(effects.trained).containsExactly(1L, 3L);
    worker.on(new Event.RoundDropped(2, new TrainedRound(3, 6, 1, 1, 0.1), "refused", 3), effects);
    assertThat(effects.decisions(Decision.Wasted.class))
        .containsExactly(new Decision.Wasted(PeerId.worker(0), 1, 2, 3, 6, "refused"));
  }

  @Test
  void otherWorkUnderTheSameNumberShouldNotBeTakenForWhatItHasBegun() {
    answerAhead(1, 1, 0, new Outcome.Welcome());
    wentOn(1, 0);
    answerAhead(last().sequence(), 2, 40, new Outcome.Applied(7, 0, 1));
    assertThat(effects.givenUp).hasSize(1);
    assertThat(effects.trained).containsExactly(1L, 2L);
  }

  @Test
  void aNewServerShouldMakeItGiveUpWhatItHasBegunAndWhatItWouldBegin() {
    answerAhead(1, 1, 0, new Outcome.Welcome());
    wentOn(1, 0);
    worker.on(new Event.PeersChanged(view(2), 2), effects);
    assertThat(effects.givenUp).hasSize(1);
    assertThat(effects.sent.getLast().message()).isInstanceOf(Pull.class);
    worker.on(new Event.PeersChanged(view(3), 2), effects);
    assertThat(effects.givenUp).as("nothing is under way").hasSize(1);
  }

  @Test
  void aNewServerShouldKeepARoundFromBeingGoneOnFrom() {
    answerAhead(1, 1, 0, new Outcome.Welcome());
    worker.on(new Event.PeersChanged(view(2), 2), effects);
    assertThat(effects.givenUp).hasSize(1);
  }

  @Test
  void aRoundThatDivergedShouldTakeWhatFollowedWithIt() {
    answerAhead(1, 1, 0, new Outcome.Welcome());
    wentOn(1, Double.NaN);
    assertThat(effects.givenUp).hasSize(1);
    assertThat(((Pull) effects.sent.getLast().message()).diverged()).isTrue();
    answerAhead(last().sequence(), 3, 0, new Outcome.Refused(Refusal.DIVERGED, ""));
    assertThat(effects.trained).containsExactly(1L, 3L);
  }

  @Test
  void withoutMoreWorkItShouldGiveUpAndListen() {
    answerAhead(1, 1, 0, new Outcome.Welcome());
    wentOn(1, 0);
    answer(7, 1, last().sequence(), 0, false);
    assertThat(effects.givenUp).hasSize(1);
    assertThat(effects.timers).containsKey("answer");
  }
}
