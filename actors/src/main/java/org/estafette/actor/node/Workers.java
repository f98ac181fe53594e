package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.MailboxSelector;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.mailbox.Mailboxes;
import org.estafette.actor.run.Workshop;

/** Starts a node's workers, of the kind that the run's strategy needs. */
final class Workers {
  private static final int PER_NEIGHBOUR = 6;

  private Workers() {}

  /** Starts one and watches it. Where faults may kill it, its place starts others after it. */
  static ActorRef<WorkerMessage> spawn(ActorContext<?> context, WorkerSetup setup) {
    if (setup.workshop().config().withoutServer()) {
      Mailboxes.get(Adapter.toClassic(context.getSystem())).choose(setup.workshop()::newMailbox);
    }
    ActorRef<WorkerMessage> worker =
        setup.port().weather() == null
            ? start(context, setup, setup.key())
            : context.spawn(
                WorkerPlace.create(place -> lives -> start(place, setup, "life-" + (lives + 1))),
                setup.key());
    context.watch(worker);
    return worker;
  }

  private static ActorRef<WorkerMessage> start(
      ActorContext<?> context, WorkerSetup setup, String name) {
    return setup.workshop().config().withoutServer()
        ? context.spawn(
            PeerActor.create(setup), name, MailboxSelector.fromConfig("estafette-peer-mailbox"))
        : context.spawn(WorkerActor.create(setup), name);
  }

  /**
   * Vectors that may have arrived at a node and be held there at one time; where they are all in
   * use, senders are held back.
   *
   * @param local workers of the node
   * @param served workers that its server, or registrar, is there for; 0 where there is none
   */
  static int expectedUpdates(Workshop workshop, int local, int served) {
    RunConfig config = workshop.config();
    if (config.withoutServer()) {
      // A worker holds the newest message of each neighbour and of each part, and those of the next
      // exchanges wait: less would let a held message keep out the one that it waits for.
      long neighbours = Math.min(config.workers().count(), workshop.mostNeighbours() + 2);
      return (int) Math.min(Integer.MAX_VALUE, PER_NEIGHBOUR * neighbours * local + served + 2L);
    }
    if (served > 0 && config.synchronous()) {
      // A round holds every push until its last one is in: a bound would stop it for ever.
      return Integer.MAX_VALUE;
    }
    return served > 0 ? 2 * served + 2 : 2 * local + 1;
  }
}
