package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.estafette.actor.wire.ControlMessage;

/**
 * What servers and those who stand by tell each other: a run that ended in good order must not be
 * taken over. Where that word is lost, the successor finds a run that has used up its budget, and
 * ends it once more.
 */
final class Succession {
  /** Role of the nodes that may have the server. */
  static final String SERVER = "server";

  /** Role of the node that starts servers anew, and has none. */
  static final String LAUNCHER = "launcher";

  private static final ServiceKey<Message> KEY =
      ServiceKey.create(Message.class, "estafette-standby");

  private Succession() {}

  /** What is told. */
  sealed interface Message {}

  /** The run has ended. */
  record RunOver(String reason) implements Message, ControlMessage {}

  private record Standbys(Set<ActorRef<Message>> all) implements Message {}

  private record Ended(String reason) implements Message {}

  /** Who holds the server, for people: address and process. */
  static String holder(ActorSystem<?> system) {
    return Cluster.get(system).selfMember().address().hostPort().replaceFirst("^[^@]*@", "")
        + ", process "
        + ProcessHandle.current().pid();
  }

  /** Tells all who stand by when the run has ended in good order. */
  static void announce(ActorContext<?> context, CompletableFuture<ServerSetup.Ending> result) {
    ActorRef<Message> herald = context.spawn(herald(), "succession");
    result.thenAccept(ending -> herald.tell(new Ended(ending.reason())));
  }

  private static Behavior<Message> herald() {
    return Behaviors.setup(context -> {
      ActorRef<Receptionist.Listing> listing =
          context.messageAdapter(
              Receptionist.Listing.class, l -> new Standbys(l.getServiceInstances(KEY)));
      context.getSystem().receptionist().tell(Receptionist.subscribe(KEY, listing));
      return telling(Set.of(), "");
    });
  }

  private static Behavior<Message> telling(Set<ActorRef<Message>> standbys, String over) {
    return Behaviors.receive(Message.class)
        .onMessage(
            Standbys.class,
            m -> {
              if (!over.isEmpty()) {
                m.all().forEach(s -> s.tell(new RunOver(over)));
              }
              return telling(m.all(), over);
            })
        .onMessage(
            Ended.class,
            m -> {
              standbys.forEach(s -> s.tell(new RunOver(m.reason())));
              return telling(standbys, m.reason());
            })
        .build();
  }

  /**
   * One who stands by.
   *
   * @param over told why the run has ended
   */
  static Behavior<Message> standby(Consumer<String> over) {
    return Behaviors.setup(context -> {
      context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
      return Behaviors.receive(Message.class)
          .onMessage(
              RunOver.class,
              m -> {
                over.accept(m.reason());
                return Behaviors.same();
              })
          .build();
    });
  }

  /** Whether, when that node is gone, another may take the server over, or start it anew. */
  static boolean possibleWithout(ActorSystem<?> system, akka.actor.Address gone) {
    return heirs(system).anyMatch(m -> !m.address().equals(gone));
  }

  /** Whether anybody is in the cluster who may have a server, or start one. */
  static boolean possible(ActorSystem<?> system) {
    return heirs(system).findAny().isPresent();
  }

  private static Stream<Member> heirs(ActorSystem<?> system) {
    return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
        .filter(m -> (m.hasRole(SERVER) || m.hasRole(LAUNCHER)) && m.status() == MemberStatus.up());
  }
}
