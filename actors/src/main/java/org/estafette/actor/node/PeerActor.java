package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.ReceiveBuilder;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.estafette.actor.mailbox.Mailboxes;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.peer.Peer;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.channel.Endpoint;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * A worker without a server: drives a {@link Peer}. The registrar tells it who is live; models go
 * from worker to worker, and to the registrar only when it asks for them.
 */
final class PeerActor extends TrainingActor {
  private static final Duration SEND_AGAIN = Duration.ofMillis(200);

  private final UpdateSink sink;
  private final PeerReports reports;
  private Map<Integer, WorkerMessage.Address> addresses = Map.of();
  private long epoch = -1;
  private WorkerMessage.@Nullable Admitted admitted;
  private WorkerMessage.@Nullable Neighbours neighbours;
  private WorkerMessage.@Nullable ParametersWanted wanted;
  private @Nullable Lease resumed;
  private @Nullable Peer peer;
  private boolean knows;

  static Behavior<WorkerMessage> create(WorkerSetup setup) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new PeerActor(context, timers, setup).behindFaults()));
  }

  private PeerActor(
      ActorContext<WorkerMessage> context,
      TimerScheduler<WorkerMessage> timers,
      WorkerSetup setup) {
    super(context, timers, setup);
    ActorRef<WorkerMessage> me = context.getSelf();
    Consumer<WorkerMessage> inbox = inbox(me);
    this.sink =
        new UpdateSink(update -> {
          // What the mailbox's policy sees is between neighbours.
          if (update instanceof GlobalModel) {
            inbox.accept(new WorkerMessage.Arrived(update));
          } else {
            me.tell(new WorkerMessage.Deliver(update));
          }
        });
    this.reports =
        new PeerReports(
            Mailboxes.get(Adapter.toClassic(context.getSystem())).find(Adapter.toClassic(me)));
  }

  @Override
  protected ReceiveBuilder<WorkerMessage> understand(ReceiveBuilder<WorkerMessage> builder) {
    return builder
        .onMessage(WorkerMessage.Admitted.class, this::onAdmitted)
        .onMessage(WorkerMessage.Neighbours.class, this::onNeighbours)
        .onMessage(WorkerMessage.Deliver.class, this::onDeliver)
        .onMessage(WorkerMessage.NeighbourPull.class, this::onPull)
        .onMessage(WorkerMessage.MailboxRefused.class, this::onMailboxRefused)
        .onMessage(WorkerMessage.ParametersWanted.class, this::onWanted)
        .onMessage(WorkerMessage.ParametersNotSent.class, this::onParametersNotSent)
        .onMessage(WorkerMessage.ReportAgain.class, m -> onReportAgain())
        .onMessage(WorkerMessage.NotSent.class, this::onNotSent);
  }

  @Override
  protected @Nullable Peer participant() {
    return peer;
  }

  private Behavior<WorkerMessage> onAdmitted(WorkerMessage.Admitted a) {
    if (a.first() != WorkerMessage.First.SENT) {
      welcomed(); // Otherwise it asks until it has its first parameters.
    }
    if (a.equals(admitted)) {
      return this; // The answer to a greeting that was repeated.
    }
    leave();
    admitted = a;
    epoch = -1;
    PeerId id = PeerId.worker(a.slot());
    self = id;
    faults().self(id);
    incarnation = a.incarnation();
    life++;
    setup.port().register(id, sink);
    getContext()
        .getLog()
        .info("{} has slot {}, incarnation {}", setup.key(), a.slot(), incarnation);
    begin();
    return this;
  }

  /** A newer view: whom it may send to, and what the participant is to know. */
  private Behavior<WorkerMessage> onNeighbours(WorkerMessage.Neighbours n) {
    boolean present =
        self != null
            && n.live().stream()
                .anyMatch(a -> a.slot() == self.slot() && a.incarnation() == incarnation);
    if (!present || n.epoch() <= epoch) {
      return this;
    }
    epoch = n.epoch();
    neighbours = n;
    Map<Integer, WorkerMessage.Address> now = new HashMap<>();
    n.live().forEach(a -> now.put(a.slot(), a));
    forgetGone(addresses, now);
    addresses = now;
    if (peer == null) {
      begin();
    } else {
      event(new Event.PeersChanged(view(n), now()));
    }
    return this;
  }

  private View view(WorkerMessage.Neighbours n) {
    TreeSet<PeerId> live = new TreeSet<>();
    n.live().forEach(a -> live.add(PeerId.worker(a.slot())));
    return new View(java.util.Objects.requireNonNull(self), incarnation, n.epoch(), live);
  }

  /** Streams to endpoints at which nobody lives any more are closed. */
  private void forgetGone(
      Map<Integer, WorkerMessage.Address> before, Map<Integer, WorkerMessage.Address> now) {
    Set<Endpoint> live = new HashSet<>();
    now.values().forEach(a -> live.add(a.endpoint()));
    if (admitted != null) {
      live.add(admitted.registrar());
    }
    Set<Endpoint> gone = new HashSet<>();
    before.values().forEach(a -> gone.add(a.endpoint()));
    gone.removeAll(live);
    gone.forEach(setup.port()::forget);
  }

  /** Begins as soon as it knows who is live, and in a resumed run has its first parameters. */
  private void begin() {
    WorkerMessage.Admitted a = admitted;
    WorkerMessage.Neighbours n = neighbours;
    if (a == null || n == null || epoch < 0 || peer != null || waitsForFirst(a)) {
      return;
    }
    peer =
        setup.workshop().newPeer(setup.run(), first(), a.first() == WorkerMessage.First.NEIGHBOUR);
    event(new Event.Started(view(n), now()));
  }

  private boolean waitsForFirst(WorkerMessage.Admitted a) {
    return a.first() == WorkerMessage.First.SENT && resumed == null;
  }

  private org.estafette.memory.Float32Vector first() {
    var parameters = setup.workshop().initialParameters();
    if (resumed != null) {
      parameters.copyFrom(resumed.vector());
      resumed.close();
      resumed = null;
    }
    return parameters;
  }

  private Behavior<WorkerMessage> onDeliver(WorkerMessage.Deliver m) {
    event(new Event.Received(m.update(), now()));
    return this;
  }

  private Behavior<WorkerMessage> onPull(WorkerMessage.NeighbourPull p) {
    Header h =
        new Header(
            p.run(),
            PeerId.worker(p.slot()),
            p.incarnation(),
            p.sequence(),
            p.epoch(),
            p.version(),
            p.round());
    event(new Event.Received(new Pull(h, p.secondsPerStep()), now()));
    return this;
  }

  private Behavior<WorkerMessage> onMailboxRefused(WorkerMessage.MailboxRefused m) {
    event(new Event.Rejected(m.header(), m.reason(), now()));
    return this;
  }

  private Behavior<WorkerMessage> onWanted(WorkerMessage.ParametersWanted m) {
    if (wanted != null && wanted.id() > m.id()) {
      return this;
    }
    wanted = m;
    answerWanted();
    return this;
  }

  /** The channel has much to do: later, unless the registrar has asked anew meanwhile. */
  private Behavior<WorkerMessage> onParametersNotSent(WorkerMessage.ParametersNotSent m) {
    getContext().getLog().info("{}: parameters not sent yet: {}", setup.key(), m.reason());
    if (wanted == null) {
      getContext().scheduleOnce(SEND_AGAIN, getContext().getSelf(), m.wanted());
    }
    return this;
  }

  /** The registrar had given this worker up: what it did since then was refused by all. */
  private Behavior<WorkerMessage> onReportAgain() {
    leave();
    admitted = null;
    hello();
    return this;
  }

  private Behavior<WorkerMessage> onNotSent(WorkerMessage.NotSent m) {
    getContext().getLog().info("{}: a message is lost: {}", setup.key(), m.reason());
    return this;
  }

  @Override
  protected void event(Event event) {
    if (event instanceof Event.Received r && r.message() instanceof GlobalModel model) {
      if (resumed != null || peer != null) {
        model.discard();
      } else {
        resumed = model.parameters();
        welcomed();
        begin();
      }
      return;
    }
    super.event(event);
    answerWanted();
  }

  /** Rounds count from the resumed part's end, data and schedule from the run's beginning. */
  @Override
  protected TrainOrder order(TrainOrder order) {
    WorkerMessage.Admitted a = java.util.Objects.requireNonNull(admitted);
    knows = true; // Who trains has parameters.
    return new TrainOrder(
        order.steps(),
        Math.floorMod(order.shard(), setup.workshop().dataset().shards()),
        order.shardStep() + a.stepsBefore(),
        order.scheduleStep() + a.stepsBefore() * order.scheduleStride(),
        order.scheduleStride());
  }

  private void answerWanted() {
    WorkerMessage.ParametersWanted w = wanted;
    WorkerMessage.Admitted a = admitted;
    if (w == null || a == null || self == null) {
      return;
    }
    Peer p = peer;
    if (p == null || !knows) {
      // What a worker holds that has not heard of the others yet is nobody's model.
      tellServer(new ServerMessage.NoParameters(self.slot(), incarnation, w.id()));
      wanted = null;
      return;
    }
    if (p.round() < w.round()) {
      return;
    }
    wanted = null;
    Lease copy = setup.port().lease();
    copy.vector().copyFrom(p.parameters());
    Header header = new Header(setup.run(), self, incarnation, w.id(), epoch, w.id(), p.round());
    ActorRef<WorkerMessage> me = getContext().getSelf();
    setup
        .port()
        .send(
            a.registrar(),
            PeerId.SERVER,
            new NeighbourModel(header, Passage.MODEL, copy),
            why -> me.tell(new WorkerMessage.ParametersNotSent(w, why)));
  }

  /** What neighbours hear of it is the method's business: it has to be wrong before. */
  @Override
  protected void trained(FlatVector delta) {
    faults().spoil(delta);
  }

  @Override
  protected void send(PeerId to, Message message) {
    WorkerMessage.Address address = addresses.get(to.slot());
    switch (message) {
      case Pull p -> {
        if (address != null && faults().passes(to)) {
          Header h = p.header();
          address
              .actor()
              .tell(
                  new WorkerMessage.NeighbourPull(
                      h.run(),
                      h.sender().slot(),
                      h.incarnation(),
                      h.sequence(),
                      h.epoch(),
                      h.version(),
                      h.round(),
                      p.secondsPerStep()));
        }
      }
      case Update u -> {
        if (address == null) {
          u.discard();
        } else {
          post(address.endpoint(), to, u);
        }
      }
    }
  }

  private void post(Endpoint endpoint, PeerId to, Update update) {
    ActorRef<WorkerMessage> me = getContext().getSelf();
    setup
        .port()
        .send(endpoint, to, update, why -> me.tell(new WorkerMessage.NotSent(to + ": " + why)));
  }

  @Override
  protected void decided(Decision decision) {
    int slot = java.util.Objects.requireNonNull(self).slot();
    ServerMessage report = reports.of(slot, incarnation, decision);
    if (report != null) {
      tellServer(report);
    }
    getContext().getLog().debug("{}: {}", setup.key(), decision);
  }

  /** Ends the present life. */
  private void leave() {
    if (self != null) {
      setup.port().unregister(self, sink);
    }
    if (peer != null) {
      peer.close();
      peer = null;
    }
    if (resumed != null) {
      resumed.close();
      resumed = null;
    }
    wanted = null;
    knows = false;
  }

  @Override
  protected void release() {
    leave();
    sink.close();
  }
}
