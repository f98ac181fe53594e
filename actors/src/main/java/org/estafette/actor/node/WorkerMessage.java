package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import java.util.Set;
import org.estafette.actor.wire.ControlMessage;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.channel.Endpoint;
import org.estafette.memory.Lease;

/** What a worker's actor is told. */
public sealed interface WorkerMessage {
  /**
   * The server has taken the worker in.
   *
   * @param slot its slot
   * @param incarnation its life in that slot
   * @param epoch the server's fencing epoch
   * @param server where the server's tensors arrive
   */
  record Welcome(int slot, int incarnation, long epoch, Endpoint server)
      implements WorkerMessage, ControlMessage {}

  /** The run has ended. */
  record RunOver(String reason) implements WorkerMessage, ControlMessage {}

  /** Servers that can be reached now: none, or one. */
  record Servers(Set<ActorRef<ServerMessage>> reachable) implements WorkerMessage {}

  /** Something waits in the worker's {@link WorkerInbox}. */
  record Waiting() implements WorkerMessage {}

  /** An update has arrived. */
  record Arrived(Update update) implements WorkerMessage {}

  /** The training thread has its model and data. */
  record Ready() implements WorkerMessage {}

  /** The ordered steps are done; {@code life} is the incarnation that ordered them. */
  record RoundDone(int life, long round, TrainedRound result, double seconds, Lease delta)
      implements WorkerMessage {}

  /** The training thread could not go on. */
  record TrainingFailed(String what, Throwable cause) implements WorkerMessage {}

  /** A timer of the participant is due. */
  record TimerDue(String timer) implements WorkerMessage {}

  /** A push could not be handed to the channel. */
  record NotSent(String reason) implements WorkerMessage {}

  /** End in good order. */
  record Stop() implements WorkerMessage {}
}
