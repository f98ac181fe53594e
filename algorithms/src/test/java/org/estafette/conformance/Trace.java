package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.estafette.memory.Float64Vector;

/**
 * One entry of a trace file with what the whole file shares.
 *
 * @param name the entry's name
 * @param entry its content
 * @param file the file's {@code oracles} object
 * @param tolerance of the file
 */
record Trace(String name, JsonNode entry, JsonNode file, double tolerance) {
  Compare compare() {
    return new Compare(name, tolerance);
  }

  Compare compare(String part) {
    return new Compare(name + part, tolerance);
  }

  static Float64Vector vector(JsonNode array) {
    return Float64Vector.of(numbers(array));
  }

  static double[] numbers(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asDouble();
    }
    return values;
  }

  static long[] longs(JsonNode array) {
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asLong();
    }
    return values;
  }

  Float64Vector start() {
    return vector(file.get("common").get("params0"));
  }

  Float64Vector delta(int index) {
    return vector(file.get("common").get("deltas").get(index));
  }

  double number(String key, double otherwise) {
    JsonNode value = entry.get(key);
    return value == null ? otherwise : value.asDouble();
  }

  /** A number of another entry of the file; {@code otherwise} where there is none. */
  double elsewhere(String other, String key, double otherwise) {
    return file.path(other).path(key).asDouble(otherwise);
  }

  /** Replays traces of one kind. */
  interface Replay {
    List<Check> run(Trace trace);
  }
}
