package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.ClusterEvent;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import akka.japi.function.Function;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.join.JoinSource;
import org.estafette.actor.join.Protocol;
import org.estafette.actor.wire.UpdateCodec;
import org.jspecify.annotations.Nullable;

/**
 * Joins a cluster, asks the server what is run, opens the parts, and starts the workers. It joins
 * what is there and never begins a cluster.
 */
final class JoiningNode extends AbstractBehavior<NodeMessage> {
  private final WorkerNode owner;
  private final WorkerNode.Plan plan;
  private final RunConfig own;
  private final JoinSource source;
  private final Executor io;
  private final Aftermath aftermath;
  private final TimerScheduler<NodeMessage> timers;
  private final ClusterSearch search;
  private final List<ActorRef<WorkerMessage>> workers = new ArrayList<>();
  private Set<ActorRef<ServerMessage>> reachable = Set.of();
  private boolean asked;
  private boolean leaving;
  private int running;
  private long run;
  private @Nullable ActorRef<ServerMessage> server;
  private @Nullable Throwable failure;

  static Behavior<NodeMessage> create(
      WorkerNode owner, WorkerNode.Plan plan, RunConfig own, JoinSource source) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new JoiningNode(context, timers, owner, plan, own, source)));
  }

  private JoiningNode(
      ActorContext<NodeMessage> context,
      TimerScheduler<NodeMessage> timers,
      WorkerNode owner,
      WorkerNode.Plan plan,
      RunConfig own,
      JoinSource source) {
    super(context);
    context.setLoggerName(JoiningNode.class); // The search writes to its log too.
    this.owner = owner;
    this.plan = plan;
    this.own = own;
    this.source = source;
    this.timers = timers;
    this.io =
        context
            .getSystem()
            .dispatchers()
            .lookup(DispatcherSelector.fromConfig("estafette-io-dispatcher"));
    this.search = new ClusterSearch(context, timers, owner, plan, own, source, io);
    this.aftermath = new Aftermath(context.getSystem());
    ActorRef<Receptionist.Listing> listing =
        context.messageAdapter(
            Receptionist.Listing.class,
            l -> new NodeMessage.Servers(l.getServiceInstances(ServerMessage.KEY)));
    context.getSystem().receptionist().tell(Receptionist.subscribe(ServerMessage.KEY, listing));
    Cluster.get(context.getSystem())
        .subscriptions()
        .tell(
            Subscribe.create(
                context.messageAdapter(
                    ClusterEvent.MemberRemoved.class,
                    e -> new NodeMessage.MemberLeft(e.member().address(), isOut(e))),
                ClusterEvent.MemberRemoved.class));
    search.begin();
  }

  @Override
  public Receive<NodeMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(NodeMessage.Addresses.class, told(search::onAddresses))
        .onMessage(NodeMessage.NoAddresses.class, told(search::onNoAddresses))
        .onMessage(NodeMessage.LookAgain.class, told(m -> search.look()))
        .onMessage(NodeMessage.Diagnose.class, m -> orFail(search.diagnose(false)))
        .onMessage(NodeMessage.Diagnosed.class, m -> orFail(search.onDiagnosed(m)))
        .onMessage(NodeMessage.Servers.class, this::onServers)
        .onMessage(NodeMessage.MemberLeft.class, this::onMemberLeft)
        .onMessage(NodeMessage.Described.class, this::onDescribed)
        .onMessage(NodeMessage.NoAnswer.class, m -> onNoAnswer(m.why()))
        .onMessage(NodeMessage.Opened.class, this::onOpened)
        .onMessage(NodeMessage.CannotOpen.class, m -> fail(m.cause()))
        .onMessage(NodeMessage.TooLong.class, m -> orFail(search.diagnose(true)))
        .onMessage(NodeMessage.Leave.class, m -> onLeave())
        .onMessage(NodeMessage.LeaveNow.class, m -> Behaviors.stopped())
        .onSignal(Terminated.class, this::onWorkerEnded)
        .onSignal(
            PostStop.class,
            s -> {
              source.close();
              return this;
            })
        .build();
  }

  private <M> Function<M, Behavior<NodeMessage>> told(Consumer<M> part) {
    return m -> {
      part.accept(m);
      return this;
    };
  }

  private Behavior<NodeMessage> orFail(@Nullable Throwable why) {
    return why == null ? this : fail(why);
  }

  // The run.

  private Behavior<NodeMessage> onServers(NodeMessage.Servers m) {
    reachable = m.reachable();
    ActorRef<ServerMessage> known = server;
    if (known != null && !reachable.isEmpty() && !reachable.contains(known)) {
      asked = false; // Whether it is another run's, or this one's that was taken over.
    }
    if (!asked) {
      ask();
    }
    return this;
  }

  private void ask() {
    asked = !reachable.isEmpty();
    if (!asked) {
      return;
    }
    ActorRef<ServerMessage> to = reachable.iterator().next();
    getContext()
        .ask(
            RunDescription.class,
            to,
            Duration.ofSeconds(5),
            ServerMessage.DescribeRun::new,
            (answer, failure) ->
                answer != null
                    ? new NodeMessage.Described(answer, to)
                    : new NodeMessage.NoAnswer(String.valueOf(failure)));
  }

  private Behavior<NodeMessage> onNoAnswer(String why) {
    getContext().getLog().warn("the server did not say what is run, asking again: {}", why);
    ask();
    return this;
  }

  /**
   * Whether the others are still there, and it is this node that goes: it is told then that all are
   * removed, though nobody has taken them for lost, and none has left.
   */
  private static boolean isOut(ClusterEvent.MemberRemoved e) {
    return !e.previousStatus().equals(MemberStatus.down())
        && !e.previousStatus().equals(MemberStatus.exiting());
  }

  private Behavior<NodeMessage> onMemberLeft(NodeMessage.MemberLeft m) {
    if (!m.thisOneGoes()) {
      aftermath.removed(m.node());
    }
    ActorRef<ServerMessage> known = server;
    if (m.thisOneGoes() || known == null || !known.path().address().equals(m.node())) {
      return this; // Of this node's own end the owner is told by its actor system's.
    }
    if (Succession.possibleWithout(getContext().getSystem(), m.node())) {
      // The workers look for its successor, and give up where there is none for too long.
      getContext().getLog().warn("the server's node {} is gone, waiting", m.node().hostPort());
      return this;
    }
    // One that had left lately is told as removed at this node's own end, too.
    String gone = "the coordinator " + m.node().hostPort() + " is gone";
    return fail(PutOut.orElseAtMember(JoinException.passing(gone), getContext().getSystem()));
  }

  private Behavior<NodeMessage> onDescribed(NodeMessage.Described m) {
    if (!reachable.contains(m.server())) {
      ask(); // It has gone meanwhile; another may be there.
      return this;
    }
    if (server != null) {
      if (m.run().run() != run) {
        return fail(JoinException.passing("another run has begun in this cluster"));
      }
      server = m.server();
      return this;
    }
    server = m.server();
    run = m.run().run();
    search.found();
    RunDescription described = m.run();
    String refusal = Protocol.own(UpdateCodec.VERSION).refusal(described.speaks());
    if (!refusal.isEmpty()) {
      return fail(JoinException.lasting(refusal));
    }
    String keys = KeyDifference.between(described.keys(), own.security(), source.toString());
    if (!keys.isEmpty()) {
      return fail(new ConfigException(keys));
    }
    CompletableFuture<WorkerNode.Parts> opening =
        CompletableFuture.supplyAsync(
            () ->
                NodeParts.open(
                    described, plan, own, owner.threads(), why -> channelLost(described, why)),
            io);
    owner.opening(opening);
    getContext()
        .pipeToSelf(
            opening,
            (parts, failure) ->
                parts != null
                    ? new NodeMessage.Opened(parts)
                    : new NodeMessage.CannotOpen(java.util.Objects.requireNonNull(failure)));
    return this;
  }

  /** By any thread. A media driver that was another's on this machine has died with its process. */
  private void channelLost(RunDescription described, String why) {
    Runnable end = () -> owner.failed(JoinException.passing(why));
    if (described.server().onThisMachine()) {
      aftermath.await(described.address(), end);
    } else {
      end.run();
    }
  }

  private Behavior<NodeMessage> onOpened(NodeMessage.Opened m) {
    if (leaving) {
      return Behaviors.stopped();
    }
    for (int i = 0; i < plan.workers(); i++) {
      String key = plan.workers() == 1 ? plan.key() : plan.key() + "-" + i;
      WorkerSetup worker =
          new WorkerSetup(
              key,
              plan.firstIndex() + i,
              m.parts().run(),
              m.parts().workshop(),
              m.parts().port(),
              owner.threads());
      workers.add(Workers.spawn(getContext(), worker));
      running++;
    }
    return this;
  }

  // The end.

  private Behavior<NodeMessage> onLeave() {
    if (running == 0) {
      return Behaviors.stopped();
    }
    if (!leaving) {
      leaving = true;
      workers.forEach(w -> w.tell(new WorkerMessage.Stop()));
      timers.startSingleTimer(new NodeMessage.LeaveNow(), own.cluster().leaveWithin());
    }
    return this;
  }

  /** The run is over for a worker that ends by itself; one that failed must not look like that. */
  private Behavior<NodeMessage> onWorkerEnded(Terminated ended) {
    if (ended instanceof ChildFailed failed) {
      failure = failed.cause();
    }
    running--;
    if (running > 0) {
      return this;
    }
    return failure == null ? Behaviors.stopped() : fail(failure);
  }

  private Behavior<NodeMessage> fail(Throwable cause) {
    owner.failed(
        cause instanceof CompletionException && cause.getCause() != null
            ? cause.getCause()
            : cause);
    return Behaviors.stopped();
  }
}
