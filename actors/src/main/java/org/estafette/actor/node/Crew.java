package org.estafette.actor.node;

import akka.actor.typed.javadsl.ActorContext;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.estafette.actor.halt.HaltPoints;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.View;
import org.estafette.algorithm.server.ServerState;
import org.jspecify.annotations.Nullable;

/** Who works for a server: takes workers in, and sees them go. Used by the actor's thread. */
final class Crew {
  private final ActorContext<ServerMessage> context;
  private final ServerSetup setup;
  private final WorkerTable workers;
  private final Halting halting;
  private final MemberWatch nodes;

  /**
   * @param workers filled here; the server's effects look into it too
   */
  Crew(
      ActorContext<ServerMessage> context,
      ServerSetup setup,
      WorkerTable workers,
      Halting halting,
      MemberWatch nodes) {
    this.context = context;
    this.setup = setup;
    this.workers = workers;
    this.halting = halting;
    this.nodes = nodes;
    ServerState resume = setup.resume();
    workers.resume(resume == null ? List.of() : resume.workers(), setup.epoch());
  }

  Collection<WorkerTable.Entry> all() {
    return workers.all();
  }

  WorkerTable.@Nullable Entry find(PeerId worker) {
    return workers.find(worker);
  }

  /** What the server's participant is told of them. */
  View view() {
    return new View(PeerId.SERVER, 1, setup.epoch(), new TreeSet<>(workers.ids()));
  }

  /** A worker reports, for the first time or again. */
  void greet(ServerMessage.Hello m) {
    HaltPoints.reached(HaltPoints.HELLO);
    WorkerTable.Entry entry = workers.known(m.worker());
    if (entry == null) {
      keyed(m.key()).ifPresent(e -> departs(e, MemberWatch.Cause.REPLACED));
      entry = workers.admit(m.key(), m.worker(), m.endpoint());
      context.watchWith(m.worker(), new ServerMessage.Gone(entry.id(), entry.incarnation()));
      setup.faults().joined(entry);
      setup
          .live()
          .known(entry.id().toString(), entry.key(), nodes.node(entry), entry.incarnation());
    }
    m.worker()
        .tell(
            new WorkerMessage.Welcome(
                entry.id().slot(), entry.incarnation(), setup.epoch(), setup.port().endpoint()));
    halting.tell(entry);
  }

  /** The worker whose key that is, where it is there. */
  Optional<WorkerTable.Entry> keyed(String key) {
    return workers.all().stream().filter(e -> e.key().equals(key)).findFirst();
  }

  /**
   * That life of the worker is over.
   *
   * @param told why; null where nobody has told: it is what can be seen from here
   * @return why; null where it was gone before
   */
  MemberWatch.@Nullable Cause gone(
      PeerId worker, int incarnation, MemberWatch.@Nullable Cause told) {
    WorkerTable.Entry entry = workers.find(worker);
    if (entry == null || !workers.remove(worker, incarnation)) {
      return null;
    }
    MemberWatch.Cause cause = told == null ? nodes.cause(entry) : told;
    departs(entry, cause);
    halting.gone(worker);
    setup.faults().left(worker, incarnation);
    if (workers.all().stream().noneMatch(e -> e.endpoint().equals(entry.endpoint()))) {
      setup.port().forget(entry.endpoint());
    }
    return cause;
  }

  private void departs(WorkerTable.Entry worker, MemberWatch.Cause cause) {
    setup.monitor().departs(worker.id(), cause.text(), cause.orderly());
  }

  /** The run is over for all. */
  void dismiss(String reason) {
    workers.all().forEach(e -> e.actor().tell(new WorkerMessage.RunOver(reason)));
  }
}
