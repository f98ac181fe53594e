package org.estafette.actor.node;

import akka.actor.Address;
import akka.actor.AddressFromURIString;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.JoinSeedNodes;
import com.typesafe.config.ConfigUtil;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.data.ReadProgress;
import org.estafette.actor.run.Workshop;
import org.estafette.actor.wire.UpdateCodec;
import org.jspecify.annotations.Nullable;

/**
 * A node that joins a cluster with workers: it needs an address and nothing else, for the run's
 * configuration comes from the server.
 */
public final class WorkerNode implements AutoCloseable {
  /** What a node has opened for its workers. */
  record Parts(long run, Workshop workshop, TensorPort port) {}

  private final ActorSystem<Void> system;
  private final CompletableFuture<Void> result = new CompletableFuture<>();
  private final TrainingThreads threads = new TrainingThreads();
  private final RunConfig.Security security;
  private final NodeManagement management;
  private volatile @Nullable CompletableFuture<Parts> opening;

  /**
   * How a node joins.
   *
   * @param join {@code host:port} of any node of the cluster
   * @param host address of this node
   * @param port its port, 0 for a free one
   * @param key names its workers for ever: a replacement under the same key takes their slots
   * @param workers how many
   * @param firstIndex which of the configured speeds is the first worker's
   * @param overrides settings of this node alone, for example {@code data.path}
   * @param notices told what a person should know
   */
  public record Plan(
      String join,
      String host,
      int port,
      String key,
      int workers,
      int firstIndex,
      Map<String, String> overrides,
      Consumer<String> notices) {}

  private WorkerNode(Plan plan) {
    RunConfig defaults = ConfigReader.read(null, plan.overrides());
    this.security = defaults.security();
    this.system =
        NodeSystem.start(
            Behaviors.setup(context -> {
              ActorRef<NodeMessage> node = context.spawn(Node.create(this, plan), "node");
              context.watch(node);
              return Behaviors.receive(Void.class)
                  .onSignal(
                      Terminated.class,
                      t -> {
                        result.complete(null);
                        return Behaviors.same();
                      })
                  .build();
            }),
            defaults,
            plan.host(),
            plan.port(),
            List.of("worker"));
    Cluster.get(system).manager().tell(new JoinSeedNodes(List.of(address(plan.join()))));
    TlsDoubts.watch(
        system,
        security,
        plan.join(),
        why -> result.completeExceptionally(new ConfigException(why)));
    // Akka gives up joining after a while by ending the actor system, without a word to its actors.
    system
        .getWhenTerminated()
        .whenComplete((done, why) ->
            result.completeExceptionally(new ConfigException(notFound(plan.join()))));
    this.management = NodeManagement.ofWorkers(system, defaults, () -> opening);
    if (management.url() != null) {
      plan.notices().accept("  manage    " + management.url());
    }
  }

  private static String notFound(String join) {
    return "no server found behind "
        + join
        + "; is `estafette train` running there, and is the address the one that it printed?";
  }

  /**
   * Starts a node.
   *
   * @throws ConfigException where the address is none
   * @throws PortInUseException where the port is taken
   */
  public static WorkerNode start(Plan plan) {
    address(plan.join());
    return new WorkerNode(plan);
  }

  private static Address address(String join) {
    if (!join.matches("(\\[[0-9a-fA-F:]+]|[A-Za-z0-9._-]+):[0-9]{1,5}")) {
      throw new ConfigException(
          "--join " + join + " is no address (expected HOST:PORT, as `estafette train` prints it)");
    }
    return AddressFromURIString.parse("akka://" + NodeSystem.NAME + "@" + join);
  }

  /** Completed when the run is over; exceptionally where the node could not take part. */
  public CompletableFuture<Void> result() {
    return result;
  }

