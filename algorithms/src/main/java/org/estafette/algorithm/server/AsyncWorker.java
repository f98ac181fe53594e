package org.estafette.algorithm.server;

import java.util.List;
import org.estafette.algorithm.Assignment;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * A worker of a global model: pulls, takes its local steps, pushes Δ, and goes on with what the
 * server answers. The same worker serves the asynchronous server and the synchronous rounds: only
 * the server decides when it answers.
 *
 * <p>An answer that does not come within the patience is asked for again: the same message with the
 * same sequence, so that it is applied at most once however often it arrives, and whichever answer
 * to it comes first counts.
 *
 * <p><b>Overlap.</b> Where an assignment says what the next round will be ({@link
 * Assignment#ahead}), the worker does not wait for the answer to its push. With the base xᵣ of
 * round r, its local parameters yᵣ after H local steps and the sum Sᵣ of these steps'
 * displacements,
 *
 * <pre>
 * Δᵣ = xᵣ − yᵣ = −Sᵣ                pushed
 * y = yᵣ + S                        S: the steps of round r + 1 that are taken meanwhile
 * y ← y + (xᵣ₊₁ − yᵣ) = xᵣ₊₁ + S     when the answer xᵣ₊₁ is there, between two steps
 * Δᵣ₊₁ = xᵣ₊₁ − yᵣ₊₁ = −Sᵣ₊₁
 * </pre>
 *
 * so that each step is pushed exactly once, in the round that it belongs to, and the round's base
 * and version are those of the answer. Only the first gradients of a round are those at parameters
 * yᵣ + S instead of xᵣ₊₁ + S. Streaming DiLoCo (arXiv 2501.18512), which mixes old and new
 * parameters, and eager outer updates (arXiv 2502.12996) do the like for synchronous rounds. The
 * worker is one round ahead at most: when the provisional round's steps are done, it waits for the
 * answer. Any answer but the one that assigns the provisional round, and any new epoch, makes it
 * give up what it had begun ({@link Decision.Wasted}) and begin from the server's parameters.
 */
public final class AsyncWorker implements ServerWorker {
  private static final String PATIENCE = "answer";

  private final long run;
  private final double patience;
  private final double secondsPerStep;
  private PeerId self = PeerId.SERVER;
  private int incarnation;
  private long epoch;
  private long version;
  private long sequence;
  private boolean answered;
  private @Nullable Assignment current;
  private @Nullable PseudoGradient unanswered;
  private boolean waiting;

  /** The round whose steps have begun before it was assigned; null for none. */
  private @Nullable Assignment provisional;

  /** The round that this worker reports as diverged until it is answered; 0 for none. */
  private long lost;

  /**
   * A worker of run {@code run}.
   *
   * @param patience seconds to wait for an answer before asking again; infinite to never ask again
   * @param secondsPerStep what a local step is expected to take; NaN where that is not known
   */
  public AsyncWorker(long run, double patience, double secondsPerStep) {
    if (!(patience > 0)) {
      throw new IllegalArgumentException("patience=" + patience + " s (expected > 0)");
    }
    this.run = run;
    this.patience = patience;
    this.secondsPerStep = secondsPerStep;
  }

  @Override
  public void on(Event event, Effects effects) {
    switch (event) {
      case Event.Started e -> {
        self = e.view().self();
        incarnation = e.view().incarnation();
        epoch = e.view().epoch();
        pull(effects);
      }
      case Event.Received e -> received(e.message(), effects);
      case Event.RoundTrained e -> trained(e, effects);
      case Event.RoundDropped e ->
          effects.decided(
              new Decision.Wasted(
                  self, incarnation, e.round(), e.result().steps(), e.result().tokens(), e.why()));
      case Event.TimerFired e -> {
        if (e.timer().equals(PATIENCE) && waiting) {
          askAgain(effects);
        }
      }
      case Event.PeersChanged e -> {
        if (e.view().epoch() > epoch) {
          newServer(e.view().epoch(), effects);
        }
      }
      case Event.Rejected e -> {}
    }
  }

  @Override
  public WorkerState state() {
    return new WorkerState(
        self.slot(), incarnation, epoch, version, sequence, waiting, current, List.of());
  }

  @Override
  public void restore(WorkerState state) {
    self = PeerId.worker(state.slot());
    incarnation = state.incarnation();
    epoch = state.epoch();
    version = state.version();
    sequence = state.sequence();
    waiting = state.waiting();
    current = state.current();
  }

  @Override
  public boolean atRest() {
    // A push or a report that is kept for asking again is no part of the state, nor is a round
    // that has begun before its time.
    return unanswered == null && lost == 0 && provisional == null;
  }

  /** Gives back the push that is kept for asking again. */
  @Override
  public void close() {
    dropUnanswered();
  }

  private void received(Message message, Effects effects) {
    if (!(message instanceof GlobalModel model)) {
      if (message instanceof Update update) {
        update.discard();
      }
      return;
    }
    Header h = model.header();
    if (h.run() != run || h.epoch() < epoch || !waiting) {
      // A late answer to a question that was answered meanwhile is no fault: it is only dropped.
      if (h.run() != run) {
        effects.decided(
            new Decision.Refused(
                h, Refusal.WRONG_RUN, "run=" + h.run() + " (expected " + run + ")"));
      } else if (h.epoch() < epoch) {
        effects.decided(
            new Decision.Refused(
                h, Refusal.OLD_EPOCH, "epoch=" + h.epoch() + " (expected >= " + epoch + ")"));
      }
      model.discard();
      return;
    }
    if (h.epoch() == epoch && model.answers() != sequence) {
      model.discard(); // Of an earlier question: the last one's answer is still to come.
      return;
    }
    Assignment begun = h.epoch() == epoch ? provisional : null;
    boolean abandons = provisional != null;
    provisional = null;
    epoch = h.epoch();
    version = h.version();
    dropUnanswered();
    lost = 0;
    answered = true;
    effects.cancelTimer(PATIENCE);
    Assignment assignment = model.assignment();
    effects.load(model.parameters().vector());
    model.discard();
    current = assignment;
    // Without an assignment the worker keeps listening: steps of a lost worker may come its way.
    waiting = assignment == null;
    if (begun != null && assignment != null && sameWork(begun, assignment)) {
      effects.rebase(assignment.round(), assignment.ahead());
      return;
    }
    if (abandons) {
      effects.giveUp(reason(model.outcome()));
    }
    if (assignment != null) {
      train(assignment, effects);
    } else if (Double.isFinite(patience)) {
      effects.setTimer(PATIENCE, patience); // A later answer may be lost like any other.
    }
  }

  private static void train(Assignment assignment, Effects effects) {
    TrainOrder ahead = assignment.ahead();
    if (ahead == null) {
      effects.train(assignment.round(), assignment.order());
    } else {
      effects.train(assignment.round(), assignment.order(), ahead);
    }
  }

  /** Numbers of rounds are given once in an epoch; the rest guards against a server that errs. */
  private static boolean sameWork(Assignment begun, Assignment given) {
    return begun.round() == given.round()
        && begun.order().steps() == given.order().steps()
        && begun.order().shard() == given.order().shard()
        && begun.order().shardStep() == given.order().shardStep();
  }

  private static String reason(Outcome outcome) {
    return outcome instanceof Outcome.Refused r
        ? "the push before was refused: " + r.reason().key()
        : "the server has given out another round";
  }

  private void trained(Event.RoundTrained e, Effects effects) {
    Assignment assignment = current;
    if (assignment == null || assignment.round() != e.round()) {
      e.delta().close(); // Of a round given out by a server that is gone.
      return;
    }
    TrainOrder ahead = assignment.ahead();
    if (e.goesOn() && ahead != null) {
      provisional = new Assignment(e.round() + 1, ahead, assignment.reason());
    }
    current = null;
    if (e.result().steps() == 0) {
      e.delta().close();
      pull(effects);
      return;
    }
    if (e.diverged()) {
      diverged(e, effects);
      return;
    }
    RoundReport report =
        new RoundReport(
            e.result().steps(),
            e.result().tokens(),
            e.seconds(),
            e.result().meanLoss(),
            assignment.order().shard());
    Header header = header(++sequence, e.round());
    if (Double.isFinite(patience)) {
      Lease copy = e.delta().retain();
      unanswered = new PseudoGradient(header, copy, report);
    }
    ask(new PseudoGradient(header, e.delta(), report), effects);
  }

  private void pull(Effects effects) {
    dropUnanswered();
    lost = 0;
    ask(new Pull(header(++sequence, 0), secondsPerStep), effects);
  }

  /**
   * NaN or infinity is of no use to anybody. The round is reported as lost, and the next one begins
   * from the parameters that the server sends, like every round: nothing of this one stays.
   */
  private void diverged(Event.RoundTrained e, Effects effects) {
    String seen = "round " + e.round() + ": mean loss=" + e.result().meanLoss();
    abandon("the round before gave NaN or infinity", effects);
    e.delta().close();
    dropUnanswered();
    lost = e.round();
    Pull report = new Pull(header(++sequence, e.round()), secondsPerStep, true);
    effects.decided(new Decision.Refused(report.header(), Refusal.DIVERGED, seen));
    ask(report, effects);
  }

  private void ask(Message message, Effects effects) {
    waiting = true;
    answered = false;
    effects.send(PeerId.SERVER, message);
    if (Double.isFinite(patience)) {
      effects.setTimer(PATIENCE, patience);
    }
  }

  private void askAgain(Effects effects) {
    if (answered) {
      pull(effects); // For work, which there was none of: a new question under a new name.
      return;
    }
    PseudoGradient push = unanswered;
    if (push == null) {
      ask(new Pull(header(sequence, lost), secondsPerStep, lost != 0), effects);
      return;
    }
    push.delta().retain();
    ask(push, effects);
  }

  /** The former server's rounds are void: what it answered or would answer counts no more. */
  private void newServer(long newEpoch, Effects effects) {
    epoch = newEpoch;
    if (provisional != null || (current != null && current.ahead() != null)) {
      provisional = null;
      effects.giveUp("a server of epoch " + newEpoch + " has taken over");
    }
    current = null;
    pull(effects);
  }

  private void abandon(String why, Effects effects) {
    if (provisional != null) {
      provisional = null;
      effects.giveUp(why);
    }
  }

  private void dropUnanswered() {
    if (unanswered != null) {
      unanswered.discard();
      unanswered = null;
    }
  }

  private Header header(long number, long round) {
    return new Header(run, self, incarnation, number, epoch, version, round);
  }
}
