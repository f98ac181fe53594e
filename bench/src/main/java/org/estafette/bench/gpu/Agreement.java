package org.estafette.bench.gpu;

import java.util.List;
import java.util.Locale;

/**
 * How far a device is from the reference.
 *
 * @param what the case
 * @param difference largest ‖result − reference‖ / ‖reference‖ of the case's results; NaN where a
 *     result is not a number and the reference is
 * @param allowed what it may be at most
 */
public record Agreement(String what, double difference, double allowed) {
  /** Whether it is close enough. */
  public boolean holds() {
    return difference <= allowed;
  }

  /** Compares results one by one. */
  static Agreement of(
      String what, List<float[]> results, List<float[]> references, double allowed) {
    if (results.size() != references.size()) {
      throw new IllegalStateException(what + ": results of different number");
    }
    double worst = 0;
    for (int i = 0; i < results.size(); i++) {
      double difference = distance(results.get(i), references.get(i));
      if (!(difference <= worst)) {
        worst = difference;
      }
    }
    return new Agreement(what, worst, allowed);
  }

  /** ‖a − b‖ / ‖b‖. */
  static double distance(float[] a, float[] b) {
    double above = 0;
    double below = 0;
    for (int i = 0; i < b.length; i++) {
      double d = (double) a[i] - b[i];
      above += d * d;
      below += (double) b[i] * b[i];
    }
    return above == 0 ? 0 : Math.sqrt(above / Math.max(below, 1e-30));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-4s %-58s %.2e (at most %.0e)",
        holds() ? "ok" : "BAD",
        what,
        difference,
        allowed);
  }
}
