package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.MailboxSelector;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.ClusterSingletonSettings;
import akka.cluster.typed.JoinSeedNodes;
import akka.cluster.typed.SingletonActor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.estafette.actor.checkpoint.Epochs;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.join.HostPort;
import org.estafette.actor.live.LiveRun;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.live.RunView;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.server.ServerState;
import org.jspecify.annotations.Nullable;

/**
 * A node that may have the server. It joins a cluster and stands by until it is the oldest of those
 * that may; then it claims the next epoch, takes up the run from the newest checkpoint that
 * verifies, and goes on. The run's folder must be the same for all of them: on one machine, or on a
 * file system that they share.
 */
public final class ServerHost implements AutoCloseable {
  /** Claims of epochs keep two servers apart: a successor need not wait for the former's end. */
  private static final Duration REMOVAL_MARGIN = Duration.ofMillis(100);

  private final Plan plan;
  private final TensorPort port;
  private final ActorSystem<Void> system;
  private final CompletableFuture<ServerSetup.Ending> result = new CompletableFuture<>();
  private final CompletableFuture<TakenOver> takenOver = new CompletableFuture<>();
  private final CompletableFuture<ActorRef<ServerMessage>> server = new CompletableFuture<>();
  private final TrainingThreads threads = new TrainingThreads();
  private final @Nullable RunFaults faults;
  private volatile @Nullable NodeManagement management;

  /**
   * What a host needs before it knows whether it will ever have the server.
   *
   * @param run number of the run
   * @param checkpoints of the run's folder
   * @param join a node of the cluster, {@code host:port}
   * @param port for control messages, 0 for a free one
   * @param driver directory of the media driver that it shares; null for one of its own
   * @param roles beside that of a server
   * @param succeed called once, when the server begins here, on an actor's thread
   */
  public record Plan(
      long run,
      Workshop workshop,
      RunCheckpoints checkpoints,
      String join,
      int port,
      @Nullable Path driver,
      List<String> roles,
      Successor succeed) {}

  /** Takes up what a run has on the disk beside its checkpoints. */
  public interface Successor {
    /**
     * Called when this host's server is about to begin.
     *
     * @param epoch claimed for it
     * @throws IOException where the run's folder cannot be read or written; the host ends
     */
    Inheritance succeed(long epoch) throws IOException;

    /** Whether the run has ended in good order, and nothing is left to take over. */
    boolean over();
  }

  /**
   * What a server goes on with.
   *
   * @param monitor follows the run; knows what came before
   * @param resume state to go on from; null where none was ever saved
   * @param home of the run
   * @param behind how far the former server was, by what it wrote
   */
  public record Inheritance(
      RunMonitor monitor, @Nullable ServerState resume, RunHome home, Behind behind) {}

  /**
   * The server is here.
   *
   * @param epoch of it
   * @param view what can be known of the run
   * @param control what can be asked of it
   */
  public record TakenOver(long epoch, RunMonitor monitor, RunView view, RunControl control) {}

  private record Here(RunDescription description, RunClock clock, Behind behind, long nextFault) {}

  private ServerHost(Plan plan, TensorPort port, @Nullable RunFaults faults) {
    this.plan = plan;
    this.port = port;
    this.faults = faults;
    RunConfig config = plan.workshop().config();
    List<String> roles = new java.util.ArrayList<>(plan.roles());
    roles.add(Succession.SERVER);
    this.system = NodeSystem.start(guardian(), config, config.cluster().host(), plan.port(), roles);
    PutOut.watch(system, result);
  }

  /**
   * Joins the cluster and stands by.
   *
   * @throws org.estafette.channel.ChannelException where the tensor channel cannot be opened
   */
  public static ServerHost start(Plan plan) {
    RunConfig config = plan.workshop().config();
    plan.workshop().checkMailbox();
    NodeManagement.check(config);
    String name = "server-" + Long.toHexString(plan.run()) + "-" + ProcessHandle.current().pid();
    Path driver = plan.driver();
    CompletableFuture<String> lost = new CompletableFuture<>();
    RunFaults faults = RunFaults.of(config);
    TensorPort port =
        new TensorPort(
            driver == null
                ? ChannelSettings.own(config, plan.run(), name)
                : ChannelSettings.sharing(config, plan.run(), name, driver),
            config.channel().advertise(),
            faults == null ? null : faults.weather(),
            plan.workshop().packing(),
            Workers.expectedUpdates(plan.workshop(), 0, config.workers().count()),
            lost::complete);
    try {
      port.history()
          .begin(
              config,
              plan.run(),
              "server",
              plan.checkpoints().folder().toAbsolutePath().resolveSibling("history"));
      ServerHost host = new ServerHost(plan, port, faults);
      lost.thenAccept(why ->
          host.result.completeExceptionally(
              new org.estafette.channel.ChannelException(
                  "the tensor channel ended: " + why, null)));
      return host;
    } catch (RuntimeException e) {
      port.close();
      throw e;
    }
  }

