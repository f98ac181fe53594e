package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import org.estafette.actor.mailbox.UpdateEnvelope;
import org.estafette.actor.wire.ControlMessage;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.model.Score;
import org.estafette.channel.Endpoint;

/** What the server's actor is told. */
public sealed interface ServerMessage {
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

  /** {@link org.estafette.algorithm.Pull} as a control message. */
  record PullRequest(
      long run,
      int slot,
      int incarnation,
      long sequence,
      long epoch,
      long version,
      double secondsPerStep)
      implements ServerMessage, ControlMessage {}

  /** A worker ends in good order. */
  record Goodbye(int slot, int incarnation) implements ServerMessage, ControlMessage {}

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

  /** A worker's actor, or its node, is gone. */
  record Gone(PeerId worker, int incarnation) implements ServerMessage {}

  /** The parameters were validated. */
  record Validated(long version, Score score, boolean last) implements ServerMessage {}

  /** A validation failed; training goes on without it. */
  record ValidationFailed(String reason, boolean last) implements ServerMessage {}

  /** A checkpoint is written, or could not be. */
  record CheckpointDone(String path, String failure, boolean last) implements ServerMessage {}

  /** It is time for a checkpoint. */
  record CheckpointDue() implements ServerMessage {}

  /** End the run: checkpoint, then tell the workers. */
  record StopRun(String reason) implements ServerMessage {}
}
