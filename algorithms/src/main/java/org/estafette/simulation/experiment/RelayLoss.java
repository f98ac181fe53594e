package org.estafette.simulation.experiment;

import static org.estafette.simulation.experiment.RelayQuadratics.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.estafette.algorithm.quadratic.QuadraticsSpec;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.simulation.LockStep;
import org.estafette.simulation.Losses;
import org.estafette.simulation.experiment.Findings.Claim;
import org.estafette.simulation.experiment.Findings.Figure;
import org.estafette.simulation.experiment.Findings.Series;
import org.estafette.simulation.experiment.Findings.Table;

/**
 * Lost messages: every message between two workers is lost by itself with a probability. What
 * RelaySGD then puts in the place of the missing models decides whether it matters.
 */
public final class RelayLoss implements Experiment {
  private static final int N = 16;
  private static final double RATE = 0.05;
  private static final double SIGMA = 0.1;

  /**
   * Error of the mean, and the mean squared distance of the workers to it, over the last rounds.
   */
  private record Level(double error, double distance2) {}

  @Override
  public String name() {
    return "relay-loss";
  }

  @Override
  public String about() {
    return "Lost messages on random quadratics: holding the last message of an edge loses next to"
        + " nothing; the published fills, D² and gradient tracking lose orders of magnitude.";
  }

  @Override
  public Findings run(Effort effort, Progress progress) {
    int seeds = effort.quick() ? 4 : 16;
    double[] losses = effort.quick() ? new double[] {0, 0.1} : new double[] {0, 0.01, 0.1, 0.3};
    RandomQuadratics task = QuadraticsSpec.paper(N, 1, effort.seed()).generate();
    Map<String, Map<Double, Level>> levels = new LinkedHashMap<>();
    for (Contender c : Contenders.losing(N)) {
      Map<Double, Level> byLoss = new LinkedHashMap<>();
      StringBuilder line = new StringBuilder(c.name() + ":");
      for (double p : losses) {
        Level level = level(c, task, SIGMA, p, seeds, effort.seed());
        byLoss.put(p, level);
        line.append(text("  %.0f %% lost: %.1e", 100 * p, level.error()));
      }
      levels.put(c.name(), byLoss);
      progress.line(line.toString());
    }
    List<Claim> claims = new ArrayList<>();
    claims(levels, claims);
    exact(effort, progress, claims);
    return new Findings(claims, List.of(table(levels, losses, seeds)), List.of(figure(levels)));
  }

  private static Level level(
      Contender c, RandomQuadratics task, double sigma, double lost, int seeds, long firstSeed) {
    double error = 0;
    double distance2 = 0;
    int count = 0;
    for (int s = 0; s < seeds; s++) {
      long seed = firstSeed + 1 + s;
      try (LockStep run =
          c.start(task, RATE * c.correction(), sigma, Losses.of(lost, seed), seed)) {
        for (int t = 0; t < 1000; t++) {
          run.round();
        }
        for (int t = 0; t < 500; t++) {
          run.round();
          error += task.error(run.mean());
          distance2 += run.consensusDistance2();
          count++;
        }
      }
    }
    return new Level(error / count, distance2 / count);
  }

  private static void claims(Map<String, Map<Double, Level>> levels, List<Claim> claims) {
    double none = error(levels, Contenders.HOLD, 0);
    double hold = error(levels, Contenders.HOLD, 0.1);
    double previous = error(levels, Contenders.PREVIOUS, 0.1);
    double half = error(levels, Contenders.HALF, 0.1);
    double count = error(levels, Contenders.COUNT, 0.1);
    double start = error(levels, Contenders.START, 0.1);
    double gossip = error(levels, Contenders.GOSSIP, 0.1);
    double d2 = error(levels, Contenders.D2, 0.1);
    double tracking = error(levels, Contenders.TRACKING, 0.1);
    claims.add(
        new Claim(
            "9. 10 % lost: hold stays within 2 times the error without loss",
            text("%.2f times (%.1e)", hold / none, hold), hold <= 2 * none));
    claims.add(
        new Claim(
            "9. 10 % lost: hold < previous < half ≈ count (within a third) ≪ start (20 times)",
            text("%.1e < %.1e < %.1e ≈ %.1e ≪ %.1e", hold, previous, half, count, start),
            hold < previous
                && previous < half
                && Math.abs(count / half - 1) <= 1.0 / 3
                && start >= 20 * half));
    claims.add(
        new Claim(
            "9. 10 % lost: D² and gradient tracking are 10 times worse than plain gossip",
            text("%.1e and %.1e against %.1e", d2, tracking, gossip),
            d2 >= 10 * gossip && tracking >= 10 * gossip));
    double apart = Math.sqrt(of(levels, Contenders.GRADIENTS, 0.1).distance2());
    double together = Math.sqrt(of(levels, Contenders.HOLD, 0.1).distance2());
    claims.add(
        new Claim(
            "9. 10 % lost: RelaySGD/Grad leaves its workers apart, 5 times farther than hold does",
            text("root mean square distance %.2f against %.2f", apart, together),
            apart >= 5 * together));
  }

  /** Without noise hold still gets to the optimum. */
  private static void exact(Effort effort, Progress progress, List<Claim> claims) {
    RandomQuadratics task = QuadraticsSpec.paper(N, 1, effort.seed()).generate();
    Contender hold =
        Contenders.losing(N).stream()
            .filter(c -> c.name().equals(Contenders.HOLD))
            .findFirst()
            .orElseThrow();
    Level level = level(hold, task, 0, 0.3, 1, effort.seed());
    progress.line(text("hold without noise, 30 %% lost: %.1e", level.error()));
    claims.add(
        new Claim(
            "9. without noise hold converges to 1e-15 even where 30 % of the messages are lost",
            text("error %.1e after 1000 rounds", level.error()), level.error() < 1e-15));
  }

  private static double error(Map<String, Map<Double, Level>> levels, String name, double lost) {
    return of(levels, name, lost).error();
  }

  private static Level of(Map<String, Map<Double, Level>> levels, String name, double lost) {
    return Objects.requireNonNull(Objects.requireNonNull(levels.get(name)).get(lost));
  }

  private static Table table(Map<String, Map<Double, Level>> levels, double[] losses, int seeds) {
    List<String> heads = new ArrayList<>(List.of("method"));
    for (double p : losses) {
      heads.add(text("error, %.0f %% lost", 100 * p));
      heads.add(text("Ξ², %.0f %% lost", 100 * p));
    }
    List<List<Object>> rows = new ArrayList<>();
    levels.forEach((name, byLoss) -> {
      List<Object> row = new ArrayList<>(List.of(name));
      byLoss
          .values()
          .forEach(l -> {
            row.add(l.error());
            row.add(l.distance2());
          });
      rows.add(row);
    });
    return new Table(
        "loss",
        text(
            "Mean error of rounds 1001 to 1500, n=%d, σ=%.1f, ζ²=1, rate 0.05 (RelaySGD 0.05·κ), %d"
                + " seeds",
            N, SIGMA, seeds),
        heads,
        rows);
  }

  private static Figure figure(Map<String, Map<Double, Level>> levels) {
    List<Series> series = new ArrayList<>();
    levels.forEach((name, byLoss) -> {
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      byLoss.forEach((p, l) -> {
        x.add(100 * p);
        y.add(l.error());
      });
      series.add(new Series(name, x, y));
    });
    return new Figure(
        "Error against lost messages", "messages lost, %", "f(x̄) − f*", false, true, series);
  }
}
