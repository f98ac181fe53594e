package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.estafette.algorithm.quadratic.RandomQuadratics;
import org.estafette.memory.Float64Vector;
import org.estafette.simulation.LockStep;
import org.jspecify.annotations.Nullable;

/**
 * One row of a sweep over algorithms on the random quadratics: errors at fixed learning rates, and
 * fewest steps to an error over a grid of rates.
 *
 * <p>A number agrees where it is within the tolerance relatively, or within a millionth of that
 * absolutely. Where the row says "diverged", the error must be above 1e6 or no number.
 */
record SweepRow(JsonNode row, SweepMethods method) {
  private static final double DIVERGED = 1e6;

  /** Rounds for which an error must stay below its target to count. */
  private static final int STAYS = 200;

  /** Learning rates 2^(k/4), k = −44 … 8. */
  private static final int LOWEST = -44;

  private static final int HIGHEST = 8;

  /** The replay of a row; null where its algorithm, variant or graph is not known here. */
  static @Nullable SweepRow of(JsonNode row) {
    SweepMethods method =
        SweepMethods.of(
            row.get("algorithm").asText(),
            row.path("variant").asText(""),
            row.get("topology").asText(),
            row.get("n").asInt());
    boolean noisy = row.path("noise_sigma").asDouble(0) != 0;
    return method == null || noisy ? null : new SweepRow(row, method);
  }

  static String name(JsonNode row) {
    String variant = row.path("variant").asText("");
    return "%s %s n=%s z=%s%s"
        .formatted(
            row.get("algorithm").asText(),
            row.get("topology").asText(),
            row.get("n").asText(),
            row.get("zeta2").asText(),
            variant.isEmpty() ? "" : " (" + variant + ")");
  }

  List<Check> replay(RandomQuadratics task, double tolerance) {
    List<Check> checks = new ArrayList<>();
    try {
      checks.add(fixed(task, tolerance));
      if (row.path("tuned").isObject()) {
        checks.add(tuned(task, tolerance));
      }
    } catch (RuntimeException broken) {
      checks.add(new Check(name(row), Double.POSITIVE_INFINITY, tolerance, broken.toString()));
    }
    return checks;
  }

  private LockStep start(RandomQuadratics task, double rate) {
    return method.start(task, rate);
  }

  /** Keeps the worst of a row. */
  private static final class Worst {
    double worst;
    String where = "";

    void number(String at, double expected, double actual) {
      double difference = Math.abs(expected - actual) / Math.max(1e-6, Math.abs(expected));
      see(
          Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference,
          at + ": expected " + expected + ", got " + actual);
    }

    void equal(String at, Object expected, Object actual) {
      see(
          expected.equals(actual) ? 0 : Double.POSITIVE_INFINITY,
          at + ": expected " + expected + ", got " + actual);
    }

    private void see(double difference, String what) {
      if (difference > worst) {
        worst = difference;
        where = what;
      }
    }
  }

  private Check fixed(RandomQuadratics task, double tolerance) {
    Worst worst = new Worst();
    for (Map.Entry<String, JsonNode> byRate : row.get("fixed_lr_error").properties()) {
      String rate = byRate.getKey();
      JsonNode errors = byRate.getValue();
      int last = 0;
      for (Map.Entry<String, JsonNode> e : errors.properties()) {
        if (e.getKey().chars().allMatch(Character::isDigit)) {
          last = Math.max(last, Integer.parseInt(e.getKey()));
        }
      }
      try (LockStep run = start(task, Double.parseDouble(rate))) {
        for (int t = 1; t <= last; t++) {
          run.round();
          JsonNode expected = errors.get(Integer.toString(t));
          if (expected != null) {
            error(worst, "rate " + rate + " round " + t, expected, task.error(run.mean()));
          }
        }
        distances(worst, rate, errors, last, run, task);
      }
    }
    return new Check(name(row) + " fixed rates", worst.worst, tolerance, worst.where);
  }

  private static void error(Worst worst, String at, JsonNode expected, double actual) {
    if (expected.isNumber()) {
      worst.number(at, expected.asDouble(), actual);
    } else {
      worst.equal(at, expected.asText(), actual <= DIVERGED ? actual : "diverged");
    }
  }

  private static void distances(
      Worst worst, String rate, JsonNode errors, int last, LockStep run, RandomQuadratics task) {
    JsonNode optimum = errors.get("mean_sq_distance_to_optimum_at_" + last);
    if (optimum != null && optimum.isNumber()) {
      double sum = 0;
      for (int i = 0; i < run.workers(); i++) {
        sum += task.distance2(run.parameters(i));
      }
      worst.number("rate " + rate + " distance", optimum.asDouble(), sum / run.workers());
    }
    JsonNode consensus = errors.get("consensus_distance_sq_at_" + last);
    if (consensus != null && consensus.isNumber()) {
      worst.number("rate " + rate + " consensus", consensus.asDouble(), run.consensusDistance2());
    }
  }

