package org.estafette.actor.cli.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.estafette.actor.cli.topology.TopologyReport.Averaging;
import org.estafette.actor.cli.topology.TopologyReport.Judgement;
import org.estafette.actor.cli.topology.TopologyReport.Neighbours;
import org.estafette.actor.cli.topology.TopologyReport.Relay;
import org.estafette.actor.cli.topology.TopologyReport.Shape;
import org.jspecify.annotations.Nullable;

/** A report for people: one line a fact, with what it means. */
public final class ReportText {
  private final List<String> lines = new ArrayList<>();

  private ReportText() {}

  /** The lines. */
  public static List<String> of(TopologyReport report) {
    ReportText text = new ReportText();
    text.shape(report);
    Averaging averaging = report.averaging();
    if (averaging == null) {
      text.lines.add("averaging: left out, eigenvalues of n=" + report.n() + " take too long");
    } else {
      text.averaging(averaging, report.n());
    }
    report.relays().forEach(text::relay);
    text.advice(report.advice());
    return text.lines;
  }

  private void shape(TopologyReport report) {
    Shape s = report.shape();
    String degree =
        s.minDegree() == s.maxDegree()
            ? String.valueOf(s.minDegree())
            : s.minDegree() + " to " + s.maxDegree();
    lines.add(report.kind() + ", n=" + report.n());
    fact("edges", s.edges(), s.tree() ? "a tree" : "");
    fact("degree", degree, "neighbours of a node");
    Double mean = s.meanDistance();
    if (s.diameter() != null && mean != null) {
      fact("diameter", s.diameter(), "hops at most, " + f("%.3f", mean) + " on average");
    } else {
      fact("parts", s.parts(), "not connected");
    }
  }

  private void averaging(Averaging a, int n) {
    lines.add("averaging with " + a.weights());
    if (a.period() > 1) {
      fact("period", a.period(), "averagings to the exact mean");
    }
    eigenvalue("λ₂", a.lambda2(), "");
    eigenvalue("λ_min", a.lambdaMin(), "D² needs it above −0.3333");
    eigenvalue("spectral gap", a.spectralGap(), "");
    a.effectiveNeighbours()
        .forEach((gamma, found) ->
            fact("n_W(" + gamma + ")", f("%.2f", found.mean()), neighbours(found, n)));
    fact(
        "toy problem",
        f("%.4f", a.toy().bestRate()),
        f(
            "best rate, at step size %.4f (ζ=%.0f; alone %.4f, all together %.4f)",
            a.toy().bestStepSize(), a.toy().zeta(), a.toy().alone(), a.toy().complete()));
  }

  private static String neighbours(Neighbours found, int n) {
    return f("effective neighbours of %d; worst node %.2f", n, found.worst());
  }

  private void eigenvalue(String name, @Nullable Double value, String meaning) {
    if (value != null) {
      // Rounding below 5e-5 would print as -0.0000.
      fact(name, f("%.4f", Math.abs(value) < 5e-5 ? 0.0 : value), meaning);
    }
  }

  private void relay(Relay r) {
    lines.add("relay over " + r.over());
    fact("τ_max", r.tauMax(), "rounds of delay at most; overlapped " + r.tauMaxOverlapped());
    fact(
        "κ",
        f("%.3f", r.correction()),
        f(
            "slower than SGD at the same step size: multiply it; overlapped %.3f",
            r.correctionOverlapped()));
    if (r.mixing() != null) {
      fact(
          "m/p",
          f("%.1f", r.mixing().ratio()),
          f("overlapped delays forget %.4f a round over m=%d", r.mixing().p(), r.mixing().m()));
    }
  }

  private void advice(Map<String, Judgement> advice) {
    if (!advice.isEmpty()) {
      lines.add("advice");
    }
    advice.forEach((method, j) -> {
      lines.add(
          f("  %-18s %s%s", method, j.verdict(), j.reason() == null ? "" : ": " + j.reason()));
      if (j.remedy() != null) {
        lines.add(f("  %-18s → %s", "", j.remedy()));
      }
    });
  }

  private void fact(String name, Object value, String meaning) {
    lines.add(f("  %-14s %9s  %s", name, value, meaning).stripTrailing());
  }

  private static String f(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
