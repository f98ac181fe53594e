package org.estafette.actor.node;

import akka.actor.Address;
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
import akka.cluster.typed.JoinSeedNodes;
import akka.cluster.typed.Subscribe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.join.Alternatives;
import org.estafette.actor.join.Finding;
import org.estafette.actor.join.HostPort;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.join.JoinSource;
import org.estafette.actor.join.LookupException;
import org.estafette.actor.join.Probe;
import org.estafette.actor.join.Protocol;
import org.estafette.actor.wire.UpdateCodec;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the cluster, joins it, asks the server what is run, opens the parts, and starts the
 * workers. It joins what is there and never begins a cluster. While nobody answers it finds out
 * why, and says so.
 */
final class JoiningNode extends AbstractBehavior<NodeMessage> {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
  private static final Duration FIRST_DIAGNOSIS = Duration.ofSeconds(6);
  private static final Duration NEXT_DIAGNOSIS = Duration.ofSeconds(15);
  private static final int PROBE_MILLIS = 2000;

  private final WorkerNode owner;
  private final WorkerNode.Plan plan;
  private final RunConfig own;
  private final JoinSource source;
  private final Executor io;
  private final Aftermath aftermath;
  private final TimerScheduler<NodeMessage> timers;
  private final List<ActorRef<WorkerMessage>> workers = new ArrayList<>();
  private Set<ActorRef<ServerMessage>> reachable = Set.of();
  private List<HostPort> found = List.of();
  private Set<HostPort> tried = Set.of();
  private String lookup = "no address yet";
  private String said = "";
  private boolean backwards;
  private boolean doubting;
  private boolean asked;
  private boolean orphan;
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
    timers.startSingleTimer(new NodeMessage.TooLong(), own.cluster().patience());
    timers.startSingleTimer(new NodeMessage.Diagnose(), FIRST_DIAGNOSIS);
    look();
  }

  @Override
  public Receive<NodeMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(NodeMessage.Addresses.class, this::onAddresses)
        .onMessage(NodeMessage.NoAddresses.class, this::onNoAddresses)
        .onMessage(NodeMessage.LookAgain.class, m -> look())
        .onMessage(NodeMessage.Diagnose.class, m -> diagnose(false))
        .onMessage(NodeMessage.Diagnosed.class, this::onDiagnosed)
        .onMessage(NodeMessage.Servers.class, this::onServers)
        .onMessage(NodeMessage.MemberLeft.class, this::onMemberLeft)
        .onMessage(NodeMessage.Described.class, this::onDescribed)
        .onMessage(NodeMessage.NoAnswer.class, m -> onNoAnswer(m.why()))
        .onMessage(NodeMessage.Opened.class, this::onOpened)
        .onMessage(NodeMessage.CannotOpen.class, m -> fail(m.cause()))
        .onMessage(NodeMessage.TooLong.class, m -> diagnose(true))
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

  // Finding the cluster.

  private Behavior<NodeMessage> look() {
    if (server != null) {
      return this;
    }
    boolean names = backwards;
    CompletableFuture<NodeMessage> looking =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                List<HostPort> all = source.look();
                return new NodeMessage.Addresses(all, Alternatives.of(all, names));
              } catch (LookupException e) {
                return new NodeMessage.NoAddresses(String.valueOf(e.getMessage()));
              }
            },
            io);
    getContext()
        .pipeToSelf(
            looking, (m, e) -> m != null ? m : new NodeMessage.NoAddresses(String.valueOf(e)));
    return this;
  }

  private Behavior<NodeMessage> onAddresses(NodeMessage.Addresses m) {
    found = m.found();
    Address self = Cluster.get(getContext().getSystem()).selfMember().address();
    Set<HostPort> all = new HashSet<>(m.all());
    if (!all.equals(tried) && server == null) {
      tried = all;
      // Without the own address, whose being the first would make Akka begin a cluster with it.
      List<Address> seeds =
          m.all().stream().map(Founding::address).filter(a -> !a.equals(self)).toList();
      if (!seeds.isEmpty()) {
        getContext().getLog().info("joining by {}", seeds);
        Cluster.get(getContext().getSystem()).manager().tell(new JoinSeedNodes(seeds));
        doubt(m.all());
      }
    }
    timers.startSingleTimer(new NodeMessage.LookAgain(), LOOK_AGAIN);
    return this;
  }

  /** Of a failed handshake the transport says only in its log that a connection has failed. */
  private void doubt(List<HostPort> seeds) {
    if (!doubting) {
      doubting = true;
      TlsDoubts.watch(
          getContext().getSystem(),
          own.security(),
          seeds.getFirst().toString(),
          why -> owner.failed(new ConfigException(why)));
    }
  }

  private Behavior<NodeMessage> onNoAddresses(NodeMessage.NoAddresses m) {
    lookup = m.why();
    found = List.of();
    timers.startSingleTimer(new NodeMessage.LookAgain(), LOOK_AGAIN);
    return this;
  }

  /** Looks, beside the joining, why nobody answers. */
  private Behavior<NodeMessage> diagnose(boolean last) {
    if (server != null && !last) {
      return this;
    }
    backwards = true;
    List<HostPort> targets = found;
    String nothing = lookup;
    Probe probe = new Probe(plan.host(), !own.security().keys().isEmpty(), PROBE_MILLIS);
    boolean up = Cluster.get(getContext().getSystem()).selfMember().status() == MemberStatus.up();
    if (owner.stays() && orphaned(up)) {
      return fail(
          JoinException.passing(
              "the cluster that was found has no server, and nobody in it may have one"));
    }
    CompletableFuture<String> looking =
        CompletableFuture.supplyAsync(() -> why(targets, nothing, probe, up), io);
    getContext()
        .pipeToSelf(
            looking,
            (text, e) -> new NodeMessage.Diagnosed(text != null ? text : String.valueOf(e), last));
    if (!last) {
      timers.startSingleTimer(new NodeMessage.Diagnose(), NEXT_DIAGNOSIS);
    }
    return this;
  }

  /**
   * Whether this node has been for a while in what is left of a cluster: who restarts its
   * coordinator begins another one, and would not be noticed from here.
   */
  private boolean orphaned(boolean up) {
    boolean now = up && !Succession.possible(getContext().getSystem());
    boolean still = orphan && now;
    orphan = now;
    return still;
  }

  private static String why(List<HostPort> targets, String lookup, Probe probe, boolean up) {
    if (up) {
      return "in the cluster, but it has no server; its coordinator has ended, or not begun yet";
    }
    if (targets.isEmpty()) {
      return lookup;
    }
    List<String> sentences = new ArrayList<>();
    for (HostPort target : targets) {
      Finding finding = probe.look(target);
      sentences.add(
          (finding.well() ? Alternatives.unanswered(target, probe.host(), PROBE_MILLIS) : finding)
              .sentence());
    }
    return String.join("\n", sentences);
  }

  private Behavior<NodeMessage> onDiagnosed(NodeMessage.Diagnosed m) {
    if (m.last()) {
      return server != null
          ? this
          : fail(
              JoinException.passing(
                  "no server found behind "
                      + source
                      + " within "
                      + own.cluster().patience().toSeconds()
                      + " s: "
                      + m.text()));
    }
    if (server == null && !m.text().equals(said)) {
      said = m.text();
      getContext().getLog().warn("not joined yet: {}", said);
      plan.notices().accept("  waiting   " + said.replace("\n", "\n            "));
    }
    return this;
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
    return fail(JoinException.passing("the coordinator " + m.node().hostPort() + " is gone"));
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
    timers.cancel(new NodeMessage.TooLong());
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
