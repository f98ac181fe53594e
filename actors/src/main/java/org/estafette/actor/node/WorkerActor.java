package org.estafette.actor.node;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.ReceiveBuilder;
import akka.actor.typed.javadsl.TimerScheduler;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.server.ServerWorker;
import org.estafette.channel.Endpoint;
import org.jspecify.annotations.Nullable;

/** A worker of a server: drives a {@link ServerWorker}. */
final class WorkerActor extends TrainingActor {
  private final Consumer<Update> sink;
  private @Nullable Endpoint serverEndpoint;

  /** Sequence of the newest push of this life. */
  private long sent;

  private @Nullable ServerWorker participant;
  private WorkerMessage.@Nullable Welcome welcome;

  static Behavior<WorkerMessage> create(WorkerSetup setup) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new WorkerActor(context, timers, setup).behindFaults()));
  }

  private WorkerActor(
      ActorContext<WorkerMessage> context,
      TimerScheduler<WorkerMessage> timers,
      WorkerSetup setup) {
    super(context, timers, setup);
    Consumer<WorkerMessage> deliver = inbox(context.getSelf());
    this.sink = update -> deliver.accept(new WorkerMessage.Arrived(update));
  }

  @Override
  protected ReceiveBuilder<WorkerMessage> understand(ReceiveBuilder<WorkerMessage> builder) {
    return builder
        .onMessage(WorkerMessage.Welcome.class, this::onWelcome)
        .onMessage(WorkerMessage.NotSent.class, this::onNotSent);
  }

  @Override
  protected @Nullable ServerWorker participant() {
    return participant;
  }

  private Behavior<WorkerMessage> onWelcome(WorkerMessage.Welcome w) {
    if (welcome != null && w.epoch() < welcome.epoch()) {
      getContext()
          .getLog()
          .warn(
              "{}: welcomed by a server of epoch {} (expected >= {}): it has been taken over",
              setup.key(),
              w.epoch(),
              welcome.epoch());
      return this;
    }
    welcomed();
    if (w.equals(welcome)) {
      return this; // The answer to a greeting that was repeated: the life that it gave has begun.
    }
    if (participant != null) {
      giveUp("another life has begun");
    }
    release();
    welcome = w;
    PeerId id = PeerId.worker(w.slot());
    self = id;
    faults().self(id);
    sent = 0;
    serverEndpoint = w.server();
    incarnation = w.incarnation();
    life++;
    roundUnderWay = false;
    setup.port().register(id, sink);
    double patience = setup.workshop().config().workers().patience().toNanos() / 1e9;
    participant = setup.workshop().newWorker(setup.run(), patience, Double.NaN);
    getContext()
        .getLog()
        .info(
            "{} has slot {}, incarnation {}, epoch {}",
            setup.key(),
            w.slot(),
            incarnation,
            w.epoch());
    event(new Event.Started(new View(id, incarnation, w.epoch(), new TreeSet<>()), now()));
    return this;
  }

  private Behavior<WorkerMessage> onNotSent(WorkerMessage.NotSent m) {
    getContext()
        .getLog()
        .warn("{}: push not sent, it will be sent again: {}", setup.key(), m.reason());
    return this;
  }

  /** A round that is under way is finished, pushed and answered. */
  @Override
  protected boolean handsIn() {
    return participant != null && roundUnderWay;
  }

  @Override
  protected void release() {
    if (self != null) {
      setup.port().unregister(self, sink);
    }
    if (participant != null) {
      participant.close();
      participant = null;
    }
  }

  /** On its way, so that the worker itself cannot notice; what is sent again stays as it is. */
  private void poison(Update update) {
    if (update instanceof PseudoGradient push && push.header().sequence() > sent) {
      sent = push.header().sequence();
      faults().spoil(push.delta().vector());
    }
  }

  @Override
  protected void send(PeerId to, Message message) {
    switch (message) {
      case Pull p when !faults().passes(to) -> {}
      case Pull p ->
          tellServer(
              new ServerMessage.PullRequest(
                  p.header().run(),
                  p.header().sender().slot(),
                  p.header().incarnation(),
                  p.header().sequence(),
                  p.header().epoch(),
                  p.header().version(),
                  p.secondsPerStep(),
                  p.diverged() ? p.header().round() : 0));
      case Update u -> {
        var me = getContext().getSelf();
        if (serverEndpoint == null) {
          u.discard();
        } else {
          poison(u);
          setup.port().send(serverEndpoint, to, u, why -> me.tell(new WorkerMessage.NotSent(why)));
        }
      }
    }
  }

  @Override
  protected void decided(Decision decision) {
    getContext().getLog().debug("{}: {}", setup.key(), decision);
    if (decision instanceof Decision.Wasted w) {
      tellServer(
          new ServerMessage.Wasted(
              w.worker().slot(), w.incarnation(), w.round(), w.steps(), w.tokens(), w.reason()));
    }
  }
}
