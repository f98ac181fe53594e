package org.estafette.algorithm.peer;

import org.estafette.algorithm.Participant;
import org.estafette.memory.FlatVector;

/**
 * A worker without a server. It owns its parameters, takes local steps, and exchanges vectors with
 * its neighbours on a graph that follows from who is live.
 *
 * <p>What a driver does: it tells {@code Started} once, with the view of that moment; {@code
 * PeersChanged} with a higher epoch after every change of who is live; {@code RoundTrained} after
 * the steps that were ordered; {@code Received} for every {@link
 * org.estafette.algorithm.NeighbourModel}, {@link org.estafette.algorithm.NeighbourShare} and
 * {@link org.estafette.algorithm.Pull} that its mailbox hands out. All peers that know one epoch
 * know the same set of live ones.
 */
public interface Peer extends Participant, AutoCloseable {
  /** The parameters after the last finished round, shape (d); read between events only. */
  FlatVector parameters();

  /** Rounds finished. */
  long round();

  /** Whether it has done the rounds that it was made for. */
  boolean finished();

  /** Messages that it holds for a round to come. */
  default int waiting() {
    return 0;
  }

  /** Gives back the leases that it holds. */
  @Override
  void close();
}
