package org.estafette.simulation.experiment;

import static org.estafette.simulation.experiment.RelayQuadratics.text;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.quadratic.QuadraticsSpec;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.simulation.LockStep;
import org.estafette.simulation.experiment.Findings.Claim;
import org.estafette.simulation.experiment.Findings.Table;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.estafette.topology.spectrum.Spectrum;

/** D² diverges where W has an eigenvalue below −1/3; with (W + I)/2 it does not. */
final class D2Stability {
  private static final int N = 32;
  private static final int ROUNDS = 3000;
  private static final double RATE = 0.1;

  private D2Stability() {}

  static void add(
      Experiment.Effort effort,
      Experiment.Progress progress,
      List<Claim> claims,
      List<Table> tables) {
    RandomQuadratics task = QuadraticsSpec.paper(N, 1, effort.seed()).generate();
    List<List<Object>> rows = new ArrayList<>();
    for (String kind : List.of("torus", "hypercube", "social")) {
      double smallest =
          Spectrum.of(
                  MixingMatrix.metropolisHastings(
                      Topologies.named(kind, N, TopologyOptions.defaults())))
              .smallest();
      double plain = run(Contenders.d2(kind, N, false), task);
      double lazy = run(Contenders.d2(kind, N, true), task);
      claims.add(
          new Claim(
              text(
                  "8. D² on the %s, n=%d, rate 0.1: diverges; with (W + I)/2 it converges",
                  kind, N),
              text("λ_min %.2f: error %.1e; with (W + I)/2 %.1e", smallest, plain, lazy),
              !(plain < 1e6) && lazy < 1e-12));
      rows.add(List.of(kind, smallest, plain, lazy));
      progress.line(text("D² on the %s: %.1e, lazy %.1e", kind, plain, lazy));
    }
    tables.add(
        new Table(
            "d2-stability",
            text(
                "Error of D² at rate 0.1, n=%d, ζ²=1, after %d rounds or where it passed 1e6",
                N, ROUNDS),
            List.of("graph", "λ_min of W", "error with W", "error with (W + I)/2"),
            rows));
  }

  private static double run(Contender c, RandomQuadratics task) {
    try (LockStep run = c.start(task, RATE)) {
      double error = 0;
      for (int t = 0; t < ROUNDS && error < 1e6; t++) {
        run.round();
        error = task.error(run.mean());
        // The mean may be right while the workers fly apart, until rounding takes it along.
        error = Math.max(error, run.consensusDistance2() > 1e6 ? run.consensusDistance2() : 0);
      }
      return error;
    }
  }
}
