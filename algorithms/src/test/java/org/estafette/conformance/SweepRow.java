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
      checks.add(
          new Check(name(row), Double.POSITIVE_INFINITY, tolerance, broken.toString()));
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

  /**
   * Steps and rates of the tuned entries: at the stated rate exactly the stated steps, and at no
   * rate of the grid fewer.
   */
  private Check tuned(RandomQuadratics task, double tolerance) {
    JsonNode tuned = row.get("tuned");
    Worst worst = new Worst();
    int length = 3000;
    for (Map.Entry<String, JsonNode> e : tuned.properties()) {
      if (e.getKey().startsWith("best_error_after_")) {
        length = Integer.parseInt(e.getKey().replaceAll("\\D", ""));
        double rate = e.getValue().get("lr").asDouble();
        worst.number(
            "best error, rate " + rate,
            e.getValue().get("error").asDouble(),
            errorAfter(task, grid(rate), length));
      }
    }
    for (Map.Entry<String, JsonNode> e : tuned.properties()) {
      if (Character.isDigit(e.getKey().charAt(0))) {
        steps(worst, task, Double.parseDouble(e.getKey()), e.getValue(), length);
      }
    }
    return new Check(name(row) + " tuned", worst.worst, tolerance, worst.where);
  }

  private double errorAfter(RandomQuadratics task, double rate, int length) {
    try (LockStep run = start(task, rate)) {
      for (int t = 0; t < length; t++) {
        run.round();
      }
      return task.error(run.mean());
    }
  }

  private void steps(
      Worst worst, RandomQuadratics task, double target, JsonNode expected, int length) {
    int stated = expected.isNull() ? length + 1 : expected.get("steps").asInt();
    double statedRate = expected.isNull() ? Double.NaN : grid(expected.get("lr").asDouble());
    if (!expected.isNull()) {
      int steps = steps(task, statedRate, target, length, Integer.MAX_VALUE);
      worst.equal("to " + target + " at rate " + statedRate, stated, steps);
    }
    for (int k = HIGHEST; k >= LOWEST; k--) {
      double rate = Math.pow(2, k / 4.0);
      if (rate != statedRate) {
        int steps = steps(task, rate, target, length, stated);
        if (steps < stated) {
          worst.equal("to " + target + " at rate " + rate, "not below " + stated, steps);
        }
      }
    }
  }

  /**
   * Steps after which the error stays below; {@code length} + 1 where it does not, or as soon as it
   * is plain that there will not be fewer than {@code toBeat}.
   */
  private int steps(
      RandomQuadratics task, double rate, double target, int length, int toBeat) {
    int last = 0;
    double before = Double.NaN;
    try (LockStep run = start(task, rate)) {
      for (int t = 1; t <= length; t++) {
        run.round();
        double error = task.error(run.mean());
        if (!(error < target)) {
          last = t;
          if (t + 1 >= toBeat && toBeat <= length || !(error <= DIVERGED)) {
            return length + 1;
          }
        }
        if (toBeat <= length + 1 && t % 100 == 0) {
          if (hopeless(error, before, target, Math.min(length, toBeat) - t)) {
            return length + 1;
          }
          before = error;
        }
      }
    }
    return last == length ? length + 1 : last + 1;
  }

  /** Whether even thrice the speed of the last hundred rounds would not get there. */
  private static boolean hopeless(double error, double before, double target, int roundsLeft) {
    if (!(error > 2 * target) || Double.isNaN(before)) {
      return false;
    }
    double perRound = Math.max(0, Math.log(before / error)) / 100;
    return Math.log(error / target) > 3 * perRound * roundsLeft;
  }

  /** The rate of the grid that a rounded number means. */
  private static double grid(double rounded) {
    double rate = Math.pow(2, Math.rint(4 * Math.log(rounded) / Math.log(2)) / 4);
    return Math.abs(rate / rounded - 1) < 1e-6 ? rate : rounded;
  }

  static Float64Vector zeros(RandomQuadratics task) {
    return Float64Vector.zeros(task.dimension());
  }
}
