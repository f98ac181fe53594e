package org.estafette.history.peer;

import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Ending;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.peer.Peer;

/**
 * Is told, by whoever carries messages between workers, what happens to them and to the workers.
 * Times are seconds since the run began.
 */
public interface PeerChronicle {
  /** Nobody wants to know. */
  PeerChronicle NONE = new PeerChronicle() {};

  /** A worker hands a message to the channel. */
  default void sent(double at, PeerId to, Update message) {}

  /** The network makes a second one of a message. */
  default void doubled(double at, PeerId to, Update message) {}

  /** A message will not arrive. */
  default void lost(double at, PeerId to, Update message, String why) {}

  /** A message reaches the mailbox of a worker in that life. */
  default void received(double at, PeerId by, int life, Update message) {}

  /** A message made its way into an average, or made way for another. */
  default void ended(double at, PeerId by, Header message, Ending ending) {}

  /** A worker decides. */
  default void decided(double at, PeerId who, Decision decision) {}

  /** A worker is about to be told something. */
  default void telling(double at, PeerId who, int life, Event event) {}

  /** A worker was told it. */
  default void told(double at, PeerId who, int life, Peer peer) {}

  /** A life of a worker is over, with all that waits for it. */
  default void gone(double at, PeerId who, int life) {}
}
