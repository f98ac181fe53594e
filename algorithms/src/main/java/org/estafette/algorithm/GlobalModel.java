package org.estafette.algorithm;

import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * The server's answer to a worker: what became of its push, the current parameters, and the next
 * round.
 *
 * @param header {@code version} is that of the parameters
 * @param parameters x, shape (d)
 * @param answers sequence of the worker's message that this answers
 * @param outcome what became of that message
 * @param assignment the next round; null where the run is over or the worker is to wait
 */
public record GlobalModel(
    Header header, Lease parameters, long answers, Outcome outcome, @Nullable Assignment assignment)
    implements Update.Conflatable {
  @Override
  public void discard() {
    parameters.close();
  }
}
