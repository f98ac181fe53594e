package org.estafette.history;

import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Message;

/**
 * Is told, by whoever carries messages and drives the server, what happens to them. Times are
 * seconds since the run began.
 */
public interface Chronicle {
  /** Nobody wants to know. */
  Chronicle NONE = new Chronicle() {};

  /** A worker hands a message for the server to the channel. */
  default void sent(double at, Message message) {}

  /** The network makes a second one of a message. */
  default void doubled(double at, Message message) {}

  /** A message will not arrive. */
  default void lost(double at, Message message, String why) {}

  /** A message reaches the server's mailbox. */
  default void received(double at, Message message) {}

  /** The server is about to be told something: what it applies now, it applies in one turn. */
  default void turn() {}

  /** The server decides. */
  default void decided(double at, Decision decision) {}

  /** A server of that epoch begins to accept, from the state of that version. */
  default void serving(double at, long epoch, long version) {}

  /** The server is gone with all that was not saved, and with what waited for its decision. */
  default void serverGone(double at) {}
}
