package org.estafette.algorithm;

import org.estafette.memory.Lease;

/**
 * A part that a worker hands to a neighbour: relayed gradients, a tracker, push-sum mass, one half
 * of a pairwise average. It counts exactly once; none may stand for another.
 *
 * @param header {@code epoch} is the epoch of the graph that the sender knows, {@code round} the
 *     sender's round
 * @param passage where in the round, and its mass
 * @param values shape (d)
 */
public record NeighbourShare(Header header, Passage passage, Lease values)
    implements Update.Contribution {
  @Override
  public void discard() {
    values.close();
  }
}