  private Behavior<Void> guardian() {
    return Behaviors.<Object>setup(
            context -> {
              HostPort seed =
                  HostPort.parse(plan.join())
                      .orElseThrow(() ->
                          new IllegalArgumentException(
                              "join=" + plan.join() + " (expected HOST:PORT)"));
              Cluster.get(context.getSystem())
                  .manager()
                  .tell(new JoinSeedNodes(List.of(Founding.address(seed))));
              ActorRef<Object> self = context.getSelf();
              context.spawn(
                  Succession.standby(why -> {
                    if (!takenOver.isDone()) {
                      result.complete(new ServerSetup.Ending(why, null, ""));
                    }
                  }),
                  "standby");
              Behavior<ServerMessage> singleton =
                  Behaviors.setup(c -> {
                    if (plan.succeed().over()) {
                      result.complete(new ServerSetup.Ending("the run is over", null, ""));
                    }
                    if (result.isDone()) {
                      return Behaviors.stopped();
                    }
                    try {
                      return ServerActor.create(takeOver(c.getSystem(), self));
                    } catch (IOException | RuntimeException e) {
                      result.completeExceptionally(
                          e instanceof UncheckedIOException io ? io.getCause() : e);
                      return Behaviors.stopped();
                    }
                  });
              server.complete(
                  ClusterSingleton.get(context.getSystem())
                      .init(
                          SingletonActor.of(singleton, "server")
                              .withProps(MailboxSelector.fromConfig("estafette-server-mailbox"))
                              .withSettings(
                                  ClusterSingletonSettings.create(context.getSystem())
                                      .withRole(Succession.SERVER)
                                      .withRemovalMargin(REMOVAL_MARGIN))));
              return Behaviors.receive(Object.class)
                  .onMessage(
                      Here.class,
                      m -> {
                        context.spawn(Door.create(m::description), Door.NAME);
                        if (faults != null) {
                          faults.server(ServerFaults.PROCESS);
                          faults.begin(context, m.clock(), m.behind(), port, m.nextFault());
                        }
                        Succession.announce(context, result);
                        return Behaviors.same();
                      })
                  .build();
            })
        .narrow();
  }

  /** On the server's own thread, before it takes in anybody. */
  private ServerSetup takeOver(ActorSystem<?> at, ActorRef<Object> guardian) throws IOException {
    RunConfig config = plan.workshop().config();
    // Claimed before anything is read: what a former server would still write is refused from here.
    Epochs.Claim claim = plan.checkpoints().claim(Succession.holder(at), plan.run());
    EpochWatch.begin(at, claim, result::completeExceptionally);
    Inheritance from = plan.succeed().succeed(claim.epoch());
    RunMonitor monitor = from.monitor();
    RunClock clock = new RunClock(monitor.now().seconds());
    LiveRun live =
        LiveRuns.begin(
            plan.run(),
            plan.workshop(),
            monitor,
            from.home(),
            config.workers().count(),
            clock,
            result);
    RunControl control = new RunCommands(this::tell, result, faults, clock);
    if (faults != null) {
      plan.checkpoints().diskFull(faults.weather()::diskFull);
    }
    guardian.tell(
        new Here(
            RunDescription.of(plan.run(), config, port, at),
            clock,
            from.behind(),
            LiveRuns.nextFault(live)));
    takenOver.complete(new TakenOver(claim.epoch(), monitor, live, control));
    return new ServerSetup(
        plan.run(),
        plan.workshop(),
        port,
        monitor,
        plan.checkpoints(),
        from.resume(),
        live,
        clock,
        faults == null ? FaultHooks.NONE : faults,
        from.home(),
        claim.epoch(),
        result);
  }

  /** Completed when this node has the server. */
  public CompletableFuture<TakenOver> takenOver() {
    return takenOver.copy();
  }

  /**
   * Starts the management of the run here, which has the server.
   *
   * @param notices told where it cannot be had: a run that was taken over goes on without
   * @return its URL; null where there is none
   * @throws PortInUseException where its port is taken, and the run begins here
   */
  public @Nullable String manage(TakenOver run, Consumer<String> notices) {
    try {
      NodeManagement own =
          NodeManagement.ofRun(
              system,
              plan.workshop().config(),
              new WorkerNode.Parts(plan.run(), plan.workshop(), port, threads, 0),
              run.view(),
              run.control());
      management = own;
      return own.url();
    } catch (PortInUseException e) {
      if (run.epoch() == 1) {
        throw e;
      }
      notices.accept("  no dashboard: " + e.getMessage());
      return null;
    }
  }

  /** Completed when the run has ended, here or elsewhere; exceptionally where this node cannot. */
  public CompletableFuture<Coordinator.Ended> result() {
    return result.thenApply(e -> new Coordinator.Ended(e.reason(), e.checkpoint(), e.failure()));
  }

  /** With the server here: asks the run to checkpoint and end. Without: leaves. */
  public void stop(String reason) {
    if (takenOver.isDone()) {
      tell(new ServerMessage.StopRun(reason));
    } else {
      result.complete(new ServerSetup.Ending(reason, null, ""));
    }
  }

  private void tell(ServerMessage message) {
    server.thenAccept(to -> to.tell(message));
  }

  /** Leaves the cluster and frees the channel. */
  @Override
  public void close() {
    if (faults != null) {
      faults.end();
    }
    NodeManagement own = management;
    if (own != null) {
      own.close();
    }
    NodeSystem.end(system);
    port.close();
  }
}
