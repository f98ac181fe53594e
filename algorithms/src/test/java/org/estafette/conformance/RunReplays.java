package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.estafette.algorithm.outer.OuterRule;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;

/** Traces of whole runs in virtual time: who arrives when, and where the parameters go. */
final class RunReplays {
  private RunReplays() {}

  /** Local steps of the given number for each worker, which no measured speed changes. */
  private static LocalSteps given(double[] secondsPerStep, long[] steps) {
    int most = (int) java.util.Arrays.stream(steps).max().orElseThrow();
    boolean same = java.util.Arrays.stream(steps).allMatch(s -> s == most);
    if (same) {
      return new LocalSteps.Fixed(most);
    }
    LocalSteps dynamic = new LocalSteps.Dynamic(most, 1);
    double fastest = 1 / java.util.Arrays.stream(secondsPerStep).min().orElseThrow();
    for (int i = 0; i < steps.length; i++) {
      if (dynamic.steps(1 / secondsPerStep[i], fastest) != steps[i]) {
        throw new IllegalArgumentException(
            "steps " + java.util.Arrays.toString(steps) + " are not those of DyLU");
      }
    }
    return dynamic;
  }

  static List<Check> schedules(Trace t) {
    List<Check> checks = new ArrayList<>();
    int row = 0;
    for (JsonNode e : t.entry()) {
      double[] seconds = Trace.numbers(e.get("sec_per_step"));
      int k = seconds.length;
      double[][] ones = new double[k][1];
      QuadraticRun run = new QuadraticRun(seconds, ones, ones, new double[1], 0.01);
      JsonNode events = e.get("events");
      List<QuadraticRun.Point> points =
          run.async(
              new Rules.Sgd(0.1),
              1,
              given(seconds, Trace.longs(e.get("steps"))),
              new GraceWindow(e.get("grace").asDouble(), e.get("clairvoyant").asBoolean()),
              events.size());
      Compare c = t.compare("[" + row++ + "]");
      c.number("events", events.size(), points.size());
      for (int i = 0; i < points.size(); i++) {
        JsonNode expected = events.get(i);
        QuadraticRun.Point p = points.get(i);
        c.number("event " + i + " time", expected.get("time"), p.time());
        c.number("event " + i + " worker", expected.get("worker"), p.worker());
        c.number("event " + i + " staleness", expected.get("staleness"), p.staleness());
        c.number("event " + i + " version", expected.get("version_after"), p.version());
      }
      checks.add(c.done());
    }
    return checks;
  }

  static List<Check> quadratics(Trace t) {
    JsonNode setup = t.entry().get("setup");
    double eta = number(setup.get("inner").asText(), "eta=([0-9.eE+-]+)", 0.01);
    double[] seconds = Trace.numbers(setup.get("sec_per_step"));
    QuadraticRun run =
        new QuadraticRun(
            seconds,
            rows(setup.get("A")),
            rows(setup.get("B")),
            Trace.numbers(setup.get("x0")),
            eta);
    List<Check> checks = new ArrayList<>();
    Compare optimum = t.compare(".setup");
    optimum.number("loss at x0", setup.get("loss_at_x0"), run.loss(Trace.numbers(setup.get("x0"))));
    optimum.number(
        "loss at optimum",
        setup.get("loss_at_optimum"),
        run.loss(Trace.numbers(setup.get("optimum"))));
    checks.add(optimum.done());
    t.entry()
        .properties()
        .forEach(e -> {
          if (!e.getKey().equals("setup")) {
            checks.add(one(t, e.getKey(), e.getValue(), run, setup, seconds.length));
          }
        });
    return checks;
  }

  private static Check one(
      Trace t, String name, JsonNode expected, QuadraticRun run, JsonNode setup, int workers) {
    double lr = number(name, "lr([0-9.]+)", Double.NaN);
    double beta = number(name, "beta([0-9.]+)", setup.path("beta").asDouble(0.9));
    int n = (int) number(name, "_N([0-9]+)", workers);
    int h = (int) number(name, "_H([0-9]+)", setup.get("H").asInt());
    double grace = number(name, "grace([0-9.]+)", setup.get("grace").asDouble());
    LocalSteps steps =
        name.contains("DyLU") ? new LocalSteps.Dynamic(h, 1) : new LocalSteps.Fixed(h);
    boolean sync = name.startsWith("sync");
    int count = 0;
    for (JsonNode p : expected) {
      count = Math.max(count, p.get(sync ? "round" : "push").asInt());
    }
    boolean vanilla = name.contains("vanilla");
    OuterRule rule;
    if (name.contains("_DN_")) {
      rule = new Rules.DelayedNesterov(lr, beta, n, number(name, "_c([0-9.]+)", 0));
    } else if (name.contains("delayed_sgd")) {
      rule = new Rules.BufferedNesterov(lr, beta, n);
    } else if (name.contains("heavyball")) {
      rule = new Rules.HeavyBall(lr, beta);
    } else if (name.contains("sgd")) {
      rule = new Rules.Sgd(lr);
    } else {
      rule = new Rules.Nesterov(lr, beta);
    }
    GraceWindow window = new GraceWindow(grace, setup.get("clairvoyant_grace").asBoolean());
    List<QuadraticRun.Point> points =
        sync
            ? run.sync(rule, steps, count)
            : run.async(rule, vanilla ? 1 / Math.sqrt(workers) : 1, steps, window, count);
    Compare c = t.compare("." + name);
    for (JsonNode p : expected) {
      int index = p.get(sync ? "round" : "push").asInt();
      String at = (sync ? "round " : "push ") + index;
      if (index > points.size()) {
        c.number(at + " exists", 1, 0);
        continue;
      }
      QuadraticRun.Point got = points.get(index - 1);
      c.number(at + " time", p.get("time"), got.time());
      c.number(at + " local_steps", p.get("local_steps"), got.localSteps());
      c.vector(at + " params", p.get("params"), got.params());
      c.number(at + " loss", p.get("loss"), run.loss(got.params()));
      if (p.has("worker")) {
        c.number(at + " worker", p.get("worker"), got.worker());
      }
    }
    return c.done();
  }

  static double[][] rows(JsonNode matrix) {
    double[][] rows = new double[matrix.size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Trace.numbers(matrix.get(i));
    }
    return rows;
  }

  static double number(String text, String pattern, double otherwise) {
    Matcher m = Pattern.compile(pattern).matcher(text);
    if (!m.find()) {
      return otherwise;
    }
    String digits = m.group(1);
    return Double.parseDouble(
        digits.endsWith(".") ? digits.substring(0, digits.length() - 1) : digits);
  }
}
