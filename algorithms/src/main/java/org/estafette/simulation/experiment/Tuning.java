package org.estafette.simulation.experiment;

import java.util.Comparator;
import java.util.List;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.memory.Float64Vector;
import org.estafette.simulation.LockStep;

/**
 * Fewest rounds to an error over a grid of learning rates.
 *
 * @param rounds after which the error stays below the target; {@link #NEVER} where no rate got
 *     there
 * @param rate the learning rate that did; NaN where none did
 */
record Tuning(int rounds, double rate) {
  static final int NEVER = -1;

  /** Rounds for which the error must stay below. */
  static final int STAYS = 200;

  /** 2^(k/4) for k = −44 … 8, as in the reference sweep: from 0.0005 to 4. */
  static double[] grid() {
    double[] rates = new double[53];
    for (int k = 0; k < rates.length; k++) {
      rates[k] = Math.pow(2, (k - 44) / 4.0);
    }
    return rates;
  }

  boolean reached() {
    return rounds != NEVER;
  }

  /** Rounds, or the limit where it was not reached: a lower bound then. */
  int atLeast(int limit) {
    return reached() ? rounds : limit;
  }

  /**
   * Tries the grid from the largest rate down, giving a rate up as soon as it cannot win.
   *
   * @param target error below which the mean of the workers is to stay
   * @param limit most rounds of a run
   */
  static Tuning of(Contender contender, RandomQuadratics task, double target, int limit) {
    Tuning best = new Tuning(NEVER, Double.NaN);
    double[] rates = grid();
    for (int k = rates.length - 1; k >= 0; k--) {
      int rounds = rounds(contender, task, rates[k], target, best.atLeast(limit + 1), limit);
      if (rounds != NEVER) {
        best = new Tuning(rounds, rates[k]);
      }
    }
    return best;
  }

  /** The median of several instances of one kind. */
  static Tuning median(
      Contender contender, List<RandomQuadratics> tasks, double target, int limit) {
    return tasks.stream()
        .map(task -> of(contender, task, target, limit))
        .sorted(Comparator.comparingInt(t -> t.atLeast(limit + 1)))
        .toList()
        .get(tasks.size() / 2);
  }

  /** Rounds at one rate; {@link #NEVER} where they are not fewer than {@code toBeat}. */
  private static int rounds(
      Contender contender,
      RandomQuadratics task,
      double rate,
      double target,
      int toBeat,
      int limit) {
    double hopeless = 1e6 * Math.max(1, task.error(Float64Vector.zeros(task.dimension())));
    int below = 0;
    try (LockStep run = contender.start(task, rate)) {
      for (int t = 1; t <= limit; t++) {
        run.round();
        double error = task.error(run.mean());
        if (!(error < target)) {
          if (t + 1 >= toBeat || !(error < hopeless)) {
            return NEVER;
          }
          below = 0;
        } else {
          below++;
          if (below == STAYS) {
            return t - below + 1;
          }
        }
      }
    }
    return below > 0 ? limit - below + 1 : NEVER;
  }
}
