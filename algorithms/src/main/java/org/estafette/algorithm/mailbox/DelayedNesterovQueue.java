package org.estafette.algorithm.mailbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pseudo-gradients with their place in the momentum period N. When several wait, those that
 * fall before and on the next momentum refresh are handed out as one {@link
 * org.estafette.algorithm.MergedPush}: the server then applies them in a single pass over memory.
 *
 * <p>The place of the next push is {@code counter mod N}, where {@code counter} is what the
 * consumer last told through {@link #advancedTo}; a push that the consumer refuses takes no place.
 */
public final class DelayedNesterovQueue implements UpdateQueue {
  private static final Admission ACCEPTED = new Admission.Accepted();

  private final ArrayDeque<PseudoGradient> waiting = new ArrayDeque<>();
  private final int capacity;
  private final int period;
  private long counter;

  /** A queue for the period {@code options.period()}. */
  public DelayedNesterovQueue(QueueOptions options) {
    this.capacity = options.capacity();
    this.period = options.period();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for an update that is not a single pseudo-gradient
   */
  @Override
  public Admission offer(Update update) {
    if (!(update instanceof PseudoGradient push)) {
      throw new IllegalArgumentException(
          "a delayed-Nesterov mailbox was offered a "
              + update.getClass().getSimpleName()
              + " (expected a PseudoGradient); choose another mailbox for this actor");
    }
    if (waiting.size() >= capacity) {
      push.discard();
      return new Admission.Refused(Refusal.BACKLOG);
    }
    int inPeriod = (int) ((counter + waiting.size()) % period);
    int companions = Math.min(inPeriod, waiting.size());
    waiting.add(push);
    if (companions == 0) {
      return ACCEPTED;
    }
    return new Admission.Merged(companion(companions).header());
  }

  /** The waiting push that stands {@code back} places before the last one. */
  private PseudoGradient companion(int back) {
    var it = waiting.descendingIterator();
    PseudoGradient push = it.next();
    for (int i = 0; i < back; i++) {
      push = it.next();
    }
    return push;
  }

  @Override
  public @Nullable Update poll() {
    if (waiting.isEmpty()) {
      return null;
    }
    int room = period - (int) (counter % period);
    int take = Math.min(room, waiting.size());
    if (take == 1) {
      return waiting.remove();
    }
    List<PseudoGradient> members = new ArrayList<>(take);
    for (int i = 0; i < take; i++) {
      members.add(waiting.remove());
    }
    return new org.estafette.algorithm.MergedPush(members);
  }

  @Override
  public boolean ready() {
    return !waiting.isEmpty();
  }

  @Override
  public int size() {
    return waiting.size();
  }

  @Override
  public void advancedTo(long counter) {
    this.counter = counter;
  }

  @Override
  public int clear() {
    int n = waiting.size();
    waiting.forEach(PseudoGradient::discard);
    waiting.clear();
    return n;
  }
}
