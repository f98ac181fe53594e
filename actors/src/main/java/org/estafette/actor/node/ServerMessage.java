package org.estafette.actor.node;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.mailbox.UpdateEnvelope;
import org.estafette.actor.wire.ControlMessage;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.model.Score;
import org.estafette.channel.Endpoint;
import org.estafette.fault.FaultEvent;
import org.jspecify.annotations.Nullable;

/** What the actor of the run's first node is told: the server, or the registrar. */
public sealed interface ServerMessage {
  /** Under which workers find the server, or the registrar where there is none. */
  ServiceKey<ServerMessage> KEY = ServiceKey.create(ServerMessage.class, "estafette-server");

  /** A node asks what is run here. */
  record DescribeRun(ActorRef<RunDescription> replyTo) implements ServerMessage, ControlMessage {}

  /**
   * A worker reports for work.
   *
   * @param key names the worker for ever: a replacement reports under its predecessor's key and
   *     gets its slot
   * @param worker where to answer
   * @param endpoint where its tensors arrive
   */
  record Hello(String key, ActorRef<WorkerMessage> worker, Endpoint endpoint)
      implements ServerMessage, ControlMessage {}

  /**
   * {@link org.estafette.algorithm.Pull} as a control message.
   *
   * @param diverged the round whose training gave NaN or infinity; 0 for none, and from releases
   *     that do not report it
   */
  record PullRequest(
      long run,
      int slot,
      int incarnation,
      long sequence,
      long epoch,
      long version,
      double secondsPerStep,
      long diverged)
      implements ServerMessage, ControlMessage {}

  /**
   * A worker ends.
   *
   * @param failure why, where it cannot go on; null where it leaves in good order
   */
  record Goodbye(int slot, int incarnation, @Nullable String failure)
      implements ServerMessage, ControlMessage {}

  /**
   * A worker stands still, as it was told to: it takes no local step. Repeated while it does, so
   * that one that was not told to go on is found.
   *
   * @param pause which pause it was told of
   */
  record Halted(int slot, int incarnation, long pause) implements ServerMessage, ControlMessage {}

  /**
   * {@link org.estafette.algorithm.Decision.Mixed}, of a worker without a server.
   *
   * @param superseded messages that its mailbox dropped for newer ones since it reported last
   */
  record Mixed(
      int slot,
      int incarnation,
      long round,
      int steps,
      long tokens,
      double seconds,
      double meanLoss,
      int shard,
      int fresh,
      int held,
      double mass,
      double spread,
      long superseded)
      implements ServerMessage, ControlMessage {}

  /** A worker without a server refused a neighbour's message. */
  record NeighbourRefused(
      int slot,
      int incarnation,
      int sender,
      int senderIncarnation,
      long sequence,
      long epoch,
      long version,
      long round,
      Refusal reason,
      String detail)
      implements ServerMessage, ControlMessage {}

  /** {@link org.estafette.algorithm.Decision.Rewired}. */
  record Rewired(int slot, int incarnation, long epoch, List<Integer> neighbours)
      implements ServerMessage, ControlMessage {}

  /** A worker that was asked for its parameters has none yet. */
  record NoParameters(int slot, int incarnation, long id)
      implements ServerMessage, ControlMessage {}

  /**
   * A fault is over at a worker's node.
   *
   * @param id number of the fault
   * @param met how often it has struck there
   */
  record FaultReport(int slot, int incarnation, long id, long met)
      implements ServerMessage, ControlMessage {}

  /** {@link org.estafette.algorithm.Decision.Wasted}. */
  record Wasted(int slot, int incarnation, long round, int steps, long tokens, String reason)
      implements ServerMessage, ControlMessage {}

  /** A fault has begun, has done something or is over: to be written down. Of this JVM only. */
  record FaultNews(FaultEvent event) implements ServerMessage {}

  /** The server's process dies by a fault. Of this JVM only. */
  record Perish() implements ServerMessage {}

