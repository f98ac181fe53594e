package org.estafette.memory;

import org.estafette.kernel.LinearStep;
import org.jspecify.annotations.Nullable;

/** Checks of the operands of {@link FlatVector}'s operations, and what they say. */
final class Operands {
  private Operands() {}

  static void checkCount(int count, int available, String name) {
    if (count < 0 || count > available) {
      throw new IllegalArgumentException(
          "count=" + count + " (expected 0 to " + name + ".length=" + available + ")");
    }
  }

  static void checkTrim(int count, int trim) {
    if (trim < 0 || 2 * trim >= count) {
      throw new IllegalArgumentException(
          "trim=" + trim + " of count=" + count + " (expected 0 <= trim < count / 2)");
    }
  }

  /** Copies what is above the diagonal below it. */
  static void mirror(double[] square, int count) {
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < i; j++) {
        square[i * count + j] = square[j * count + i];
      }
    }
  }

  static void checkSteps(
      @Nullable FlatVector momentum,
      @Nullable FlatVector buffer,
      FlatVector[] pushes,
      LinearStep[] steps,
      int count) {
    checkCount(count, pushes.length, "pushes");
    checkCount(count, steps.length, "steps");
    for (int j = 0; j < count; j++) {
      LinearStep step = steps[j];
      if (momentum == null && needsMomentum(step)) {
        throw new IllegalArgumentException(
            "momentum=null (expected a vector: step " + j + " is " + step + ")");
      }
      if (buffer == null && step.usesBuffer()) {
        throw new IllegalArgumentException(
            "buffer=null (expected a vector: step " + j + " is " + step + ")");
      }
    }
  }

  private static boolean needsMomentum(LinearStep step) {
    return switch (step.kind()) {
      case PLAIN -> false;
      case MOMENTUM -> true;
      case ACCUMULATE -> step.fromMomentum() != 0;
      case REFRESH -> step.usesMomentum();
    };
  }

  static IllegalArgumentException wrongLength(String name, FlatVector seen, long expected) {
    return new IllegalArgumentException(
        name + ": length=" + seen.length() + " (expected " + expected + ")");
  }

  static IllegalArgumentException wrongPrecision(String name, FlatVector seen, Precision expected) {
    return new IllegalArgumentException(
        name + ": precision=" + seen.precision() + " (expected " + expected + ")");
  }

  static String describe(FlatVector v) {
    StringBuilder s = new StringBuilder(v.precision().toString()).append('[');
    long shown = Math.min(v.length(), 8);
    for (long i = 0; i < shown; i++) {
      s.append(i == 0 ? "" : ", ").append(v.get(i));
    }
    return s.append(shown < v.length() ? ", … " + v.length() + " elements]" : "]").toString();
  }
}
