package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Set;
import org.estafette.actor.mailbox.UpdateEnvelope;
import org.estafette.actor.wire.ControlMessage;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Refusal;
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

  /**
   * The registrar has taken the worker in: there is no server, and whom it exchanges with follows
   * in {@link Neighbours}.
   *
   * @param slot its slot
   * @param incarnation its life in that slot
   * @param registrar where the registrar's tensors arrive
   * @param stepsBefore local steps of each worker in the part of the run that is resumed
   * @param first where its first parameters come from
   */
  record Admitted(int slot, int incarnation, Endpoint registrar, long stepsBefore, First first)
      implements WorkerMessage, ControlMessage {}

  /** Where a worker's first parameters come from. */
  enum First {
    /** The run begins: the seed decides them. */
    SEED,
    /** The run goes on from a mean of the workers' parameters: the registrar sends it. */
    SENT,
    /** Others train already: one of them is asked. */
    NEIGHBOUR
  }

  /**
   * Who is live.
   *
   * @param epoch higher with each change; all that know one epoch know the same workers
   * @param live all, the receiver included
   */
  record Neighbours(long epoch, List<Address> live) implements WorkerMessage, ControlMessage {}

  /**
   * Where a worker is reached.
   *
   * @param actor for control messages
   * @param endpoint where its tensors arrive
   */
  record Address(int slot, int incarnation, ActorRef<WorkerMessage> actor, Endpoint endpoint) {}

  /** {@link org.estafette.algorithm.Pull} of another worker. */
  record NeighbourPull(
      long run,
      int slot,
      int incarnation,
      long sequence,
      long epoch,
      long version,
      long round,
      double secondsPerStep)
      implements WorkerMessage, ControlMessage {}

  /**
   * The registrar wants the worker's parameters.
   *
   * @param id of the question; the answer's header has it as its version
   * @param round they are sent as soon as the worker has finished this round
   */
  record ParametersWanted(long id, long round) implements WorkerMessage, ControlMessage {}

  /** The worker's parameters could not be handed to the channel. */
  record ParametersNotSent(ParametersWanted wanted, String reason) implements WorkerMessage {}

  /** The worker was given up as lost, and is not: it is to report again. */
  record ReportAgain() implements WorkerMessage, ControlMessage {}

  /** An update has arrived, for a worker whose mailbox has a policy. */
  record Deliver(Update update) implements WorkerMessage, UpdateEnvelope {
    @Override
    public Object with(Update other) {
      return new Deliver(other);
    }

    @Override
    public Object refused(Header header, Refusal reason) {
      return new MailboxRefused(header, reason);
    }
  }

  /** The mailbox refused an update. */
  record MailboxRefused(Header header, Refusal reason) implements WorkerMessage {}

  /**
   * The run is paused: no further local step until {@link GoOn}, and all is kept.
   *
   * @param pause counts the run's pauses
   */
  record Halt(long pause) implements WorkerMessage, ControlMessage {}

  /**
   * The run goes on.
   *
   * @param pause the pause that has ended, with all before it
   */
  record GoOn(long pause) implements WorkerMessage, ControlMessage {}

  /** The training thread takes no step any more. */
  record Standing(long pause) implements WorkerMessage {}

  /**
   * Something goes wrong on purpose, for this worker or for all that its node sends.
   *
   * @param id number of the fault in the run
   * @param left seconds that are left of it
   * @param seed of its plan
   * @param fault as {@link org.estafette.actor.config.FaultText} has it
   */
  record Mishap(long id, double left, long seed, String fault)
      implements WorkerMessage, ControlMessage {}

  /**
   * A fault kills the worker.
   *
   * @param downtime seconds until another one has its place; infinite for none
   */
  record Kill(long id, double downtime) implements WorkerMessage, ControlMessage {}

  /** A fault is over here: what it did is to be reported. */
  record FaultOver(long id) implements WorkerMessage {}

  /** The worker is frozen no more. */
  record Thaw() implements WorkerMessage {}

  /** The place of a worker that was killed gets another one. */
  record Rebirth() implements WorkerMessage {}

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

  /**
   * The ordered steps are done; {@code life} is the one that ordered them.
   *
   * @param goesOn whether the next round has begun
   */
  record RoundDone(
      int life, long round, TrainedRound result, double seconds, Lease delta, boolean goesOn)
      implements WorkerMessage {}

  /** A provisional round was given up; {@code result} is what was done of it. */
  record RoundDropped(int life, long round, TrainedRound result, String why)
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
