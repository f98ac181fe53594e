package org.estafette.actor.mailbox;

import akka.actor.ActorRef;
import akka.dispatch.Envelope;
import akka.dispatch.MessageQueue;
import java.util.ArrayDeque;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.mailbox.Admission;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two lanes: control messages in order, handed out first; updates by policy. Senders enqueue and
 * the dispatcher dequeues on different threads; both hold this object's lock only for the moment.
 */
public final class UpdateMessageQueue implements MessageQueue {
  private static final Logger LOG = LoggerFactory.getLogger(UpdateMessageQueue.class);

  private final ArrayDeque<Envelope> control = new ArrayDeque<>();
  private final UpdateQueue updates;
  private @Nullable UpdateEnvelope form;
  private long superseded;

  UpdateMessageQueue(UpdateQueue updates) {
    this.updates = updates;
  }

  @Override
  public synchronized void enqueue(ActorRef receiver, Envelope envelope) {
    if (!(envelope.message() instanceof UpdateEnvelope message)) {
      control.add(envelope);
      return;
    }
    form = message;
    Update update = message.update();
    var header = update.header();
    switch (offer(update)) {
      case Admission.Refused(var reason) ->
          control.add(new Envelope(message.refused(header, reason), envelope.sender()));
      case Admission.Superseded s -> superseded++;
      case Admission.Accepted a -> {}
      case Admission.Merged m -> {}
    }
  }

  /** Akka swallows what a mailbox throws: the sender would wait for ever, the memory be lost. */
  private Admission offer(Update update) {
    try {
      return updates.offer(update);
    } catch (RuntimeException e) {
      LOG.error("mailbox policy {} failed on {}", updates.getClass().getName(), update.header(), e);
      update.discard();
      return new Admission.Refused(Refusal.WRONG_SHAPE);
    }
  }

  // Akka asks for null where nothing may be handed out.
  @SuppressWarnings("NullAway")
  @Override
  public synchronized Envelope dequeue() {
    Envelope next = control.poll();
    if (next != null) {
      return next;
    }
    Update update = updates.poll();
    UpdateEnvelope envelope = form;
    if (update == null || envelope == null) {
      return null;
    }
    return new Envelope(envelope.with(update), ActorRef.noSender());
  }

  @Override
  public synchronized int numberOfMessages() {
    return control.size() + updates.size();
  }

  @Override
  public synchronized boolean hasMessages() {
    return !control.isEmpty() || updates.ready();
  }

  /** The actor has applied {@code counter} updates in all. */
  public synchronized void advancedTo(long counter) {
    updates.advancedTo(counter);
  }

  /** Updates whose place a newer one of the same sender took before they were read. */
  public synchronized long superseded() {
    return superseded;
  }

  /** Updates that wait. */
  public synchronized int waiting() {
    return updates.size();
  }

  @Override
  public synchronized void cleanUp(ActorRef owner, MessageQueue deadLetters) {
    for (Envelope e = control.poll(); e != null; e = control.poll()) {
      deadLetters.enqueue(owner, e);
    }
    updates.clear();
  }
}
