package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterRule;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;

/** Identities that the rules satisfy, and differences that they must have. */
final class InvariantReplays {
  /** What an identity may differ by in float64. */
  private static final double EXACT = 1e-12;

  private InvariantReplays() {}

  static List<Check> all(Trace t) {
    List<Check> checks = new ArrayList<>();
    t.entry()
        .properties()
        .forEach(e -> {
          String name = e.getKey();
          JsonNode v = e.getValue();
          if (name.startsWith("dn_c0_equals_buffered_nesterov_at_block_ends")) {
            checks.add(identity(t, name, blockEnds(t, 4)));
          } else if (name.startsWith("dn_N1_equals_plain_nesterov")) {
            checks.add(
                identity(
                    t, name, difference(t, dn(t, 1, 0), new Rules.Nesterov(lr(t), beta(t)), 8)));
          } else if (name.matches("dn_c[0-9.]+_vs_c0_at_push[0-9]+.*")) {
            double c = RunReplays.number(name, "dn_c([0-9.]+)_vs", 0);
            int push = (int) RunReplays.number(name, "at_push([0-9]+)", 0);
            Compare compare = t.compare("." + name.split(" ")[0]);
            compare.number("difference", v, difference(t, dn(t, 4, c), dn(t, 4, 0), push));
            checks.add(compare.done());
          } else if (name.startsWith("four_identical_pushes")) {
            checks.add(fourIdentical(t, name, v));
          } else if (name.startsWith("dn_c0_N4_dylu_full_group_equals_sync")) {
            checks.add(identity(t, name, dyluGroup(t)));
          } else {
            checks.add(
                new Check(
                    t.name() + "." + name,
                    Double.POSITIVE_INFINITY,
                    t.tolerance(),
                    "unknown trace"));
          }
        });
    return checks;
  }

  private static double lr(Trace t) {
    return t.elsewhere("dn_N4_c0", "lr", 0.7);
  }

  private static double beta(Trace t) {
    return t.elsewhere("dn_N4_c0", "beta", 0.9);
  }

  private static OuterRule dn(Trace t, int n, double c) {
    return new Rules.DelayedNesterov(lr(t), beta(t), n, c);
  }

  private static Check identity(Trace t, String name, double difference) {
    return new Check(t.name() + "." + name, difference, EXACT, "difference " + difference);
  }

  private static LinearOuter outer(OuterRule rule, long n) {
    return new LinearOuter(rule, n, Precision.FLOAT64);
  }

  /** Largest difference of the parameters after {@code pushes} pushes. */
  private static double difference(Trace t, OuterRule one, OuterRule other, int pushes) {
    return maxDifference(apply(t, one, pushes), apply(t, other, pushes));
  }

  private static Float64Vector apply(Trace t, OuterRule rule, int pushes) {
    Float64Vector x = t.start();
    LinearOuter o = outer(rule, x.length());
    for (int i = 0; i < pushes; i++) {
      o.apply(x, new FlatVector[] {t.delta(i)}, new double[] {1}, 1);
    }
    return x;
  }

  private static double blockEnds(Trace t, int n) {
    double worst = 0;
    for (int end = n; end <= t.file().get("common").get("deltas").size(); end += n) {
      worst =
          Math.max(
              worst,
              difference(t, dn(t, n, 0), new Rules.BufferedNesterov(lr(t), beta(t), n), end));
    }
    return worst;
  }

  private static double maxDifference(FlatVector a, FlatVector b) {
    double worst = 0;
    for (int i = 0; i < a.length(); i++) {
      worst = Math.max(worst, Math.abs(a.get(i) - b.get(i)));
    }
    return worst;
  }

  /** How far four identical pushes, and a momentum of 1, move the parameters at rate 1. */
  private static Check fourIdentical(Trace t, String name, JsonNode v) {
    double beta = RunReplays.number(name, "beta([0-9.]+)", 0.9);
    Compare c = t.compare("." + name);
    c.number(
        "sequential g",
        v.get("sequential_nesterov_coeff_of_g"),
        moved(new Rules.Nesterov(1, beta), 1, 0));
    c.number(
        "sequential m0", v.get("sequential_coeff_of_m0"), moved(new Rules.Nesterov(1, beta), 0, 1));
    c.number(
        "block g",
        v.get("sync_or_DN_coeff_of_g"),
        moved(new Rules.DelayedNesterov(1, beta, 4, 0), 1, 0));
    c.number(
        "block m0",
        v.get("sync_coeff_of_m0"),
        moved(new Rules.DelayedNesterov(1, beta, 4, 0), 0, 1));
    return c.done();
  }

  private static double moved(OuterRule rule, double push, double momentum) {
    Float64Vector x = Float64Vector.of(0);
    LinearOuter o = outer(rule, 1);
    o.vectors().get("momentum").fill(momentum);
    for (int i = 0; i < 4; i++) {
      o.apply(x, new FlatVector[] {Float64Vector.of(push)}, new double[] {1}, 1);
    }
    return -x.get(0);
  }

  /** DN with N = K, c = 0 and DyLU in a window that covers all, against synchronous Nesterov. */
  private static double dyluGroup(Trace t) {
    JsonNode setup = t.file().get("quadratic_end_to_end").get("setup");
    double[] seconds = Trace.numbers(setup.get("sec_per_step"));
    QuadraticRun run =
        new QuadraticRun(
            seconds,
            RunReplays.rows(setup.get("A")),
            RunReplays.rows(setup.get("B")),
            Trace.numbers(setup.get("x0")),
            RunReplays.number(setup.get("inner").asText(), "eta=([0-9.eE+-]+)", 0.01));
    LocalSteps steps = new LocalSteps.Dynamic(setup.get("H").asInt(), 1);
    int rounds = 10;
    List<QuadraticRun.Point> pushes =
        run.async(
            dn(t, seconds.length, 0),
            1,
            steps,
            new GraceWindow(1000, true),
            rounds * seconds.length);
    List<QuadraticRun.Point> sync = run.sync(new Rules.Nesterov(lr(t), beta(t)), steps, rounds);
    double worst = 0;
    for (int r = 0; r < rounds; r++) {
      worst =
          Math.max(
              worst,
              maxDifference(
                  Float64Vector.of(pushes.get((r + 1) * seconds.length - 1).params()),
                  Float64Vector.of(sync.get(r).params())));
    }
    return worst;
  }
}
