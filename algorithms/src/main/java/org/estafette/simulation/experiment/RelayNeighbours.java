package org.estafette.simulation.experiment;

import static org.estafette.simulation.experiment.RelayQuadratics.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.simulation.LockStep;
import org.estafette.simulation.Losses;
import org.estafette.simulation.experiment.Findings.Claim;
import org.estafette.simulation.experiment.Findings.Figure;
import org.estafette.simulation.experiment.Findings.Series;
import org.estafette.simulation.experiment.Findings.Table;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.estafette.topology.spectrum.EffectiveNeighbours;
import org.estafette.topology.spectrum.Spectrum;
import org.estafette.topology.spectrum.ToyProblem;

/**
 * Beyond spectral gap (arXiv 2206.03093): how large a learning rate a graph allows, and how fast it
 * learns with it, follows from its effective neighbours n_W(γ), not from its spectral gap.
 *
 * <p>The task: each step sees the gradient (aᵀx)·a with a ~ N(0, I): E aaᵀ = I, E‖aaᵀx‖² = (d +
 * 2)‖x‖².
 */
public final class RelayNeighbours implements Experiment {
  private static final int N = 32;
  private static final int D = 48;

  private record Row(
      String graph,
      double gap,
      double neighbours,
      ToyProblem.Best predicted,
      double step,
      double rate) {}

  @Override
  public String name() {
    return "relay-neighbours";
  }

  @Override
  public String about() {
    return "Effective neighbours, not the spectral gap, tell which learning rate a graph allows and"
        + " how fast it learns.";
  }

  @Override
  public Findings run(Effort effort, Progress progress) {
    List<Row> rows = new ArrayList<>();
    for (String kind :
        List.of(
            "chain",
            "ring",
            "star",
            "binary-tree",
            "two-cliques",
            "social",
            "torus",
            "hypercube",
            "exponential",
            "complete")) {
      Row row = measure(kind, effort);
      rows.add(row);
      progress.line(
          text(
              "%s: gap %.3f, n_W %.1f, best rate %.4f at step %.3f (predicted %.4f at %.3f)",
              kind,
              row.gap(),
              row.neighbours(),
              row.rate(),
              row.step(),
              row.predicted().rate(),
              row.predicted().stepSize()));
    }
    return new Findings(claims(rows), List.of(table(rows)), List.of(figure(rows)));
  }

  private static Row measure(String kind, Effort effort) {
    MixingMatrix w =
        MixingMatrix.metropolisHastings(Topologies.named(kind, N, TopologyOptions.defaults()));
    Spectrum spectrum = Spectrum.of(w);
    EffectiveNeighbours neighbours = EffectiveNeighbours.mean(spectrum);
    ToyProblem.Best predicted = new ToyProblem(neighbours, D + 2).best();
    double gamma = (1 - predicted.stepSize()) * (1 - predicted.stepSize()) / (1 - predicted.rate());
    double bestStep = Double.NaN;
    double bestRate = Double.NEGATIVE_INFINITY;
    // Around the prediction, 2^(k/4); steps far from it are far from the best on every graph.
    for (int k = -6; k <= 6; k++) {
      double step = predicted.stepSize() * Math.pow(2, k / 4.0);
      double rate = step < 1 ? rate(kind, step, effort) : Double.NEGATIVE_INFINITY;
      if (rate > bestRate) {
        bestRate = rate;
        bestStep = step;
      }
    }
    return new Row(kind, spectrum.gap(), neighbours.at(gamma), predicted, bestStep, bestRate);
  }

  /** r: by the factor 1 − r the mean of ‖x_i‖² shrinks each round. */
  private static double rate(String kind, double step, Effort effort) {
    int seeds = effort.quick() ? 2 : 8;
    int settle = 20;
    int rounds = effort.quick() ? 100 : 200;
    double sum = 0;
    for (int s = 0; s < seeds; s++) {
      long key = CounterRandom.key(effort.seed(), 0x70F, s);
      Float64Vector start = Float64Vector.zeros(D);
      for (int j = 0; j < D; j++) {
        start.set(j, CounterRandom.gaussian(CounterRandom.key(key, 1), j));
      }
      Sampled sampled = new Sampled(key, step);
      try (LockStep run = Contenders.gossip(kind, N, D).lockStep(sampled, Losses.NONE, start)) {
        for (int t = 0; t < settle; t++) {
          run.round();
        }
        double before = Math.log(meanSquare(run));
        for (int t = 0; t < rounds; t++) {
          run.round();
        }
        sum += (before - Math.log(meanSquare(run))) / rounds;
      }
    }
    return -Math.expm1(-sum / seeds);
  }

