package org.estafette.channel;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochClock;

/**
 * What Aeron takes for the time of day: milliseconds of the machine's monotonic clock. Driver and
 * clients tell by it whether the other one is alive, so that somebody who sets the wall clock, by
 * an hour or by a minute, would have each take the other for dead. All processes of a machine read
 * the same monotonic clock.
 *
 * <p>Programs of Aeron's that compare a driver's heartbeat with the wall clock take it for
 * inactive.
 */
final class SteadyClock implements EpochClock {
  static final SteadyClock INSTANCE = new SteadyClock();

  private SteadyClock() {}

  @Override
  public long time() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
