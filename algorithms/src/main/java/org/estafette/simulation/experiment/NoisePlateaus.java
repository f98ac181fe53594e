package org.estafette.simulation.experiment;

import static org.estafette.simulation.experiment.RelayQuadratics.text;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.quadratic.QuadraticsSpec;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.simulation.LockStep;
import org.estafette.simulation.Losses;
import org.estafette.simulation.experiment.Findings.Claim;
import org.estafette.simulation.experiment.Findings.Table;

/** With gradient noise all methods stop; RelaySGD at 0.1·κ stops where all-reduce at 0.1 does. */
final class NoisePlateaus {
  private static final double RATE = 0.1;
  private static final double SIGMA = 0.1;

  private NoisePlateaus() {}

  static void add(
      int n,
      Experiment.Effort effort,
      Experiment.Progress progress,
      List<Claim> claims,
      List<Table> tables) {
    int seeds = effort.quick() ? 4 : 16;
    RandomQuadratics task = QuadraticsSpec.paper(n, 0, effort.seed()).generate();
    List<List<Object>> rows = new ArrayList<>();
    Contender all = Contenders.allReduce(n);
    double reference = plateau(all, task, SIGMA, seeds, effort.seed());
    rows.add(List.of(all.name(), reference, 1.0));
    double[] margins = {1.06, 1.25, 1.6};
    // A quarter of the seeds has twice the standard error.
    double slack = effort.quick() ? 0.04 : 0;
    int i = 0;
    double chain = Double.NaN;
    for (Contender c : Contenders.relays(n)) {
      double level = plateau(c, task, SIGMA, seeds, effort.seed());
      double ratio = level / reference;
      chain = i == 0 ? level : chain;
      rows.add(List.of(c.name(), level, ratio));
      claims.add(
          new Claim(
              text(
                  "7. n=%d, σ=%.1f: %s at 0.1·κ stops within %.2f times all-reduce at 0.1",
                  n, SIGMA, c.name(), margins[i] + slack),
              text("%.3f times", ratio),
              ratio <= margins[i] + slack));
      progress.line(text("n=%d %s with noise: %.3f times all-reduce", n, c.name(), ratio));
      i++;
    }
    Contender first = Contenders.relays(n).getFirst();
    double double_ = plateau(first, task, 2 * SIGMA, seeds, effort.seed());
    double growth = double_ / chain;
    claims.add(
        new Claim(
            text(
                "7. n=%d: the level is in proportion to σ²: four times at twice the noise, within 5"
                    + " %%",
                n),
            text("%s: %.3f times", first.name(), growth),
            Math.abs(growth / 4 - 1) <= 0.05));
    tables.add(
        new Table(
            "noise",
            text("Mean error of rounds 1001 to 2000, σ=%.1f, n=%d, %d seeds", SIGMA, n, seeds),
            List.of("method", "error", "times all-reduce"),
            rows));
  }

  static double plateau(
      Contender c, RandomQuadratics task, double sigma, int seeds, long firstSeed) {
    double sum = 0;
    for (int s = 0; s < seeds; s++) {
      double rate = RATE * c.correction();
      try (LockStep run = c.start(task, rate, sigma, Losses.NONE, firstSeed + 1 + s)) {
        for (int t = 0; t < 1000; t++) {
          run.round();
        }
        for (int t = 0; t < 1000; t++) {
          run.round();
          sum += task.error(run.mean());
        }
      }
    }
    return sum / seeds / 1000;
  }
}
