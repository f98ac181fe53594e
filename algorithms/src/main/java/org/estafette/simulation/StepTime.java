package org.estafette.simulation;

/** How long a worker's local steps take, in virtual seconds. A pure function. */
@FunctionalInterface
public interface StepTime {
  /** Seconds that {@code steps} local steps of round {@code round} take. */
  double seconds(long round, int steps);

  /** Each step takes the same. */
  static StepTime constant(double secondsPerStep) {
    if (!(secondsPerStep > 0)) {
      throw new IllegalArgumentException("secondsPerStep=" + secondsPerStep + " (expected > 0)");
    }
    return (round, steps) -> steps * secondsPerStep;
  }
}
