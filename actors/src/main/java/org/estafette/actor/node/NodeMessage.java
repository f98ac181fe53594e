package org.estafette.actor.node;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Set;
import org.estafette.actor.join.HostPort;

/** What a joining node's actor is told. */
sealed interface NodeMessage {
  /**
   * Addresses at which a cluster may be found.
   *
   * @param found as they were found
   * @param all those, and other names of the same machines
   */
  record Addresses(List<HostPort> found, List<HostPort> all) implements NodeMessage {}

  /** There are none now. */
  record NoAddresses(String why) implements NodeMessage {}

  /** Time to look for addresses again. */
  record LookAgain() implements NodeMessage {}

  /** Time to find out why nobody answers. */
  record Diagnose() implements NodeMessage {}

  /** Why nobody answers. */
  record Diagnosed(String text, boolean last) implements NodeMessage {}

  /** Servers that can be reached now. */
  record Servers(Set<ActorRef<ServerMessage>> reachable) implements NodeMessage {}

  /**
   * A node is a member no more.
   *
   * @param thisOneGoes whether that is told because this node goes, and the other is still there
   */
  record MemberLeft(Address node, boolean thisOneGoes) implements NodeMessage {}

  /** What is run; the answer of that server. */
  record Described(RunDescription run, ActorRef<ServerMessage> server) implements NodeMessage {}

  /** The server did not answer in time. */
  record NoAnswer(String why) implements NodeMessage {}

  /** Data read, device open, channel up. */
  record Opened(WorkerNode.Parts parts) implements NodeMessage {}

  /** One of these could not be done. */
  record CannotOpen(Throwable cause) implements NodeMessage {}

  /** Nothing was found for too long. */
  record TooLong() implements NodeMessage {}

  /** Hand in finished rounds and end. */
  record Leave() implements NodeMessage {}

  /** Handing in has taken too long. */
  record LeaveNow() implements NodeMessage {}
}
