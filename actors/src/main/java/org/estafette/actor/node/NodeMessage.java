package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import java.util.Set;

/** What a joining node's actor is told. */
sealed interface NodeMessage {
  /** Servers that can be reached now. */
  record Servers(Set<ActorRef<ServerMessage>> reachable) implements NodeMessage {}

  /** What is run; the answer of a server. */
  record Described(RunDescription run) implements NodeMessage {}

  /** The server did not answer in time. */
  record NoAnswer(String why) implements NodeMessage {}

  /** Data read, device open, channel up. */
  record Opened(WorkerNode.Parts parts) implements NodeMessage {}

  /** One of these could not be done. */
  record CannotOpen(Throwable cause) implements NodeMessage {}

  /** Nothing was found for too long. */
  record TooLong() implements NodeMessage {}
}
