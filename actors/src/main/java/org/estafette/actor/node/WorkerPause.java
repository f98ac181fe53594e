package org.estafette.actor.node;

import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A worker's part in a pause of the run: its clock, its participant's timers and its training stand
 * still, and it says so again and again until it is told to go on. Used by the actor's thread.
 */
final class WorkerPause {
  private static final String HALTED = "halted";
  private static final Duration STILL_HALTED = Duration.ofSeconds(3);

  private final TimerScheduler<WorkerMessage> timers;
  private final PausableTimers<WorkerMessage> own;
  private final TrainingThread thread;
  private final LongConsumer halted;
  private long pause;

  /**
   * @param halted tells the run's first node that the worker stands still in that pause
   */
  WorkerPause(
      TimerScheduler<WorkerMessage> timers,
      PausableTimers<WorkerMessage> own,
      TrainingThread thread,
      LongConsumer halted) {
    this.timers = timers;
    this.own = own;
    this.thread = thread;
    this.halted = halted;
  }

  /**
   * Of the same pause it may be told more than once.
   *
   * @param deliver takes word that no step is under way any more, by the training thread
   */
  void halt(WorkerMessage.Halt m, Consumer<WorkerMessage> deliver) {
    if (m.pause() > pause) {
      pause = m.pause();
      own.pause();
      thread.halt(() -> deliver.accept(new WorkerMessage.Standing(m.pause())));
    }
  }

  /** The training thread stands still. */
  void standing(long inPause) {
    if (inPause == pause && own.paused()) {
      halted.accept(inPause);
      timers.startSingleTimer(HALTED, new WorkerMessage.TimerDue(HALTED), STILL_HALTED);
    }
  }

  /** A timer is due; false where it is not this one. */
  boolean due(String timer) {
    if (!timer.equals(HALTED)) {
      return false;
    }
    standing(pause);
    return true;
  }

  void goOn(WorkerMessage.GoOn m) {
    if (m.pause() >= pause && own.paused()) {
      timers.cancel(HALTED);
      own.resume();
      thread.goOn();
    }
  }
}
