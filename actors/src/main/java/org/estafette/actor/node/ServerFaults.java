package org.estafette.actor.node;

/** Who can do to the server what a fault asks for. */
interface ServerFaults {
  /** Nobody: there is no other node that could take it over. */
  ServerFaults NONE = downtime -> "no other node can take the server over";

  /**
   * Kills the server as a crash would.
   *
   * @param downtime seconds until another may go on from what was saved
   * @return why it was not done; empty where it was
   */
  String kill(double downtime);
}
