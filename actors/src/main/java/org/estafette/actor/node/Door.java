package org.estafette.actor.node;

import akka.actor.ActorSelection;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.estafette.actor.join.HostPort;

/**
 * Where a coordinator says what is run, to those too who are not in the cluster: it can be asked
 * with nothing known but the address.
 */
final class Door {
  /** Name of the actor below the guardian. */
  static final String NAME = "door";

  private Door() {}

  static Behavior<ServerMessage> create(Supplier<RunDescription> description) {
    return Behaviors.receive(ServerMessage.class)
        .onMessage(
            ServerMessage.DescribeRun.class,
            m -> {
              m.replyTo().tell(description.get());
              return Behaviors.same();
            })
        .build();
  }

  /** Asks the coordinator at an address; fails where none answers in time. */
  static CompletionStage<RunDescription> ask(
      ActorSystem<?> system, HostPort coordinator, Duration patience) {
    ActorSelection door =
        Adapter.toClassic(system)
            .actorSelection("akka://" + NodeSystem.NAME + "@" + coordinator + "/user/" + NAME);
    return door.resolveOne(patience)
        .thenCompose(found -> {
          ActorRef<ServerMessage> typed = Adapter.toTyped(found);
          return AskPattern.ask(
              typed, ServerMessage.DescribeRun::new, patience, system.scheduler());
        });
  }
}
