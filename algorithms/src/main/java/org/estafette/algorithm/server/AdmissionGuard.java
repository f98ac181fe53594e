package org.estafette.algorithm.server;

import java.util.Map;
import java.util.TreeMap;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.guard.GuardPlan;
import org.estafette.algorithm.guard.GuardState;
import org.estafette.algorithm.guard.NormHistory;
import org.estafette.algorithm.guard.Outliers;
import org.estafette.algorithm.guard.Standing;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a push before it may change anything, and remembers what came of it: each push that was
 * looked at is {@link #admitted} or {@link #refused(Header, Outcome.Refused, Roster, Effects)
 * refused} next.
 */
final class AdmissionGuard {
  private final long run;
  private final FlatVector parameters;
  private final GuardPlan plan;
  private final NormHistory history;
  private final @Nullable Outliers outliers;
  private double norm = Double.NaN;

  AdmissionGuard(ServerPlan server, FlatVector parameters) {
    this.run = server.run();
    this.parameters = parameters;
    this.plan = server.guard();
    this.history = new NormHistory(plan);
    this.outliers = plan.outliers() ? new Outliers(parameters.length(), server.seed()) : null;
  }

  /** Whether a message belongs here at all: run, and no later life of its sender. */
  Outcome.@Nullable Refused origin(Header h, Roster.@Nullable Member member) {
    if (h.run() != run) {
      return refused(Refusal.WRONG_RUN, "run=" + h.run() + " (expected " + run + ")");
    }
    if (member != null && h.incarnation() < member.incarnation) {
      return refused(
          Refusal.OLD_INCARNATION,
          "incarnation=" + h.incarnation() + " (expected >= " + member.incarnation + ")");
    }
    return null;
  }

  /** Null where the push may be applied. */
  Outcome.@Nullable Refused push(
      PseudoGradient push, Roster.@Nullable Member member, long epoch, long version) {
    Header h = push.header();
    Outcome.Refused origin = origin(h, member);
    if (origin != null) {
      return origin;
    }
    if (h.epoch() != epoch) {
      return refused(Refusal.OLD_EPOCH, "epoch=" + h.epoch() + " (expected " + epoch + ")");
    }
    if (member == null || member.incarnation != h.incarnation()) {
      return refused(
          Refusal.UNKNOWN_WORKER,
          h.sender() + " incarnation=" + h.incarnation() + " has not pulled");
    }
    if (h.sequence() <= member.lastSequence) {
      return refused(
          Refusal.DUPLICATE,
          "sequence=" + h.sequence() + " (expected > " + member.lastSequence + ")");
    }
    if (!member.live()) {
      return refused(
          Refusal.UNKNOWN_WORKER,
          h.sender() + " has left: the steps of round " + h.round() + " went back to the budget");
    }
    if (h.version() > version || h.version() < 0) {
      return refused(
          Refusal.UNKNOWN_VERSION,
          "base version=" + h.version() + " (expected 0 … " + version + ")");
    }
    FlatVector delta = push.delta().vector();
    if (delta.length() != parameters.length() || delta.precision() != parameters.precision()) {
      return refused(
          Refusal.WRONG_SHAPE,
          delta.precision()
              + "["
              + delta.length()
              + "] (expected "
              + parameters.precision()
              + "["
              + parameters.length()
              + "])");
    }
    if (!(push.report().steps() >= 1) || !(push.report().seconds() >= 0)) {
      return refused(
          Refusal.WRONG_SHAPE,
          "report steps="
              + push.report().steps()
              + ", seconds="
              + push.report().seconds()
              + " (expected steps >= 1, seconds >= 0)");
    }
    if (member.busySteps > 0 && push.report().steps() > member.busySteps) {
      return refused(
          Refusal.WRONG_SHAPE,
          "report steps="
              + push.report().steps()
              + " (expected at most the "
              + member.busySteps
              + " that were assigned)");
    }
    Outcome.Refused numbers = numbers(push);
    if (numbers == null && member.standing.quarantined()) {
      return refused(
          Refusal.QUARANTINED,
          "good pushes="
              + (member.standing.good() + 1)
              + " (released after "
              + plan.probation()
              + " in a row)");
    }
    if (numbers == null && member.lent) {
      return refused(
          Refusal.QUARANTINED, "its round was given out in quarantine (the next one counts again)");
    }
    return numbers;
  }

