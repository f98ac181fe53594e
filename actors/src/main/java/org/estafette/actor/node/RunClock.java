package org.estafette.actor.node;

import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Seconds of a run, or of a worker's part in it. It stands still while the run is paused, so that
 * nothing that is measured by it has a pause in it: round durations, throughput, expected arrivals,
 * grace windows. Thread-safe.
 */
final class RunClock implements DoubleSupplier {
  private final LongSupplier nanos;
  private long began;
  private long stoppedAt;
  private boolean stopped;

  /** Begins at that many seconds. */
  RunClock(double seconds) {
    this(seconds, System::nanoTime);
  }

  RunClock(double seconds, LongSupplier nanos) {
    this.nanos = nanos;
    this.began = nanos.getAsLong() - (long) (seconds * 1e9);
  }

  @Override
  public synchronized double getAsDouble() {
    return ((stopped ? stoppedAt : nanos.getAsLong()) - began) / 1e9;
  }

  synchronized void stop() {
    if (!stopped) {
      stopped = true;
      stoppedAt = nanos.getAsLong();
    }
  }

  /** Goes on; returns the seconds that it stood still. */
  synchronized double start() {
    if (!stopped) {
      return 0;
    }
    stopped = false;
    long stood = nanos.getAsLong() - stoppedAt;
    began += stood;
    return stood / 1e9;
  }
}
