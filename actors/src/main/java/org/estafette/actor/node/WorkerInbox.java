package org.estafette.actor.node;

import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Messages to a worker that own vectors. They wait here and not in the actor's mailbox, because
 * what an ended actor has not read is thrown away there, and their vectors with it. Filled by any
 * thread, read and closed by the actor.
 */
final class WorkerInbox {
  private final ConcurrentLinkedQueue<WorkerMessage> waiting = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  void add(WorkerMessage message) {
    waiting.add(message);
    if (closed) {
      discardAll(); // The actor may have looked for the last time before this came.
    }
  }

  @Nullable WorkerMessage poll() {
    return waiting.poll();
  }

  /** Gives back what waits, and from now on what comes. */
  void close() {
    closed = true;
    discardAll();
  }

  private void discardAll() {
    for (WorkerMessage m = waiting.poll(); m != null; m = waiting.poll()) {
      if (m instanceof WorkerMessage.Arrived arrived) {
        arrived.update().discard();
      } else if (m instanceof WorkerMessage.RoundDone done) {
        done.delta().close();
      }
    }
  }
}