  /** One pass over the vector: a sum of squares is finite where all that is in it is. */
  private Outcome.@Nullable Refused numbers(PseudoGradient push) {
    FlatVector delta = push.delta().vector();
    double squared = delta.squaredNorm();
    // Squares of float64 may be infinite where the numbers are not.
    if (!Double.isFinite(squared) && !delta.isFinite()) {
      return refused(
          Refusal.NOT_FINITE,
          "the pseudo-gradient of round " + push.header().round() + " holds NaN or infinity");
    }
    norm = Math.sqrt(squared);
    String tooLarge = history.tooLarge(norm, push.report().steps(), parameters);
    return tooLarge == null ? null : refused(Refusal.NORM_TOO_LARGE, tooLarge);
  }

  /**
   * The push that was looked at last is taken.
   *
   * @return factor on it, in (0, 1], by the plan's clipping against the history
   */
  double admitted(PseudoGradient push, Roster.Member member, Effects effects) {
    int steps = push.report().steps();
    double typical = history.typical(steps);
    double factor = plan.clip().factor(norm, typical);
    history.accepted(norm, steps);
    member.standing.accepted();
    if (outliers != null) {
      Outliers.Finding found =
          outliers.accepted(member.id.slot(), push.delta().vector(), norm / typical);
      if (found != null) {
        effects.decided(new Decision.Outlier(member.id, found.marked(), found.reason()));
      }
    }
    return factor;
  }

  /** A worker has left, or is in quarantine: its pushes say nothing of the others' any more. */
  void left(Roster.Member member) {
    if (outliers != null) {
      outliers.gone(member.id.slot());
    }
  }

  /**
   * Lets a worker out of quarantine because somebody says so.
   *
   * @param by who
   */
  Release release(PeerId worker, String by, Roster roster, Effects effects) {
    Roster.Member member = roster.find(worker);
    if (member == null) {
      return Release.UNKNOWN_WORKER;
    }
    if (!member.standing.quarantined()) {
      return Release.NOT_IN_QUARANTINE;
    }
    member.standing.release();
    effects.decided(new Decision.Released(worker, 0, by));
    return Release.DONE;
  }

  /** A push is refused: what that means for its sender. */
  void refused(Header h, Outcome.Refused why, Roster roster, Effects effects) {
    Roster.Member member = roster.find(h.sender());
    if (member == null) {
      return;
    }
    Standing standing = member.standing;
    if (why.reason() == Refusal.QUARANTINED) {
      // One that was let out by hand may have a last round of its quarantine to hand in.
      if (standing.quarantined() && standing.good(plan)) {
        effects.decided(new Decision.Released(member.id, plan.probation(), ""));
      }
    } else if (why.reason().badContent()) {
      if (why.reason() == Refusal.NORM_TOO_LARGE && !standing.quarantined()) {
        history.refused();
      }
      if (standing.bad(plan) && fewAreOut(roster)) {
        standing.quarantine();
        left(member);
        effects.decided(
            new Decision.Quarantined(
                member.id, standing.bad(plan.within()), why.reason(), why.detail()));
      }
    }
  }

  /** A minority can be told to be wrong, no more: so one of three, never one of two. */
  private static boolean fewAreOut(Roster roster) {
    int live = 0;
    int out = 1;
    for (Roster.Member m : roster.all()) {
      live += m.live() ? 1 : 0;
      out += m.live() && m.standing.quarantined() ? 1 : 0;
    }
    return 2 * out < live;
  }

  GuardState state(Roster roster) {
    Map<Integer, Standing> standings = new TreeMap<>();
    roster.all().forEach(m -> standings.put(m.id.slot(), m.standing));
    return GuardState.of(history, standings, outliers);
  }

  /** Takes up a saved state, after the roster did. */
  void restore(GuardState state, Roster roster) {
    history.restore(state);
    if (outliers != null) {
      outliers.restore(state.outliers());
    }
    for (GuardState.Suspect s : state.suspects()) {
      Roster.Member member = roster.find(PeerId.worker(s.slot()));
      if (member != null) {
        member.standing.restore(s);
      }
    }
  }

  /** What a worker is told that has reported NaN of its own. */
  static Outcome.Refused diverged(Header h) {
    return refused(Refusal.DIVERGED, "round " + h.round() + " gave NaN or infinity");
  }

  static Outcome.Refused refused(Refusal reason, String detail) {
    return new Outcome.Refused(reason, detail);
  }
}
