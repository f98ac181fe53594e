package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The place of a worker that a fault may kill: starts another one in it after the downtime, as
 * another process would be started. A worker that ends by itself, or fails by itself, ends its
 * place alike.
 */
final class WorkerPlace {
  private final ActorContext<WorkerMessage> context;
  private final TimerScheduler<WorkerMessage> timers;
  private final Function<Integer, ActorRef<WorkerMessage>> start;
  private @Nullable ActorRef<WorkerMessage> worker;
  private int lives;

  private WorkerPlace(
      ActorContext<WorkerMessage> context,
      TimerScheduler<WorkerMessage> timers,
      Function<ActorContext<WorkerMessage>, Function<Integer, ActorRef<WorkerMessage>>> start) {
    this.context = context;
    this.timers = timers;
    this.start = start.apply(context);
  }

  /**
   * @param start starts a worker as a child, given the place's context and how many lived before
   */
  static Behavior<WorkerMessage> create(
      Function<ActorContext<WorkerMessage>, Function<Integer, ActorRef<WorkerMessage>>> start) {
    return Behaviors.setup(c ->
        Behaviors.withTimers(t -> {
          WorkerPlace place = new WorkerPlace(c, t, start);
          place.begin();
          return place.behavior();
        }));
  }

  private void begin() {
    ActorRef<WorkerMessage> next = start.apply(lives++);
    context.watch(next);
    worker = next;
  }

  private Behavior<WorkerMessage> behavior() {
    return Behaviors.receive(WorkerMessage.class)
        .onMessage(
            WorkerMessage.Rebirth.class,
            m -> {
              begin();
              return Behaviors.same();
            })
        .onMessage(
            WorkerMessage.Stop.class,
            m -> {
              ActorRef<WorkerMessage> now = worker;
              if (now == null) {
                return Behaviors.stopped();
              }
              now.tell(m);
              return Behaviors.same();
            })
        .onSignal(Terminated.class, this::ended)
        .build();
  }

  private Behavior<WorkerMessage> ended(Terminated t) {
    worker = null;
    if (!(t instanceof ChildFailed failed)) {
      return Behaviors.stopped();
    }
    if (failed.cause() instanceof WorkerFaults.Killed killed) {
      context.getLog().info("{}", killed.getMessage());
      if (Double.isInfinite(killed.downtime())) {
        return Behaviors.stopped();
      }
      timers.startSingleTimer(
          new WorkerMessage.Rebirth(), Duration.ofNanos((long) (killed.downtime() * 1e9)));
      return Behaviors.same();
    }
    throw failed.cause() instanceof RuntimeException e
        ? e
        : new IllegalStateException(failed.cause());
  }
}
