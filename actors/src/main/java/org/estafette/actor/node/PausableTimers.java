package org.estafette.actor.node;

import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * An actor's timers that stand still with its clock: what is left of each when the run is paused is
 * left of it when the run goes on, so that nobody loses patience over a pause and a grace window is
 * as long as it was to be. For what has to do with the outside (a node that cannot be reached), the
 * actor's own timers are right.
 *
 * <p>Used by the actor's thread.
 */
final class PausableTimers<M> {
  private final TimerScheduler<M> timers;
  private final RunClock clock;
  private final Map<Object, Pending<M>> pending = new HashMap<>();
  private boolean paused;

  private record Pending<M>(M message, double due) {}

  PausableTimers(TimerScheduler<M> timers, RunClock clock) {
    this.timers = timers;
    this.clock = clock;
  }

  /** Sets or moves a timer. */
  void start(Object key, M message, double seconds) {
    pending.put(key, new Pending<>(message, clock.getAsDouble() + seconds));
    if (!paused) {
      run(key, message, seconds);
    }
  }

  private void run(Object key, M message, double seconds) {
    timers.startSingleTimer(key, message, Duration.ofNanos((long) (Math.max(0, seconds) * 1e9)));
  }

  void cancel(Object key) {
    pending.remove(key);
    timers.cancel(key);
  }

  /** To be told when a timer's message has come. */
  void fired(Object key) {
    pending.remove(key);
  }

  /** Together with the clock. */
  void pause() {
    if (!paused) {
      paused = true;
      clock.stop();
      pending.keySet().forEach(timers::cancel);
    }
  }

  /** Together with the clock; returns the seconds that both stood still. */
  double resume() {
    if (!paused) {
      return 0;
    }
    paused = false;
    double stood = clock.start();
    double now = clock.getAsDouble();
    pending.forEach((key, p) -> run(key, p.message(), p.due() - now));
    return stood;
  }

  boolean paused() {
    return paused;
  }
}
