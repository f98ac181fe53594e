package org.estafette.simulation.experiment;

import static org.estafette.simulation.experiment.RelayQuadratics.text;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.quadratic.QuadraticsSpec;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.simulation.LockStep;
import org.estafette.simulation.experiment.Findings.Claim;
import org.estafette.simulation.experiment.Findings.Figure;
import org.estafette.simulation.experiment.Findings.Series;
import org.estafette.simulation.experiment.Findings.Table;

/** Without noise DP-SGD stops at an error in proportion to ζ²; RelaySGD does not stop. */
final class Plateaus {
  private static final int ROUNDS = 2000;
  private static final double[] RATES = {0.1, 0.05};

  private Plateaus() {}

  static void add(
      int n,
      Experiment.Effort effort,
      Experiment.Progress progress,
      List<Claim> claims,
      List<Table> tables,
      List<Figure> figures) {
    RandomQuadratics little = QuadraticsSpec.paper(n, 1, effort.seed()).generate();
    RandomQuadratics much = QuadraticsSpec.paper(n, 10, effort.seed()).generate();
    List<List<Object>> rows = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    double worst = 0;
    boolean falls = true;
    for (Contender c : Contenders.gossips(n)) {
      double[] at = new double[RATES.length];
      for (int r = 0; r < RATES.length; r++) {
        at[r] = error(c, little, RATES[r]);
      }
      double ratio = error(c, much, RATES[0]) / at[0];
      worst = Math.max(worst, Math.abs(ratio / 10 - 1));
      falls &= at[1] < at[0];
      rows.add(List.of(c.name(), at[0], at[1], ratio));
      progress.line(
          text(
              "n=%d %s: plateau %.2e, %.3f times that at ten times ζ²", n, c.name(), at[0], ratio));
    }
    claims.add(
        new Claim(
            text(
                "6. n=%d: DP-SGD's error at rate 0.1 stops in proportion to ζ² on every graph,"
                    + " within 5 %%",
                n),
            text("ten times ζ²: at worst %.2f %% off ten times the error", 100 * worst),
            worst <= 0.05));
    claims.add(
        new Claim(
            text("6. n=%d: and falls with the learning rate", n),
            falls ? "lower at 0.05 than at 0.1 on every graph" : "not lower on every graph",
            falls));
    double most = 0;
    for (Contender c : Contenders.relays(n)) {
      double rate = RATES[0] * c.correction();
      double left = error(c, much, rate);
      most = Math.max(most, left);
      rows.add(List.of(c.name() + ", rate 0.1·κ", error(c, little, rate), Double.NaN, Double.NaN));
      series.add(curve(c, little, rate));
    }
    claims.add(
        new Claim(
            text(
                "6. n=%d, ζ² = 10: RelaySGD does not stop: error below 1e-20 after %d rounds",
                n, ROUNDS),
            text("%.1e", most),
            most < 1e-20));
    for (Contender c : Contenders.gossips(n)) {
      series.add(curve(c, little, RATES[0]));
    }
    tables.add(
        new Table(
            "plateaus",
            text("Error after %d rounds without noise, n=%d, ζ²=1", ROUNDS, n),
            List.of("method", "error at rate 0.1", "error at rate 0.05", "ratio ζ²=10 : 1"),
            rows));
    figures.add(
        new Figure(
            text("Error by round, n=%d, ζ²=1, rate 0.1 (RelaySGD 0.1·κ)", n),
            "round",
            "f(x̄) − f*",
            false,
            true,
            series));
  }

  private static double error(Contender c, RandomQuadratics task, double rate) {
    try (LockStep run = c.start(task, rate)) {
      for (int t = 0; t < ROUNDS; t++) {
        run.round();
      }
      return task.error(run.mean());
    }
  }

  private static Series curve(Contender c, RandomQuadratics task, double rate) {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    try (LockStep run = c.start(task, rate)) {
      for (int t = 1; t <= 500; t++) {
        run.round();
        if (t % 5 == 0) {
          x.add((double) t);
          y.add(task.error(run.mean()));
        }
      }
    }
    return new Series(c.name(), x, y);
  }
}
