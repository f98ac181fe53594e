package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import org.estafette.memory.FlatVector;

/** Keeps the largest difference between what a trace says and what was computed. */
final class Compare {
  private final String name;
  private final double tolerance;
  private double worst;
  private String where = "";

  Compare(String name, double tolerance) {
    this.name = name;
    this.tolerance = tolerance;
  }

  void number(String at, double expected, double actual) {
    double difference = Math.abs(expected - actual) / Math.max(1, Math.abs(expected));
    if (!(difference <= worst)) { // NaN counts as the worst.
      worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
      where = at + ": expected " + expected + ", got " + actual;
    }
  }

  void number(String at, JsonNode expected, double actual) {
    number(at, expected.isNumber() ? expected.asDouble() : Double.NaN, actual);
  }

  void vector(String at, JsonNode expected, FlatVector actual) {
    number(at + " length", expected.size(), actual.length());
    for (int i = 0; i < Math.min(expected.size(), actual.length()); i++) {
      number(at + "[" + i + "]", expected.get(i), actual.get(i));
    }
  }

  void vector(String at, JsonNode expected, double[] actual) {
    number(at + " length", expected.size(), actual.length);
    for (int i = 0; i < Math.min(expected.size(), actual.length); i++) {
      number(at + "[" + i + "]", expected.get(i), actual[i]);
    }
  }

  Check done() {
    return new Check(name, worst, tolerance, where);
  }
}
