package org.estafette.channel;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what another thread is about to do. */
final class Await {
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private Await() {}

  static void until(BooleanSupplier condition, Supplier<String> state) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new AssertionError("not within 30 s; now: " + state.get());
      }
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted while waiting; now: " + state.get(), e);
      }
    }
  }
}
