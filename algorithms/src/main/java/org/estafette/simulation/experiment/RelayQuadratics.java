package org.estafette.simulation.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.estafette.algorithm.quadratic.QuadraticsSpec;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.simulation.experiment.Findings.Claim;
import org.estafette.simulation.experiment.Findings.Figure;
import org.estafette.simulation.experiment.Findings.Series;
import org.estafette.simulation.experiment.Findings.Table;

/**
 * The random quadratics of the RelaySGD paper (arXiv 2110.04175, section 5.1): rounds to an error
 * of 1e-6, each method at its best learning rate, as the workers' functions differ more and more.
 */
public final class RelayQuadratics implements Experiment {
  private static final double TARGET = 1e-6;
  private static final int LIMIT = 3000;

  /** Where ζ² = 0 is drawn. */
  private static final double ZERO = 0.001;

  private static final String CHAIN = "RelaySGD chain";
  private static final String TREE = "RelaySGD binary tree";
  private static final String STAR = "RelaySGD star";
  private static final String GOSSIP = "DP-SGD ring";
  private static final String TRACKING = "gradient tracking ring";

  /** Tuned rounds: n, then method, then ζ². */
  private static final class Rounds {
    final Map<Integer, Map<String, Map<Double, Tuning>>> all = new TreeMap<>();

    void put(int n, String method, double zeta2, Tuning tuning) {
      all.computeIfAbsent(n, k -> new java.util.LinkedHashMap<>())
          .computeIfAbsent(method, k -> new TreeMap<>())
          .put(zeta2, tuning);
    }

    int of(int n, String method, double zeta2) {
      return Objects.requireNonNull(of(n, method).get(zeta2)).atLeast(LIMIT);
    }

    Map<String, Map<Double, Tuning>> of(int n) {
      return Objects.requireNonNull(all.get(n));
    }

    private Map<Double, Tuning> of(int n, String method) {
      return Objects.requireNonNull(of(n).get(method));
    }

    /** (most − fewest)/fewest over ζ². */
    double variation(int n, String method) {
      int most = 0;
      int fewest = Integer.MAX_VALUE;
      for (Tuning t : of(n, method).values()) {
        most = Math.max(most, t.atLeast(LIMIT));
        fewest = Math.min(fewest, t.atLeast(LIMIT));
      }
      return (most - fewest) / (double) fewest;
    }
  }

  @Override
  public String name() {
    return "relay-quadratics";
  }

  @Override
  public String about() {
    return "RelaySGD against gossip on random quadratics: rounds to 1e-6 do not depend on how much"
        + " the workers' data differ.";
  }

  @Override
  public Findings run(Effort effort, Progress progress) {
    int[] sizes = {8, 16, 32};
    double[] zetas = effort.quick() ? new double[] {0, 1} : new double[] {0, 0.01, 0.1, 1, 10};
    Rounds rounds = tune(sizes, zetas, effort, progress);
    List<Claim> claims = new ArrayList<>();
    List<Table> tables = new ArrayList<>();
    List<Figure> figures = new ArrayList<>();
    claims(rounds, sizes, zetas, claims);
    for (int n : sizes) {
      tables.add(table(rounds, n, zetas));
      figures.add(figure(rounds, n));
    }
    int n = sizes[sizes.length - 1];
    Plateaus.add(n, effort, progress, claims, tables, figures);
    NoisePlateaus.add(n, effort, progress, claims, tables);
    D2Stability.add(effort, progress, claims, tables);
    return new Findings(claims, tables, figures);
  }

  private static Rounds tune(int[] sizes, double[] zetas, Effort effort, Progress progress) {
    Rounds rounds = new Rounds();
    for (int n : sizes) {
      for (Contender c : Contenders.compared(n)) {
        StringBuilder line = new StringBuilder("n=" + n + " " + c.name() + ": rounds");
        for (double zeta2 : zetas) {
          Tuning t = Tuning.median(c, tasks(c, n, zeta2, effort), TARGET, LIMIT);
          rounds.put(n, c.name(), zeta2, t);
          line.append(t.reached() ? " " + t.rounds() : " >" + LIMIT);
        }
        progress.line(line.toString());
      }
    }
    return rounds;
  }

  /** Five instances where a few rounds more or less decide; for the others, which are slow, one. */
  private static List<RandomQuadratics> tasks(Contender c, int n, double zeta2, Effort effort) {
    int count = c.correction() > 1 ? 5 : 1;
    return LongStream.range(0, count)
        .mapToObj(i -> QuadraticsSpec.paper(n, zeta2, effort.seed() + i).generate())
        .toList();
  }

