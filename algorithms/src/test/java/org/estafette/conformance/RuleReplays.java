package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.estafette.algorithm.outer.AdamOuter;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.algorithm.outer.OuterRule;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.outer.StalenessPolicy;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Precision;

/** Traces of outer rules: fixed pseudo-gradients in, parameters and moments out. */
final class RuleReplays {
  private RuleReplays() {}

  private static OuterOptimizer linear(OuterRule rule, FlatVector x) {
    return new LinearOuter(rule, x.length(), Precision.FLOAT64);
  }

  static List<Check> sync(Trace t) {
    double lr = t.entry().get("lr").asDouble();
    double beta = t.number("beta", 0);
    OuterRule rule =
        t.name().contains("heavyball")
            ? new Rules.HeavyBall(lr, beta)
            : t.name().contains("sgd") ? new Rules.Sgd(lr) : new Rules.Nesterov(lr, beta);
    Float64Vector x = t.start();
    OuterOptimizer outer = linear(rule, x);
    Compare c = t.compare();
    int round = 0;
    for (JsonNode r : t.entry().get("rounds")) {
      JsonNode members = r.get("workers_delta_index");
      FlatVector[] deltas = new FlatVector[members.size()];
      double[] weights = new double[members.size()];
      for (int i = 0; i < deltas.length; i++) {
        deltas[i] = t.delta(members.get(i).asInt());
        weights[i] = 1.0 / deltas.length;
      }
      Float64Vector mean = Float64Vector.zeros(x.length());
      mean.weightedSum(deltas, weights, deltas.length);
      outer.apply(x, new FlatVector[] {mean}, new double[] {1}, 1);
      state(c, "round " + ++round, r, x, outer);
    }
    return List.of(c.done());
  }

  /** Each push by itself; {@code weights} gives w of the i-th, NaN for one that is dropped. */
  private static List<Check> pushes(Trace t, OuterOptimizer outer, IntToDoubleFunction weights) {
    Float64Vector x = t.start();
    Compare c = t.compare();
    JsonNode steps = t.entry().get("trace");
    for (int i = 0; i < steps.size(); i++) {
      double w = weights.applyAsDouble(i);
      if (!Double.isNaN(w)) {
        outer.apply(x, new FlatVector[] {t.delta(i)}, new double[] {w}, 1);
      }
      JsonNode expected = steps.get(i);
      state(c, "push " + (i + 1), expected, x, outer);
      if (expected.has("applied")) {
        c.number(
            "push " + (i + 1) + " applied",
            expected.get("applied").asBoolean() ? 1 : 0,
            Double.isNaN(w) ? 0 : 1);
      }
      if (expected.has("version")) {
        c.number("push " + (i + 1) + " version", expected.get("version"), outer.counter());
      }
    }
    return List.of(c.done());
  }

  private static void state(
      Compare c, String at, JsonNode expected, FlatVector x, OuterOptimizer outer) {
    c.vector(at + " params", expected.get("params"), x);
    var vectors = outer.vectors();
    FlatVector momentum =
        vectors.containsKey("adam_m") ? vectors.get("adam_m") : vectors.get("momentum");
    if (expected.has("momentum")) {
      c.vector(
          at + " momentum",
          expected.get("momentum"),
          momentum == null ? Float64Vector.zeros(x.length()) : momentum);
    }
    if (expected.has("buffer")) {
      FlatVector buffer = vectors.get("buffer");
      c.vector(
          at + " buffer",
          expected.get("buffer"),
          buffer == null ? Float64Vector.zeros(x.length()) : buffer);
    }
  }

  static List<Check> vanilla(Trace t) {
    double lr = t.entry().get("lr").asDouble();
    double beta = t.number("beta", 0.9);
    Float64Vector x = t.start();
    String n = t.name();
    OuterOptimizer outer;
    if (n.contains("adam")) {
      outer =
          new AdamOuter(
              lr,
              t.number("b1", 0.9),
              t.number("b2", 0.999),
              t.number("eps", 1e-8),
              t.number("wd", 0),
              x.length(),
              Precision.FLOAT64);
    } else if (n.contains("heavyball")) {
      outer = linear(new Rules.HeavyBall(lr, beta), x);
    } else if (n.contains("sgd")) {
      outer = linear(new Rules.Sgd(lr), x);
    } else {
      outer = linear(new Rules.Nesterov(lr, beta), x);
    }
    double w = t.number("weight", 1 / Math.sqrt(t.number("K", 1)));
    return pushes(t, outer, i -> w);
  }

  static List<Check> discounted(Trace t) {
    Float64Vector x = t.start();
    OuterOptimizer outer =
        linear(new Rules.Nesterov(t.entry().get("lr").asDouble(), t.number("beta", 0.9)), x);
    StalenessPolicy policy = new StalenessPolicy.Polynomial(t.number("exponent", 0.5));
    if (t.entry().has("max_staleness")) {
      policy = new StalenessPolicy.Threshold(t.entry().get("max_staleness").asLong(), policy);
    }
    StalenessPolicy staleness = policy;
    double base = 1 / Math.sqrt(t.number("K", 1));
    return pushes(t, outer, i -> base * staleness.factor(stalenessOf(t, i)));
  }

  private static long stalenessOf(Trace t, int i) {
    JsonNode own = t.entry().get("trace").get(i).get("staleness");
    return own != null ? own.asLong() : t.entry().get("staleness").get(i).asLong();
  }

  static List<Check> buffered(Trace t) {
    return pushes(
        t,
        linear(
            new Rules.BufferedNesterov(
                t.entry().get("lr").asDouble(), t.number("beta", 0.9), t.entry().get("N").asInt()),
            t.start()),
        i -> 1);
  }

  static List<Check> delayedNesterov(Trace t) {
    return pushes(
        t,
        linear(
            new Rules.DelayedNesterov(
                t.entry().get("lr").asDouble(), t.number("beta", 0.9),
                t.entry().get("N").asInt(), t.number("c", 0)),
            t.start()),
        i -> 1);
  }

  static List<Check> fedBuff(Trace t) {
    StalenessPolicy policy = new StalenessPolicy.Polynomial(0.5);
    return pushes(
        t,
        linear(new Rules.FedBuff(t.number("eta_g", 1), t.entry().get("K").asInt()), t.start()),
        i -> policy.factor(stalenessOf(t, i)));
  }

  static List<Check> compensation(Trace t) {
    Float64Vector g = Trace.vector(t.entry().get("g"));
    g.delayCompensate(
        t.entry().get("lambda").asDouble(),
        Trace.vector(t.entry().get("params_now")),
        Trace.vector(t.entry().get("params_at_pull")));
    Compare c = t.compare();
    c.vector("corrected", t.entry().get("corrected_g"), g);
    return List.of(c.done());
  }
}
