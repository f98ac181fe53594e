package org.estafette.simulation.faults;

import java.util.function.LongConsumer;

/** Runs a test for each of many seeds; {@code -Dtest.argLine=-Destafette.seed=N} for one. */
final class Seeds {
  private Seeds() {}

  static void each(int count, Class<?> test, LongConsumer check) {
    Long one = Long.getLong("estafette.seed");
    for (long seed = one == null ? 0 : one; seed < (one == null ? count : one + 1); seed++) {
      try {
        check.accept(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed "
                + seed
                + ": "
                + e.getMessage()
                + "\nreplay: mvn test -pl algorithms -am -Dtest="
                + test.getSimpleName()
                + " -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dtest.argLine=-Destafette.seed="
                + seed,
            e);
      }
    }
  }
}
