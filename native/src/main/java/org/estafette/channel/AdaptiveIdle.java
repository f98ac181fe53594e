package org.estafette.channel;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the channel's thread does when a round of work found none. Right after work it yields, so
 * that an answer is met awake (and a peer that shares the core gets it, which spinning would keep
 * from it); then it sleeps, each time twice as long: up to a millisecond, after a second of silence
 * up to five, after five seconds up to twenty. Training threads own the cores, and what a wake-up
 * costs them is less its own few microseconds than the cache that it takes. A local send ends the
 * sleep at once.
 */
final class AdaptiveIdle {
  private static final long AWAKE_NANOS = 100_000;
  private static final long FIRST_SLEEP_NANOS = 10_000;
  private static final long LONG_SLEEP_NANOS = 1_000_000;
  private static final long SILENCE_NANOS = 1_000_000_000;
  private static final long SILENT_SLEEP_NANOS = 5_000_000;
  private static final long LONG_SILENCE_NANOS = 5_000_000_000L;
  private static final long LONGEST_SLEEP_NANOS = 20_000_000;

  private final boolean alwaysYield;
  private volatile @Nullable Thread sleeper;
  private long lastWork = System.nanoTime();
  private long sleep = FIRST_SLEEP_NANOS;

  AdaptiveIdle(ChannelConfig.Idle idle) {
    this.alwaysYield = idle == ChannelConfig.Idle.YIELD;
  }

  /**
   * One pause, or none.
   *
   * @param work fragments moved by the round; 0 for none
   * @param housekeeping what driver and client did; heartbeats of silent streams are among it, so
   *     it skips this pause but does not count as the end of a silence
   * @param wanted asked again right before sleeping, so that no wake-up is lost
   */
  void idle(int work, int housekeeping, long now, BooleanSupplier wanted) {
    if (work > 0) {
      lastWork = now;
      sleep = FIRST_SLEEP_NANOS;
      return;
    }
    if (housekeeping > 0) {
      return;
    }
    long silence = now - lastWork;
    if (alwaysYield || silence < AWAKE_NANOS) {
      Thread.yield();
      return;
    }
    sleeper = Thread.currentThread();
    if (!wanted.getAsBoolean()) {
      LockSupport.parkNanos(this, sleep);
    }
    sleeper = null;
    sleep = Math.min(2 * sleep, longest(silence));
  }

  private static long longest(long silence) {
    if (silence < SILENCE_NANOS) {
      return LONG_SLEEP_NANOS;
    }
    return silence < LONG_SILENCE_NANOS ? SILENT_SLEEP_NANOS : LONGEST_SLEEP_NANOS;
  }

  /** Ends the sleep, if there is one. Any thread. */
  void wake() {
    Thread thread = sleeper;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }
}
