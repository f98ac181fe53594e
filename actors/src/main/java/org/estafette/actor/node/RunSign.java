package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import java.util.concurrent.atomic.AtomicReference;
import org.estafette.actor.wire.ControlMessage;
import org.jspecify.annotations.Nullable;

/**
 * Tells the nodes of a cluster where the management of the run's node is, so that each of theirs
 * can name it. A sign of its own rather than a field of the run's description: it is found again
 * whenever the run's node changes, and a node that has joined long ago learns of it too.
 */
final class RunSign {
  private static final ServiceKey<Message> KEY =
      ServiceKey.create(Message.class, "estafette-management");

  private RunSign() {}

  /** What is sent to and from signs. */
  sealed interface Message extends ControlMessage {}

  /** Asks a sign where it points to. */
  record Where(ActorRef<Message> replyTo) implements Message {}

  /** The management's URL. */
  record There(String url) implements Message {}

  /** Signs that can be reached now. */
  private record Signs(Receptionist.Listing listing) implements Message {}

  /** Puts up the sign of this node. */
  static void putUp(ActorSystem<?> system, String url) {
    Behavior<Message> sign =
        Behaviors.setup(context -> {
          context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
          return Behaviors.receive(Message.class)
              .onMessage(
                  Where.class,
                  m -> {
                    m.replyTo().tell(new There(url));
                    return Behaviors.same();
                  })
              .build();
        });
    system.systemActorOf(sign, "estafette-run-sign", Props.empty());
  }

  /** Follows the sign of the cluster: the URL, null before there is one. */
  static AtomicReference<@Nullable String> follow(ActorSystem<?> system) {
    AtomicReference<@Nullable String> url = new AtomicReference<>();
    Behavior<Message> reader =
        Behaviors.setup(context -> {
          ActorRef<Receptionist.Listing> listing =
              context.messageAdapter(Receptionist.Listing.class, Signs::new);
          context.getSystem().receptionist().tell(Receptionist.subscribe(KEY, listing));
          return Behaviors.receive(Message.class)
              .onMessage(
                  Signs.class,
                  m -> {
                    m.listing()
                        .getServiceInstances(KEY)
                        .forEach(sign -> sign.tell(new Where(context.getSelf())));
                    return Behaviors.same();
                  })
              .onMessage(
                  There.class,
                  m -> {
                    url.set(m.url());
                    return Behaviors.same();
                  })
              .build();
        });
    system.systemActorOf(reader, "estafette-run-sign-reader", Props.empty());
    return url;
  }
}
