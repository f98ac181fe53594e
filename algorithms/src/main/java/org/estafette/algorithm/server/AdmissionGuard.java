package org.estafette.algorithm.server;

import org.estafette.algorithm.Header;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/** Looks at a push before it may change anything. */
final class AdmissionGuard {
  private final long run;
  private final FlatVector parameters;

  AdmissionGuard(long run, FlatVector parameters) {
    this.run = run;
    this.parameters = parameters;
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
    if (!delta.isFinite()) {
      return refused(
          Refusal.NOT_FINITE,
          "the pseudo-gradient of round " + h.round() + " holds NaN or infinity");
    }
    return null;
  }

  static Outcome.Refused refused(Refusal reason, String detail) {
    return new Outcome.Refused(reason, detail);
  }
}
