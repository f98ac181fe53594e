package org.estafette.actor.node;

import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.DoubleSupplier;

/**
 * Stands before a worker's actor that a fault may freeze: while it is frozen all that it is told
 * waits, timers too, and then comes in order.
 */
final class Frost extends BehaviorInterceptor<WorkerMessage, WorkerMessage> {
  private final DoubleSupplier frozenFor;
  private final Deque<WorkerMessage> waiting = new ArrayDeque<>();
  private boolean thawing;

  private Frost(DoubleSupplier frozenFor) {
    super(WorkerMessage.class);
    this.frozenFor = frozenFor;
  }

  /**
   * @param frozenFor seconds for which the actor does nothing yet
   */
  static Behavior<WorkerMessage> before(Behavior<WorkerMessage> actor, DoubleSupplier frozenFor) {
    return Behaviors.intercept(() -> new Frost(frozenFor), actor);
  }

  @Override
  public Behavior<WorkerMessage> aroundReceive(
      TypedActorContext<WorkerMessage> context,
      WorkerMessage message,
      ReceiveTarget<WorkerMessage> target) {
    if (message instanceof WorkerMessage.Mishap
        || message instanceof WorkerMessage.Kill
        || message instanceof WorkerMessage.FaultOver) {
      return target.apply(context, message); // Not the worker's doing: it is done to it.
    }
    boolean thaw = message instanceof WorkerMessage.Thaw;
    double left = frozenFor.getAsDouble();
    if (thaw) {
      thawing = false;
    } else if (left > 0 || !waiting.isEmpty()) {
      waiting.add(message);
    } else {
      return target.apply(context, message);
    }
    if (left > 0 || !thaw) {
      if (!thawing) {
        thawing = true;
        context
            .asJava()
            .scheduleOnce(
                Duration.ofNanos((long) (left * 1e9)),
                context.asJava().getSelf(),
                new WorkerMessage.Thaw());
      }
      return Behaviors.same();
    }
    Behavior<WorkerMessage> next = Behaviors.same();
    for (WorkerMessage m = waiting.poll(); m != null; m = waiting.poll()) {
      next = target.apply(context, m);
      if (!Behavior.isAlive(next)) {
        break;
      }
    }
    return next;
  }

  @Override
  public Behavior<WorkerMessage> aroundSignal(
      TypedActorContext<WorkerMessage> context, Signal signal, SignalTarget<WorkerMessage> target) {
    if (signal instanceof PostStop) {
      waiting.forEach(m -> {
        if (m instanceof WorkerMessage.Deliver d) {
          d.update().discard(); // What it owns is read by nobody now.
        }
      });
      waiting.clear();
    }
    return target.apply(context, signal);
  }
}