  private static double meanSquare(LockStep run) {
    double sum = 0;
    for (int i = 0; i < run.workers(); i++) {
      sum += run.parameters(i).squaredNorm();
    }
    return sum / run.workers();
  }

  /** Δ = η·(aᵀx)·a with a drawn anew for each worker and round. */
  private record Sampled(long key, double step) implements LockStep.Work {
    @Override
    public double take(int worker, long round, FlatVector at, FlatVector delta) {
      long draw = CounterRandom.key(key, 2, worker, round);
      for (int j = 0; j < D; j++) {
        delta.set(j, CounterRandom.gaussian(draw, j));
      }
      delta.scale(step * delta.dot(at));
      return step;
    }
  }

  private static List<Claim> claims(List<Row> rows) {
    List<Claim> claims = new ArrayList<>();
    double[] measured = column(rows, Row::rate);
    double byNeighbours = rankCorrelation(column(rows, Row::neighbours), measured);
    double byGap = rankCorrelation(column(rows, Row::gap), measured);
    claims.add(
        new Claim(
            "the graphs' order by effective neighbours is that by measured speed (rank correlation"
                + " at least 0.9)",
            text("%.3f", byNeighbours),
            byNeighbours >= 0.9));
    claims.add(
        new Claim(
            "the order by spectral gap is less so", text("%.3f", byGap), byGap < byNeighbours));
    double steps = rankCorrelation(column(rows, Row::neighbours), column(rows, Row::step));
    claims.add(
        new Claim(
            "more effective neighbours allow a larger learning rate (rank correlation at least"
                + " 0.8)",
            text("%.3f", steps),
            steps >= 0.8));
    Row star = named(rows, "star");
    Row ring = named(rows, "ring");
    claims.add(
        new Claim(
            "the star has the larger gap, the ring more effective neighbours, and the ring is"
                + " faster",
            text(
                "gap %.3f > %.3f, n_W %.1f < %.1f, rate %.4f < %.4f",
                star.gap(),
                ring.gap(),
                star.neighbours(),
                ring.neighbours(),
                star.rate(),
                ring.rate()),
            star.gap() > ring.gap()
                && star.neighbours() < ring.neighbours()
                && star.rate() < ring.rate()));
    return claims;
  }

  private static Row named(List<Row> rows, String graph) {
    return rows.stream().filter(r -> r.graph().equals(graph)).findFirst().orElseThrow();
  }

  private static double[] column(List<Row> rows, java.util.function.ToDoubleFunction<Row> value) {
    return rows.stream().mapToDouble(value).toArray();
  }

  /** Spearman's, ties by mean rank. */
  static double rankCorrelation(double[] a, double[] b) {
    double[] x = ranks(a);
    double[] y = ranks(b);
    double mean = (a.length + 1) / 2.0;
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < a.length; i++) {
      xy += (x[i] - mean) * (y[i] - mean);
      xx += (x[i] - mean) * (x[i] - mean);
      yy += (y[i] - mean) * (y[i] - mean);
    }
    return xy / Math.sqrt(xx * yy);
  }

  private static double[] ranks(double[] values) {
    double[] ranks = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      long below = IntStream.range(0, values.length).filter(j -> values[j] < value).count();
      long equal = IntStream.range(0, values.length).filter(j -> values[j] == value).count();
      ranks[i] = below + (equal + 1) / 2.0;
    }
    return ranks;
  }

  private static Table table(List<Row> rows) {
    return new Table(
        "neighbours",
        text("D-SGD from noise alone, n=%d, d=%d: 1 − r is the factor of ‖x‖² a round", N, D),
        List.of(
            "graph",
            "spectral gap",
            "n_W(γ)",
            "predicted step",
            "best step",
            "predicted r",
            "measured r"),
        rows.stream()
            .<List<Object>>map(r ->
                List.of(
                    r.graph(),
                    r.gap(),
                    r.neighbours(),
                    r.predicted().stepSize(),
                    r.step(),
                    r.predicted().rate(),
                    r.rate()))
            .toList());
  }

  private static Figure figure(List<Row> rows) {
    List<Row> sorted = rows.stream().sorted(Comparator.comparingDouble(Row::neighbours)).toList();
    List<Double> x = sorted.stream().map(Row::neighbours).toList();
    return new Figure(
        "Speed at the best learning rate against effective neighbours",
        "effective neighbours n_W(γ)",
        "r, and the best learning rate",
        false,
        true,
        List.of(
            new Series("measured r", x, sorted.stream().map(Row::rate).toList()),
            new Series("predicted r", x, sorted.stream().map(r -> r.predicted().rate()).toList()),
            new Series("best learning rate", x, sorted.stream().map(Row::step).toList()),
            new Series(
                "predicted learning rate",
                x,
                sorted.stream().map(r -> r.predicted().stepSize()).toList())));
  }
}
