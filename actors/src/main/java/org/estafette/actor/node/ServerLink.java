package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import java.time.Duration;
import org.estafette.actor.join.JoinException;
import org.jspecify.annotations.Nullable;

/**
 * A worker's way to the run's first node: finds it, reports for work until it is taken in, and
 * gives up where there is none for too long. Used by the actor's thread.
 */
final class ServerLink {
  private static final Duration HELLO_AGAIN = Duration.ofSeconds(3);
  private static final String HELLO = "hello";
  // Longer than a partition that the cluster survives: without the run's first node there is
  // nothing to train for.
  private static final Duration GIVE_UP = Duration.ofMinutes(2);
  private static final String LOST = "lost";

  private final ActorContext<WorkerMessage> context;
  private final TimerScheduler<WorkerMessage> timers;
  private final WorkerSetup setup;
  private @Nullable ActorRef<ServerMessage> server;
  private boolean ready;

  ServerLink(
      ActorContext<WorkerMessage> context,
      TimerScheduler<WorkerMessage> timers,
      WorkerSetup setup) {
    this.context = context;
    this.timers = timers;
    this.setup = setup;
    ActorRef<Receptionist.Listing> listing =
        context.messageAdapter(
            Receptionist.Listing.class,
            l -> new WorkerMessage.Servers(l.getServiceInstances(ServerMessage.KEY)));
    context.getSystem().receptionist().tell(Receptionist.subscribe(ServerMessage.KEY, listing));
  }

  void onServers(WorkerMessage.Servers m) {
    ActorRef<ServerMessage> found = m.reachable().stream().findFirst().orElse(null);
    ActorRef<ServerMessage> before = server;
    if (found != null) {
      timers.cancel(LOST);
    } else if (server != null) {
      timers.startSingleTimer(LOST, new WorkerMessage.TimerDue(LOST), GIVE_UP);
    }
    server = found;
    if (found != null && !found.equals(before)) {
      context.getLog().debug("{} found the run at {}", setup.key(), found.path());
      hello();
    }
  }

  /** The worker could train now. */
  void ready() {
    ready = true;
    hello();
  }

  /** Reports for work, again and again until {@link #welcomed}. */
  void hello() {
    if (server == null || !ready) {
      return;
    }
    server.tell(new ServerMessage.Hello(setup.key(), context.getSelf(), setup.port().endpoint()));
    timers.startSingleTimer(HELLO, new WorkerMessage.TimerDue(HELLO), HELLO_AGAIN);
  }

  /** The worker is taken in: it need not report again. */
  void welcomed() {
    timers.cancel(HELLO);
  }

  /** Tells the run's first node, where it can be reached. */
  void tell(ServerMessage message) {
    if (server != null) {
      server.tell(message);
    }
  }

  /**
   * A timer is due; false where it is none of these.
   *
   * @throws JoinException where no server could be reached for too long
   */
  boolean due(String timer) {
    switch (timer) {
      case HELLO -> hello();
      case LOST ->
          throw JoinException.passing(
              setup.key()
                  + ": no server could be reached for "
                  + GIVE_UP.toSeconds()
                  + " s; was the run's first node ended?");
      default -> {
        return false;
      }
    }
    return true;
  }
}
