package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.cluster.typed.Cluster;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.estafette.actor.manage.Managed;
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

  /**
   * Where the management is.
   *
   * @param url of the management
   * @param host of its node in the cluster: the URL may be one that means this machine only there
   */
  record There(String url, String host) implements Message {}

  /** Signs that can be reached now. */
  private record Signs(Receptionist.Listing listing) implements Message {}

  /** Puts up the sign of this node. */
  static void putUp(ActorSystem<?> system, String url) {
    String host = host(system);
    Behavior<Message> sign =
        Behaviors.setup(context -> {
          context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
          return Behaviors.receive(Message.class)
              .onMessage(
                  Where.class,
                  m -> {
                    m.replyTo().tell(new There(url, host));
                    return Behaviors.same();
                  })
              .build();
        });
    system.systemActorOf(sign, "estafette-run-sign", Props.empty());
  }

  /** Follows the sign of the cluster: where it points to, null while there is none. */
  static AtomicReference<Managed.@Nullable Elsewhere> follow(ActorSystem<?> system) {
    AtomicReference<Managed.@Nullable Elsewhere> place = new AtomicReference<>();
    String own = host(system);
    Behavior<Message> reader =
        Behaviors.setup(context -> {
          ActorRef<Receptionist.Listing> listing =
              context.messageAdapter(Receptionist.Listing.class, Signs::new);
          context.getSystem().receptionist().tell(Receptionist.subscribe(KEY, listing));
          return Behaviors.receive(Message.class)
              .onMessage(
                  Signs.class,
                  m -> {
                    Set<ActorRef<Message>> signs = m.listing().getServiceInstances(KEY);
                    if (signs.isEmpty()) {
                      place.set(null);
                    }
                    signs.forEach(sign -> sign.tell(new Where(context.getSelf())));
                    return Behaviors.same();
                  })
              .onMessage(
                  There.class,
                  m -> {
                    place.set(Managed.Elsewhere.from(own, m.url(), m.host()));
                    return Behaviors.same();
                  })
              .build();
        });
    system.systemActorOf(reader, "estafette-run-sign-reader", Props.empty());
    return place;
  }

  private static String host(ActorSystem<?> system) {
    return Cluster.get(system).selfMember().address().host().get();
  }
}
