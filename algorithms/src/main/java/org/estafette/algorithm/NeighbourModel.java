package org.estafette.algorithm;

import org.estafette.memory.Lease;

/**
 * A worker's word to a neighbour that says all that its earlier ones said: its model, the relayed
 * sum of models, or all that was ever sent over an edge. The newest is enough.
 *
 * @param header {@code epoch} is the epoch of the graph that the sender knows, {@code round} the
 *     sender's round
 * @param passage where in the round, and its mass
 * @param parameters shape (d)
 */
public record NeighbourModel(Header header, Passage passage, Lease parameters)
    implements Update.Conflatable {
  @Override
  public void discard() {
    parameters.close();
  }
}
