package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import java.time.Duration;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.server.AsyncWorker;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.channel.Endpoint;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * A worker: finds the server, reports for work, and drives an {@link AsyncWorker} whose local steps
 * are taken on a thread of their own.
 */
final class WorkerActor extends AbstractBehavior<WorkerMessage> {
  private static final Duration HELLO_AGAIN = Duration.ofSeconds(3);
  private static final String HELLO = "hello";
  // Longer than a partition that the cluster survives: without a server there is nothing to train
  // for.
  private static final Duration GIVE_UP = Duration.ofMinutes(2);
  private static final String LOST = "lost";

  private final TimerScheduler<WorkerMessage> timers;
  private final String key;
  private final Workshop workshop;
  private final TensorPort port;
  private final long run;
  private final TrainingThread thread;
  private final Effects effects = new WorkerEffects();
  private final Consumer<Update> sink;
  private final WorkerInbox inbox = new WorkerInbox();
  private final long began = System.nanoTime();
  private @Nullable ActorRef<ServerMessage> server;
  private @Nullable Endpoint serverEndpoint;
  private @Nullable AsyncWorker participant;
  private @Nullable PeerId self;
  private WorkerMessage.@Nullable Welcome welcome;
  private @Nullable Lease staged;
  private int incarnation;
  private boolean ready;