  private static void claims(Rounds rounds, int[] sizes, double[] zetas, List<Claim> claims) {
    int n = sizes[sizes.length - 1];
    for (String method : List.of(CHAIN, TREE, STAR)) {
      double allowed = 0.15;
      double seen = rounds.variation(n, method);
      claims.add(
          new Claim(
              text("2. %s, n=%d: rounds vary by at most %.0f %% with ζ²", method, n, 100 * allowed),
              text("%.1f %%", 100 * seen),
              seen <= allowed + 1e-9));
    }
    double small = rounds.variation(sizes[0], CHAIN);
    claims.add(
        new Claim(
            text("2. %s, n=%d: and by at most 30 %%", CHAIN, sizes[0]),
            text("%.1f %%", 100 * small),
            small <= 0.3 + 1e-9));
    double gossip = Double.POSITIVE_INFINITY;
    double tracking = Double.POSITIVE_INFINITY;
    for (double zeta2 : zetas) {
      if (zeta2 >= 0.1) {
        double chain = rounds.of(n, CHAIN, zeta2);
        gossip = Math.min(gossip, rounds.of(n, GOSSIP, zeta2) / chain);
        tracking = Math.min(tracking, rounds.of(n, TRACKING, zeta2) / chain);
      }
    }
    claims.add(
        new Claim(
            text(
                "3. n=%d, ζ² ≥ 0.1: RelaySGD chain needs 20 times fewer rounds than DP-SGD ring",
                n),
            text("at least %.1f times fewer", gossip),
            gossip >= 20));
    claims.add(
        new Claim(
            text("3. n=%d, ζ² ≥ 0.1: and 3 times fewer than gradient tracking on the ring", n),
            text("at least %.1f times fewer", tracking),
            tracking >= 3));
    double free = rounds.of(n, CHAIN, 0) / (double) rounds.of(n, GOSSIP, 0);
    double margin = 5;
    claims.add(
        new Claim(
            text(
                "4. n=%d, ζ² = 0: DP-SGD ring is %.0f times faster than RelaySGD chain", n, margin),
            text("%.1f times", free),
            free >= margin));
    int chain = rounds.of(n, CHAIN, 0);
    int tree = rounds.of(n, TREE, 0);
    int star = rounds.of(n, STAR, 0);
    claims.add(
        new Claim(
            text("5. n=%d: rounds grow with the longest delay: chain > binary tree > star", n),
            chain + " > " + tree + " > " + star,
            chain > tree && tree > star));
    for (int s = 1; s < sizes.length; s++) {
      double growth = rounds.of(sizes[s], CHAIN, 0) / (double) rounds.of(sizes[s - 1], CHAIN, 0);
      claims.add(
          new Claim(
              text(
                  "5. from n=%d to n=%d the chain's rounds grow 1.6 to 2.4 times",
                  sizes[s - 1], sizes[s]),
              text("%.2f times", growth),
              growth >= 1.6 && growth <= 2.4));
    }
  }

  private static Table table(Rounds rounds, int n, double[] zetas) {
    List<String> heads = new ArrayList<>(List.of("method"));
    for (double zeta2 : zetas) {
      heads.add("rounds ζ²=" + number(zeta2));
      heads.add("rate ζ²=" + number(zeta2));
    }
    List<List<Object>> rows = new ArrayList<>();
    rounds
        .of(n)
        .forEach((method, byZeta) -> {
          List<Object> row = new ArrayList<>(List.of(method));
          for (Tuning t : byZeta.values()) {
            row.add(t.reached() ? (Object) t.rounds() : ">" + LIMIT);
            row.add(t.rate());
          }
          rows.add(row);
        });
    return new Table(
        "rounds-n" + n,
        "Rounds to 1e-6 at the best rate of 2^(k/4), k = −44 … 8, n=%d (RelaySGD: median of five instances)"
            .formatted(n),
        heads,
        rows);
  }

  private static Figure figure(Rounds rounds, int n) {
    List<Series> series = new ArrayList<>();
    rounds
        .of(n)
        .forEach((method, byZeta) -> {
          List<Double> x = new ArrayList<>();
          List<Double> y = new ArrayList<>();
          byZeta.forEach((zeta2, t) -> {
            // ζ² = 0 has no place on a logarithmic axis.
            x.add(zeta2 == 0 ? ZERO : zeta2);
            y.add(t.reached() ? t.rounds() : Double.NaN);
          });
          series.add(new Series(method, x, y));
        });
    return new Figure(
        "Rounds to 1e-6, n=" + n + " (gaps: not within " + LIMIT + ")",
        "heterogeneity ζ² (0 is drawn at " + ZERO + ")",
        "rounds",
        true,
        true,
        series);
  }

  static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
