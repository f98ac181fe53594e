package org.estafette.algorithm.peer;

import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/** Looks at a neighbour's message before it may change anything. */
final class PeerGuard {
  private final long run;
  private final PeerMethod method;
  private final FlatVector x;

  PeerGuard(long run, PeerMethod method, FlatVector x) {
    this.run = run;
    this.method = method;
    this.x = x;
  }

  /** What is wrong with the message by itself; null where nothing is. */
  Outcome.@Nullable Refused form(Update update, Passage passage, FlatVector values) {
    Header h = update.header();
    if (h.run() != run) {
      return refused(Refusal.WRONG_RUN, "run=" + h.run() + " (expected " + run + ")");
    }
    if (values.length() != x.length() || values.precision() != x.precision()) {
      return refused(
          Refusal.WRONG_SHAPE,
          values.precision()
              + "["
              + values.length()
              + "] (expected "
              + x.precision()
              + "["
              + x.length()
              + "])");
    }
    if (passage.isAnswer()) {
      if (!(update instanceof NeighbourModel)) {
        return refused(
            Refusal.WRONG_SHAPE,
            "part="
                + passage.part()
                + " of a "
                + update.getClass().getSimpleName()
                + " (expected < 255)");
      }
    } else {
      if (!Edge.valid(h, passage) || passage.part() >= method.parts()) {
        return refused(
            Refusal.WRONG_SHAPE,
            "round=%d, exchange=%d, part=%d (expected part < %d)"
                .formatted(h.version(), passage.exchange(), passage.part(), method.parts()));
      }
      if (update instanceof NeighbourModel != method.conflatable()) {
        return refused(
            Refusal.WRONG_SHAPE,
            update.getClass().getSimpleName()
                + " (expected a "
                + (method.conflatable() ? "NeighbourModel" : "NeighbourShare")
                + ": do all workers run the same method?)");
      }
    }
    return null;
  }

  /** Whether the numbers are; the last look, since it reads the whole vector. */
  Outcome.@Nullable Refused numbers(Header h, FlatVector values) {
    return values.isFinite()
        ? null
        : refused(
            Refusal.NOT_FINITE,
            "the message of round " + h.round() + " of " + h.sender() + " holds NaN or infinity");
  }

  static Outcome.Refused refused(Refusal reason, String detail) {
    return new Outcome.Refused(reason, detail);
  }
}
