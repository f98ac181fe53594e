package org.estafette.algorithm.mailbox;

import org.estafette.algorithm.Update;
import org.jspecify.annotations.Nullable;

/**
 * Decides which update is next. Not thread-safe: who shares one between threads guards it.
 *
 * <p>A user's own policy is a class with a public constructor taking {@link QueueOptions}.
 */
public interface UpdateQueue {
  /**
   * Offers an update. Where it is refused, or supersedes an older one, its own or the older one's
   * memory is given back before this returns.
   */
  Admission offer(Update update);

  /** The next update; null when nothing may be handed out yet. */
  @Nullable Update poll();

  /** Whether {@link #poll} would hand out an update. */
  boolean ready();

  /** Updates that wait; the members of a merged push count one by one. */
  int size();

  /**
   * The consumer has now applied {@code counter} updates in all: where in a momentum period the
   * next one falls.
   */
  default void advancedTo(long counter) {}

  /** Gives back all that waits; returns how many updates that were. */
  default int clear() {
    int n = 0;
    for (Update u = poll(); u != null; u = poll()) {
      u.discard();
      n++;
    }
    return n;
  }
}