  /**
   * A worker of a node.
   *
   * @param key names it for ever
   * @param index which of the node's workers: decides its configured speed
   * @param threads told of the worker's training thread, which may outlive this actor by a step
   */
  static Behavior<WorkerMessage> create(
      String key,
      int index,
      long run,
      Workshop workshop,
      TensorPort port,
      TrainingThreads threads) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(
            timers -> new WorkerActor(context, timers, key, index, run, workshop, port, threads)));
  }

  private WorkerActor(
      ActorContext<WorkerMessage> context,
      TimerScheduler<WorkerMessage> timers,
      String key,
      int index,
      long run,
      Workshop workshop,
      TensorPort port,
      TrainingThreads threads) {
    super(context);
    this.timers = timers;
    this.key = key;
    this.run = run;
    this.workshop = workshop;
    this.port = port;
    ActorRef<WorkerMessage> me = context.getSelf();
    Consumer<WorkerMessage> deliver =
        message -> {
          inbox.add(message);
          me.tell(new WorkerMessage.Waiting());
        };
    this.sink = update -> deliver.accept(new WorkerMessage.Arrived(update));
    this.thread =
        new TrainingThread(
            "estafette-" + key,
            workshop::newTrainer,
            port::lease,
            workshop.config().workers().speed(index),
            deliver);
    threads.add(thread);
    thread.start();
    ActorRef<Receptionist.Listing> listing =
        context.messageAdapter(
            Receptionist.Listing.class,
            l -> new WorkerMessage.Servers(l.getServiceInstances(ServerActor.KEY)));
    context.getSystem().receptionist().tell(Receptionist.subscribe(ServerActor.KEY, listing));
  }

  @Override
  public Receive<WorkerMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(WorkerMessage.Servers.class, this::onServers)
        .onMessage(WorkerMessage.Waiting.class, m -> onWaiting())
        .onMessage(WorkerMessage.Welcome.class, this::onWelcome)
        .onMessage(WorkerMessage.TimerDue.class, this::onTimer)
        .onMessage(WorkerMessage.NotSent.class, this::onNotSent)
        .onMessage(WorkerMessage.RunOver.class, m -> onRunOver(m.reason()))
        .onMessage(WorkerMessage.Stop.class, m -> onStop())
        .onSignal(PostStop.class, s -> onPostStop())
        .build();
  }

  private Behavior<WorkerMessage> onServers(WorkerMessage.Servers m) {
    ActorRef<ServerMessage> found = m.reachable().stream().findFirst().orElse(null);
    if (found != null && !found.equals(server)) {
      getContext().getLog().debug("{} found the server at {}", key, found.path());
    }
    boolean changed = found != null && !found.equals(server);
    if (found != null) {
      timers.cancel(LOST);
    } else if (server != null) {
      timers.startSingleTimer(LOST, new WorkerMessage.TimerDue(LOST), GIVE_UP);
    }
    server = found;
    if (changed) {
      hello();
    }
    return this;
  }

  private Behavior<WorkerMessage> onWaiting() {
    return switch (inbox.poll()) {
      case WorkerMessage.Ready m -> onReady();
      case WorkerMessage.Arrived m -> onArrived(m);
      case WorkerMessage.RoundDone m -> onRoundDone(m);
      case WorkerMessage.TrainingFailed m -> onTrainingFailed(m);
      case null, default -> this;
    };
  }

  private Behavior<WorkerMessage> onReady() {
    ready = true;
    hello();
    return this;
  }

  /** Reports for work, again and again until welcomed. */
  private void hello() {
    ActorRef<ServerMessage> to = server;
    if (to == null || !ready) {
      return;
    }
    to.tell(new ServerMessage.Hello(key, getContext().getSelf(), port.endpoint()));
    timers.startSingleTimer(HELLO, new WorkerMessage.TimerDue(HELLO), HELLO_AGAIN);
  }

  private Behavior<WorkerMessage> onWelcome(WorkerMessage.Welcome w) {
    timers.cancel(HELLO);
    if (w.equals(welcome)) {
      return this; // The answer to a greeting that was repeated: the life that it gave has begun.
    }
    if (self != null) {
      port.unregister(self, sink);
    }
    if (participant != null) {
      participant.close();
    }
    welcome = w;
    PeerId id = PeerId.worker(w.slot());
    self = id;
    serverEndpoint = w.server();
    incarnation = w.incarnation();
    port.register(id, sink);
    AsyncWorker worker =
        workshop.newWorker(run, workshop.config().workers().patience().toNanos() / 1e9, Double.NaN);
    participant = worker;
    getContext()
        .getLog()
        .info("{} has slot {}, incarnation {}, epoch {}", key, w.slot(), incarnation, w.epoch());
    worker.on(
        new Event.Started(new View(id, incarnation, w.epoch(), new TreeSet<>()), now()), effects);
    return this;
  }

  private Behavior<WorkerMessage> onArrived(WorkerMessage.Arrived m) {
    if (participant == null) {
      m.update().discard();
    } else {
      participant.on(new Event.Received(m.update(), now()), effects);
    }
    return this;
  }

  private Behavior<WorkerMessage> onRoundDone(WorkerMessage.RoundDone m) {
    if (participant == null || m.life() != incarnation) {
      m.delta().close();
    } else {
      participant.on(
          new Event.RoundTrained(m.round(), m.result(), m.seconds(), m.delta(), now()), effects);
    }
    return this;
  }

  private Behavior<WorkerMessage> onTimer(WorkerMessage.TimerDue m) {
    if (m.timer().equals(HELLO)) {
      hello();
    } else if (m.timer().equals(LOST)) {
      throw new IllegalStateException(
          key
              + ": no server could be reached for "
              + GIVE_UP.toSeconds()
              + " s; was the run's first node ended?");
    } else if (participant != null) {
      participant.on(new Event.TimerFired(m.timer(), now()), effects);
    }
    return this;
  }

  private Behavior<WorkerMessage> onNotSent(WorkerMessage.NotSent m) {
    getContext().getLog().warn("{}: push not sent, it will be sent again: {}", key, m.reason());
    return this;
  }

  private Behavior<WorkerMessage> onTrainingFailed(WorkerMessage.TrainingFailed m) {
    // Ends this actor as failed, so that its node knows that the run is not over for it.
    throw new IllegalStateException(key + " cannot train: " + m.what(), m.cause());
  }

  private Behavior<WorkerMessage> onRunOver(String reason) {
    getContext().getLog().debug("{}: run over: {}", key, reason);
    return Behaviors.stopped();
  }

  private Behavior<WorkerMessage> onStop() {
    if (server != null && self != null) {
      server.tell(new ServerMessage.Goodbye(self.slot(), incarnation));
    }
    return Behaviors.stopped();
  }

  private Behavior<WorkerMessage> onPostStop() {
    if (self != null) {
      port.unregister(self, sink);
    }
    if (staged != null) {
      staged.close();
      staged = null;
    }
    if (participant != null) {
      participant.close();
      participant = null;
    }
    inbox.close();
    thread.end();
    return this;
  }

  private double now() {
    return (System.nanoTime() - began) / 1e9;
  }

  /** Turns the participant's effects into tells, frames, timers and training. */
  private final class WorkerEffects implements Effects {
    @Override
    public void send(PeerId to, Message message) {
      ActorRef<WorkerMessage> me = getContext().getSelf();
      switch (message) {
        case Pull p -> {
          if (server != null) {
            server.tell(
                new ServerMessage.PullRequest(
                    p.header().run(),
                    p.header().sender().slot(),
                    p.header().incarnation(),
                    p.header().sequence(),
                    p.header().epoch(),
                    p.header().version(),
                    p.secondsPerStep()));
          }
        }
        case Update u -> {
          if (serverEndpoint == null) {
            u.discard();
          } else {
            port.send(serverEndpoint, to, u, why -> me.tell(new WorkerMessage.NotSent(why)));
          }
        }
      }
    }

    @Override
    public void load(FlatVector parameters) {
      Lease lease = staged;
      if (lease == null) {
        lease = port.lease();
        staged = lease;
      }
      lease.vector().copyFrom(parameters);
    }

    @Override
    public void train(long round, TrainOrder order) {
      Lease start = java.util.Objects.requireNonNull(staged, "train before load");
      staged = null;
      thread.train(incarnation, round, order, start);
    }

    @Override
    public Lease lease() {
      return port.lease();
    }

    @Override
    public void setTimer(String timer, double seconds) {
      timers.startSingleTimer(
          timer, new WorkerMessage.TimerDue(timer), Duration.ofNanos((long) (seconds * 1e9)));
    }

    @Override
    public void cancelTimer(String timer) {
      timers.cancel(timer);
    }

    @Override
    public void decided(Decision decision) {
      getContext().getLog().debug("{}: {}", key, decision);
    }
  }
}
