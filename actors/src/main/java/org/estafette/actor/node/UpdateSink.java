package org.estafette.actor.node;

import java.util.function.Consumer;
import org.estafette.algorithm.Update;

/**
 * Tells an actor of updates as long as it lives, and gives back those that come later: what an
 * ended actor is told is thrown away, and its vectors with it.
 */
final class UpdateSink implements Consumer<Update> {
  private final Consumer<Update> tell;
  private boolean closed;

  UpdateSink(Consumer<Update> tell) {
    this.tell = tell;
  }

  @Override
  public synchronized void accept(Update update) {
    if (closed) {
      update.discard();
    } else {
      tell.accept(update);
    }
  }

  /** What was told before is in the actor's mailbox; nothing follows. */
  synchronized void close() {
    closed = true;
  }
}
