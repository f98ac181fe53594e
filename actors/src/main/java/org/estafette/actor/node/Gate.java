package org.estafette.actor.node;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds a training thread between two local steps. A thread that is between two rounds stands still
 * as well: the next one's first step waits here. Thread-safe.
 */
final class Gate {
  private boolean closed;
  private boolean inRound;
  private boolean held;
  private @Nullable Runnable standing;

  /**
   * Closes it.
   *
   * @param told once, when no step is under way any more
   */
  synchronized void close(Runnable told) {
    closed = true;
    standing = told;
    tellIfStanding();
  }

  synchronized void open() {
    closed = false;
    standing = null;
    notifyAll();
  }

  /** A round begins. */
  synchronized void enter() {
    inRound = true;
  }

  /** It has ended. */
  synchronized void leave() {
    inRound = false;
    tellIfStanding();
  }

  /** Whoever is held is to look again whether its round is over. */
  synchronized void look() {
    notifyAll();
  }

  /**
   * Waits while it is closed and the round is not over.
   *
   * @return nanoseconds that were waited
   */
  synchronized long pass(BooleanSupplier over) {
    if (!closed) {
      return 0;
    }
    long began = System.nanoTime();
    held = true;
    try {
      while (closed && !over.getAsBoolean()) {
        tellIfStanding();
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      held = false;
    }
    return System.nanoTime() - began;
  }

  private void tellIfStanding() {
    Runnable told = standing;
    if (closed && told != null && (held || !inRound)) {
      standing = null;
      told.run();
    }
  }
}
