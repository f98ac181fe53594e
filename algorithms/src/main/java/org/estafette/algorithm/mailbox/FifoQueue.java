package org.estafette.algorithm.mailbox;

import java.util.ArrayDeque;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.jspecify.annotations.Nullable;

/** Hands out updates in the order of arrival; refuses what exceeds its capacity. */
public final class FifoQueue implements UpdateQueue {
  private static final Admission ACCEPTED = new Admission.Accepted();

  private final ArrayDeque<Update> waiting = new ArrayDeque<>();
  private final int capacity;

  /** A queue of {@code options.capacity()} updates. */
  public FifoQueue(QueueOptions options) {
    this.capacity = options.capacity();
  }

  @Override
  public Admission offer(Update update) {
    if (waiting.size() >= capacity) {
      update.discard();
      return new Admission.Refused(Refusal.BACKLOG);
    }
    waiting.add(update);
    return ACCEPTED;
  }

  @Override
  public @Nullable Update poll() {
    return waiting.poll();
  }

  @Override
  public boolean ready() {
    return !waiting.isEmpty();
  }

  @Override
  public int size() {
    return waiting.size();
  }
}
