package org.example;

import java.util.ArrayDeque;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.mailbox.Admission;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.mailbox.UpdateQueue;

/**
 * Hands out the newest push first, so that most pushes meet a model that is close to theirs; but an
 * update that was overtaken {@code overtakings} times goes before all others, so that none starves.
 */
public final class NewestFirst implements UpdateQueue {
  private final ArrayDeque<Update> waiting = new ArrayDeque<>(); // the oldest is the last
  private final int capacity;
  private final int most;
  private int overtakings; // of the oldest, since it is the oldest

  public NewestFirst(QueueOptions options) {
    capacity = options.capacity();
    most = Integer.parseInt(options.values().getOrDefault("overtakings", "8"));
  }

  @Override
  public Admission offer(Update update) {
    if (waiting.size() >= capacity) {
      update.discard(); // gives its memory back
      return new Admission.Refused(Refusal.BACKLOG);
    }
    waiting.push(update);
    return new Admission.Accepted();
  }

  @Override
  public Update poll() {
    if (waiting.size() <= 1 || overtakings >= most) {
      overtakings = 0;
      return waiting.pollLast();
    }
    overtakings++;
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