  /** What the row says of one target error. */
  private static final class Target {
    final double error;

    /** Steps that were needed at best; one more than could count where it was not reached. */
    final int steps;

    /** The rate that did; NaN where none did. */
    final double rate;

    Target(String error, JsonNode entry, int length) {
      this.error = Double.parseDouble(error);
      this.steps = entry.isNull() ? length - STAYS + 1 : entry.get("steps").asInt();
      this.rate = entry.isNull() ? Double.NaN : grid(entry.get("lr").asDouble());
    }
  }

  /**
   * The tuned entries: at the stated rate exactly the stated steps, at no other rate of the grid
   * fewer; and the best error of all, at its rate. All targets are followed in one run a rate.
   */
  private Check tuned(RandomQuadratics task, double tolerance) {
    JsonNode tuned = row.get("tuned");
    Worst worst = new Worst();
    int length = 3000;
    double bestRate = Double.NaN;
    double bestError = Double.NaN;
    double largest = Double.NaN;
    for (Map.Entry<String, JsonNode> e : tuned.properties()) {
      if (e.getKey().startsWith("best_error_after_")) {
        length = Integer.parseInt(e.getKey().replaceAll("\\D", ""));
        bestRate = grid(e.getValue().get("lr").asDouble());
        bestError = e.getValue().get("error").asDouble();
      } else if (e.getKey().equals("largest_lr_with_error_below_start")) {
        largest = grid(e.getValue().asDouble());
      }
    }
    List<Target> targets = new ArrayList<>();
    for (Map.Entry<String, JsonNode> e : tuned.properties()) {
      if (Character.isDigit(e.getKey().charAt(0))) {
        targets.add(new Target(e.getKey(), e.getValue(), length));
      }
    }
    double start = task.error(Float64Vector.zeros(task.dimension()));
    for (int k = HIGHEST; k >= LOWEST; k--) {
      double rate = Math.pow(2, k / 4.0);
      double last = run(worst, task, rate, targets, length, rate == bestRate || rate == largest);
      if (rate == bestRate) {
        worst.number("best error, rate " + rate, bestError, last);
      }
      if (rate >= largest) {
        worst.equal("error below start at rate " + rate, rate == largest, last < start);
      }
    }
    return new Check(name(row) + " tuned", worst.worst, tolerance, worst.where);
  }

  /**
   * One run, as far as it may still tell something.
   *
   * @param whole whether its last error is wanted
   * @return the last error; NaN where the run was given up
   */
  private double run(
      Worst worst,
      RandomQuadratics task,
      double rate,
      List<Target> targets,
      int length,
      boolean whole) {
    int[] last = new int[targets.size()];
    boolean[] lost = new boolean[targets.size()];
    boolean go = whole || targets.stream().anyMatch(t -> t.rate == rate);
    double before = Double.NaN;
    double error = Double.NaN;
    try (LockStep run = start(task, rate)) {
      for (int t = 1; t <= length; t++) {
        run.round();
        error = task.error(run.mean());
        boolean all = true;
        for (int i = 0; i < last.length; i++) {
          if (!(error < targets.get(i).error)) {
            last[i] = t;
            lost[i] |= t + 1 >= targets.get(i).steps;
          }
          all &= lost[i];
        }
        if (!(error <= DIVERGED) || !go && all) {
          return !(error <= DIVERGED) ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        if (t % 50 == 0) {
          for (int i = 0; i < last.length; i++) {
            lost[i] |= hopeless(error, before, targets.get(i), t);
          }
          before = error;
        }
      }
    }
    for (int i = 0; i < last.length; i++) {
      Target target = targets.get(i);
      if (target.rate == rate) {
        worst.equal("to " + target.error + " at rate " + rate, target.steps, last[i] + 1);
      } else if (last[i] + 1 < target.steps) {
        worst.equal(
            "to " + target.error + " at rate " + rate, "not below " + target.steps, last[i] + 1);
      }
    }
    return error;
  }

  /** Whether even thrice the speed of the last rounds would not get there in time. */
  private static boolean hopeless(double error, double before, Target target, int t) {
    if (!(error > 2 * target.error) || Double.isNaN(before)) {
      return false;
    }
    double perRound = Math.max(0, Math.log(before / error)) / 50;
    return Math.log(error / target.error) > 3 * perRound * (target.steps - t);
  }

  /** The rate of the grid that a rounded number means. */
  private static double grid(double rounded) {
    double rate = Math.pow(2, Math.rint(4 * Math.log(rounded) / Math.log(2)) / 4);
    return Math.abs(rate / rounded - 1) < 1e-6 ? rate : rounded;
  }
}
