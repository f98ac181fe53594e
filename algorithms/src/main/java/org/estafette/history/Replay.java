package org.estafette.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.history.Violation.Promise;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * Applies a history's pushes once more, from the first parameters on, with an outer optimizer of
 * its own, and compares the result bit for bit.
 */
public final class Replay {
  private Replay() {}

  /**
   * Replays a history whose vectors are kept; not for delay compensation, which alters pushes by
   * the parameters of the moment.
   *
   * @param first parameters that the run began from; the result when this returns
   * @param outer an optimizer that has seen nothing, of the run's rule
   * @param rounds whether a turn's pushes were averaged before the outer step, as synchronous
   *     rounds do
   * @param present the parameters of the run
   * @return the violation; null where both are equal
   */
  public static @Nullable Violation compare(
      History history, FlatVector first, OuterOptimizer outer, boolean rounds, FlatVector present) {
    List<Fact.Applied> turn = new ArrayList<>();
    for (Fact.Applied a : HistoryChecker.lineage(history)) {
      if (history.vector(a.name()) == null) {
        return new Violation(
            Promise.PARAMETERS_ARE_THE_REPLAY,
            a.at(),
            a.name() + " was applied (expected one whose vector is in the history)");
      }
    }
    for (Fact.Applied a : HistoryChecker.lineage(history)) {
      if (!turn.isEmpty() && turn.getLast().turn() != a.turn()) {
        apply(history, turn, first, outer, rounds);
        turn.clear();
      }
      turn.add(a);
    }
    apply(history, turn, first, outer, rounds);
    for (long i = 0; i < present.length(); i++) {
      if (Double.doubleToLongBits(first.get(i)) != Double.doubleToLongBits(present.get(i))) {
        return new Violation(
            Promise.PARAMETERS_ARE_THE_REPLAY,
            Double.NaN,
            "element " + i + " is " + present.get(i) + " (expected " + first.get(i) + ")");
      }
    }
    return null;
  }

  private static void apply(
      History history,
      List<Fact.Applied> turn,
      FlatVector x,
      OuterOptimizer outer,
      boolean rounds) {
    int n = turn.size();
    if (n == 0) {
      return;
    }
    FlatVector[] deltas = new FlatVector[n];
    double[] weights = new double[n];
    for (int j = 0; j < n; j++) {
      deltas[j] = Objects.requireNonNull(history.vector(turn.get(j).name()));
      weights[j] = turn.get(j).weight();
    }
    if (rounds) {
      FlatVector mean = x.precision().zeros(x.length());
      mean.weightedSum(deltas, weights, n);
      outer.apply(x, new FlatVector[] {mean}, new double[] {1}, 1);
    } else {
      outer.apply(x, deltas, weights, n);
    }
  }
}