  /** The server does nothing for so long. Of this JVM only. */
  record FreezeServer(double seconds) implements ServerMessage {}

  /** The process of the worker with this key has died, with that exit status. */
  record Died(String key, int status) implements ServerMessage, ControlMessage {}

  /** A node could not be reached for too long. */
  record NodeOverdue(Address node) implements ServerMessage {}

  /** The workers that were asked for their parameters had time enough. */
  record GatherTimeout(long id) implements ServerMessage {}

  /** The run begins with the workers that are there. */
  record BeginDue() implements ServerMessage {}

  /**
   * What was to be done with the mean of the parameters is done.
   *
   * @param score on validation data; null where it was not measured
   * @param version of the run when the parameters were asked for
   * @param path of the checkpoint; empty where none was written
   * @param failure why what was to be done could not be; empty where it could
   * @param saving whether a checkpoint was to be written
   * @param last whether the run ends with this
   */
  record PassDone(
      @Nullable Score score,
      long version,
      String path,
      String failure,
      boolean saving,
      boolean last)
      implements ServerMessage {}

  /** An update has arrived. */
  record Deliver(Update update) implements ServerMessage, UpdateEnvelope {
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
  record MailboxRefused(Header header, Refusal reason) implements ServerMessage {}

  /** A timer of the participant is due. */
  record TimerDue(String timer) implements ServerMessage {}

  /** The participant has taken in a worker that has no place in this run any more. */
  record Strayed() implements ServerMessage {}

  /** A worker's actor, or its node, is gone. */
  record Gone(PeerId worker, int incarnation) implements ServerMessage {}

  /** The parameters were validated. */
  record Validated(long version, Score score, boolean last) implements ServerMessage {}

  /** A validation failed; training goes on without it. */
  record ValidationFailed(String reason, boolean last) implements ServerMessage {}

  /** A checkpoint is written, or could not be. */
  record CheckpointDone(String path, long version, String failure, boolean last)
      implements ServerMessage {}

  /** It is time for a checkpoint. */
  record CheckpointDue() implements ServerMessage {}

  /** End the run: checkpoint, then tell the workers. */
  record StopRun(String reason) implements ServerMessage {}

  /** What {@link RunCommands} asks for; answered by completing the future. Of this JVM only. */
  sealed interface Command extends ServerMessage {
    /** Who asks. */
    String by();

    /** What became of it. */
    CompletableFuture<RunControl.Outcome> reply();
  }

  /** See {@link RunControl#pause}. */
  record Pause(String by, CompletableFuture<RunControl.Outcome> reply) implements Command {}

  /** See {@link RunControl#resume}. */
  record Resume(String by, CompletableFuture<RunControl.Outcome> reply) implements Command {}

  /** See {@link RunControl#checkpoint}. */
  record CheckpointNow(String by, CompletableFuture<RunControl.Outcome> reply) implements Command {}

  /** See {@link RunControl#stop}. */
  record StopNow(String by, CompletableFuture<RunControl.Outcome> reply) implements Command {}

  /** See {@link RunControl#change}. */
  record Change(Map<String, String> keys, String by, CompletableFuture<RunControl.Outcome> reply)
      implements Command {}

  /** Workers had time enough to stand still. */
  record HaltOverdue(long pause) implements ServerMessage {}

  /** A node has become a member of the cluster, cannot be reached, can be again, or is gone. */
  record Member(Address node, MemberEvent event) implements ServerMessage {}

  /** What becomes of members. */
  enum MemberEvent {
    /** It takes part. */
    UP,
    /** It is about to leave in good order. */
    LEAVING,
    /** No heartbeat comes from it. */
    UNREACHABLE,
    /** It can be reached again. */
    REACHABLE,
    /** It has left, or was given up. */
    REMOVED,
    /** A step on the way to one of these. */
    OTHER
  }
}