  /** Leaves the cluster in good order. */
  @Override
  public void close() {
    management.close();
    system.terminate();
    try {
      system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
      system.log().warn("the actor system did not end in 20 s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    CompletableFuture<Parts> o = opening;
    if (o != null) {
      // Also what is still being opened: nobody else would close it.
      o.handle((p, failure) -> p)
          .thenAccept(p -> {
            if (p != null) {
              closeParts(p);
            }
          })
          .join();
    }
  }

  private void closeParts(Parts p) {
    if (!threads.end(20)) {
      system.log().warn("a training thread did not end in 20 s");
    }
    p.port().close();
    p.workshop().close();
  }

  /** Finds the server, asks it what is run, opens the parts, and starts the workers. */
  private static final class Node extends AbstractBehavior<NodeMessage> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final WorkerNode owner;
    private final Plan plan;
    private final Executor io;
    private final TimerScheduler<NodeMessage> timers;
    private Set<ActorRef<ServerMessage>> reachable = Set.of();
    private boolean asked;
    private int running;
    private @Nullable Throwable failure;

    static Behavior<NodeMessage> create(WorkerNode owner, Plan plan) {
      return Behaviors.setup(
          context -> Behaviors.withTimers(timers -> new Node(context, timers, owner, plan)));
    }

    private Node(
        ActorContext<NodeMessage> context,
        TimerScheduler<NodeMessage> timers,
        WorkerNode owner,
        Plan plan) {
      super(context);
      this.owner = owner;
      this.plan = plan;
      this.timers = timers;
      this.io =
          context
              .getSystem()
              .dispatchers()
              .lookup(DispatcherSelector.fromConfig("estafette-io-dispatcher"));
      ActorRef<Receptionist.Listing> listing =
          context.messageAdapter(
              Receptionist.Listing.class,
              l -> new NodeMessage.Servers(l.getServiceInstances(ServerMessage.KEY)));
      context.getSystem().receptionist().tell(Receptionist.subscribe(ServerMessage.KEY, listing));
      timers.startSingleTimer(new NodeMessage.TooLong(), PATIENCE);
    }

    @Override
    public Receive<NodeMessage> createReceive() {
      return newReceiveBuilder()
          .onMessage(NodeMessage.Servers.class, this::onServers)
          .onMessage(NodeMessage.Described.class, this::onDescribed)
          .onMessage(NodeMessage.NoAnswer.class, m -> onNoAnswer(m.why()))
          .onMessage(NodeMessage.Opened.class, this::onOpened)
          .onMessage(NodeMessage.CannotOpen.class, m -> fail(m.cause()))
          .onMessage(NodeMessage.TooLong.class, m -> onTooLong())
          .onSignal(Terminated.class, this::onWorkerEnded)
          .build();
    }

    private Behavior<NodeMessage> onServers(NodeMessage.Servers m) {
      reachable = m.reachable();
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
      ActorRef<ServerMessage> server = reachable.iterator().next();
      getContext()
          .ask(
              RunDescription.class,
              server,
              Duration.ofSeconds(5),
              ServerMessage.DescribeRun::new,
              (answer, failure) ->
                  answer != null
                      ? new NodeMessage.Described(answer)
                      : new NodeMessage.NoAnswer(String.valueOf(failure)));
    }

    private Behavior<NodeMessage> onNoAnswer(String why) {
      getContext().getLog().warn("the server did not say what is run, asking again: {}", why);
      ask();
      return this;
    }

    private Behavior<NodeMessage> onDescribed(NodeMessage.Described m) {
      timers.cancel(new NodeMessage.TooLong());
      RunDescription run = m.run();
      if (run.wire() != UpdateCodec.VERSION) {
        return fail(
            new ConfigException(
                "the cluster speaks version "
                    + run.wire()
                    + " of the updates' form, this node "
                    + UpdateCodec.VERSION
                    + "; use the same release of Estafette on all nodes"));
      }
      String keys = KeyDifference.between(run.keys(), owner.security, plan.join());
      if (!keys.isEmpty()) {
        return fail(new ConfigException(keys));
      }
      CompletableFuture<Parts> opening = CompletableFuture.supplyAsync(() -> open(run), io);
      owner.opening = opening;
      getContext()
          .pipeToSelf(
              opening,
              (parts, failure) ->
                  parts != null
                      ? new NodeMessage.Opened(parts)
                      : new NodeMessage.CannotOpen(java.util.Objects.requireNonNull(failure)));
      return this;
    }

    private Parts open(RunDescription run) {
      Map<String, String> settings = new HashMap<>(plan.overrides());
      // Keys lie where this node has them, and a run's configuration must not switch them off.
      settings.put("security.keys", ConfigUtil.quoteString(owner.security.keys()));
      RunConfig config = ConfigReader.parse(run.config(), settings);
      Workshop workshop;
      try {
        workshop = Workshop.open(config, ReadProgress.NONE, plan.notices());
      } catch (org.estafette.actor.data.UnreadableDataException e) {
        throw new ConfigException(
            e.getMessage() + "; on this node, name the data with --data PATH");
      }
      try {
        String name = "node-" + plan.key();
        var channel =
            run.server().onThisMachine()
                ? Coordinator.ChannelSettings.sharing(
                    config, run.run(), name, Path.of(run.server().directory()))
                : Coordinator.ChannelSettings.own(config, run.run(), name);
        TensorPort port =
            new TensorPort(
                channel,
                workshop.layout().length(),
                Workers.expectedUpdates(workshop, plan.workers(), 0),
                why ->
                    owner.result.completeExceptionally(
                        new IllegalStateException("the tensor channel ended: " + why)));
        return new Parts(run.run(), workshop, port);
      } catch (RuntimeException e) {
        workshop.close();
        throw e;
      }
    }

    private Behavior<NodeMessage> onOpened(NodeMessage.Opened m) {
      for (int i = 0; i < plan.workers(); i++) {
        String key = plan.workers() == 1 ? plan.key() : plan.key() + "-" + i;
        WorkerSetup worker =
            new WorkerSetup(
                key,
                plan.firstIndex() + i,
                m.parts().run(),
                m.parts().workshop(),
                m.parts().port(),
                owner.threads);
        Workers.spawn(getContext(), worker);
        running++;
      }
      return this;
    }

    /**
     * The run is over for a worker that ends by itself; one that failed must not look like that.
     */
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

    private Behavior<NodeMessage> onTooLong() {
      return fail(new ConfigException(notFound(plan.join())));
    }

    private Behavior<NodeMessage> fail(Throwable cause) {
      Throwable why =
          cause instanceof java.util.concurrent.CompletionException && cause.getCause() != null
              ? cause.getCause()
              : cause;
      owner.result.completeExceptionally(why);
      return Behaviors.stopped();
    }
  }
}
