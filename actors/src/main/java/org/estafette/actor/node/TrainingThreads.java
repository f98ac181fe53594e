package org.estafette.actor.node;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The training threads of a node. They use the node's device until they have ended, which is later
 * than their actors do: a step is not interrupted.
 */
final class TrainingThreads {
  private final Set<TrainingThread> running = ConcurrentHashMap.newKeySet();

  void add(TrainingThread thread) {
    running.removeIf(t -> !t.isAlive());
    running.add(thread);
  }

  /** Threads that have their model and can take steps. */
  int loaded() {
    return (int) running.stream().filter(TrainingThread::loaded).count();
  }

  /** Ends all and waits for each; false where one was still in a step after {@code seconds}. */
  boolean end(long seconds) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    running.forEach(TrainingThread::end);
    boolean ended = true;
    for (TrainingThread t : running) {
      try {
        t.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
      ended &= !t.isAlive();
    }
    return ended;
  }
}
