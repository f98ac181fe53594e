package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.MailboxSelector;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.ClusterSingletonSettings;
import akka.cluster.typed.JoinSeedNodes;
import akka.cluster.typed.SingletonActor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.estafette.actor.checkpoint.Epochs;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.live.LiveRun;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.live.RunView;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.server.ServerState;
import org.estafette.channel.ChannelException;
import org.jspecify.annotations.Nullable;

/**
 * The node that begins a cluster: it has the server, the media driver of its machine, and as many
 * workers as it is told to.
 */
public final class Coordinator implements AutoCloseable {
  private final ActorSystem<Void> system;
  private final TensorPort port;
  private final NodeManagement management;
  private final RunMonitor monitor;
  private final CompletableFuture<ServerSetup.Ending> result;
  private final TrainingThreads threads = new TrainingThreads();
  private final CompletableFuture<ActorRef<ServerMessage>> server = new CompletableFuture<>();
  private final CompletableFuture<Void> begun = new CompletableFuture<>();
  private final CompletableFuture<Void> managed = new CompletableFuture<>();
  private final boolean founding;
  private final LiveRun live;
  private final RunControl control;
  private final RunClock clock;
  private final double begins;
  private final @Nullable RunFaults faults;

  /** How the reason of a run begins that somebody has stopped. */
  static final String STOPPED_BY = "stopped by ";

  /**
   * What is to be run.
   *
   * @param run number of the run
   * @param workshop its parts
   * @param monitor follows it
   * @param checkpoints where its state goes
   * @param resume state to go on from; null for a new run
   * @param localWorkers workers of this JVM
   * @param moreWorkers workers that are expected from other JVMs
   * @param home the run's name, and where its configuration is kept
   */
  public record Plan(
      long run,
      Workshop workshop,
      RunMonitor monitor,
      RunCheckpoints checkpoints,
      @Nullable ServerState resume,
      int localWorkers,
      int moreWorkers,
      RunHome home) {
    /** Of a run whose configuration is kept nowhere. */
    public Plan(
        long run,
        Workshop workshop,
        RunMonitor monitor,
        RunCheckpoints checkpoints,
        @Nullable ServerState resume,
        int localWorkers,
        int moreWorkers) {
      this(
          run,
          workshop,
          monitor,
          checkpoints,
          resume,
          localWorkers,
          moreWorkers,
          RunHome.none(workshop.config().name()));
    }
  }

  /**
   * How a run ended.
   *
   * @param reason "finished" or why it was stopped
   * @param checkpoint the last checkpoint; null where none could be written
   * @param failure why the last checkpoint could not be written; empty where it was
   */
  public record Ended(String reason, @Nullable Path checkpoint, String failure) {
    /** Whether the run used up its budget. */
    public boolean finished() {
      return reason.equals("finished");
    }

    /** Whether somebody stopped it through {@link Coordinator#control}. */
    public boolean stopped() {
      return reason.startsWith(STOPPED_BY);
    }
  }

  private Coordinator(Plan plan, TensorPort port, @Nullable RunFaults faults) {
    this.port = port;
    this.faults = faults;
    this.monitor = plan.monitor();
    this.result = new CompletableFuture<>();
    RunConfig config = plan.workshop().config();
    this.founding = !config.cluster().join().isEmpty();
    this.begins = plan.monitor().now().seconds();
    this.clock = new RunClock(begins);
    if (faults != null) {
      plan.checkpoints().diskFull(faults.weather()::diskFull);
    }
    this.live =
        LiveRuns.begin(
            plan.run(),
            plan.workshop(),
            monitor,
            plan.home(),
            plan.localWorkers() + plan.moreWorkers(),
            clock,
            result);
    this.control = new RunCommands(this::tell, result, faults, clock);
    this.system =
        NodeSystem.start(
            guardian(clock, plan),
            config,
            config.cluster().host(),
            config.cluster().port(),
            List.of("server", "worker"));
    PutOut.watch(system, result);
    this.management =
        NodeManagement.ofRun(
            system,
            config,
            new WorkerNode.Parts(plan.run(), plan.workshop(), port, threads, plan.localWorkers()),
            live,
            control);
    managed.complete(null);
  }

  /**
   * Starts a cluster.
   *
   * @throws org.estafette.channel.ChannelException where the tensor channel cannot be opened
   * @throws PortInUseException where the control port, or management's, is taken
   * @throws org.estafette.actor.config.ConfigException where the mailbox's policy cannot be used
   */
  public static Coordinator start(Plan plan) {
    RunConfig config = plan.workshop().config();
    // Akka makes the mailbox far from here, where a wrong class would only be logged.
    plan.workshop().checkMailbox();
    NodeManagement.check(config);
    int expected =
        Workers.expectedUpdates(
            plan.workshop(), plan.localWorkers(), plan.localWorkers() + plan.moreWorkers());
    CompletableFuture<String> lost = new CompletableFuture<>();
    RunFaults faults = RunFaults.of(config);
    TensorPort port =
        new TensorPort(
            ChannelSettings.own(config, plan.run(), "run-" + Long.toHexString(plan.run())),
            config.channel().advertise(),
            faults == null ? null : faults.weather(),
            plan.workshop().packing(),
            expected,
            lost::complete);
    try {
      port.history().begin(config, plan.run(), "run", plan.home().historyFolder());
      Coordinator coordinator = new Coordinator(plan, port, faults);
      lost.thenAccept(why ->
          coordinator.result.completeExceptionally(
              new ChannelException("the tensor channel ended: " + why, null)));
      return coordinator;
    } catch (RuntimeException e) {
      port.close();
      throw e;
    }
  }

  /** Told to the guardian when this node may begin its run. */
  private record Begin() {}

  /** Claims the run's next epoch, which only a node may do that begins. */
  private ServerSetup claimed(ActorSystem<?> at, RunClock clock, Plan plan) throws IOException {
    Epochs.Claim claim = plan.checkpoints().claim(Succession.holder(at), plan.run());
    EpochWatch.begin(at, claim, result::completeExceptionally);
    return new ServerSetup(
        plan.run(),
        plan.workshop(),
        port,
        plan.monitor(),
        plan.checkpoints(),
        plan.resume(),
        live,
        clock,
        faults == null ? FaultHooks.NONE : faults,
        plan.home(),
        claim.epoch(),
        result);
  }

  private Behavior<Void> guardian(RunClock clock, Plan plan) {
    RunConfig config = plan.workshop().config();
    return Behaviors.<Object>setup(
            context -> {
              ActorRef<Object> self = context.getSelf();
              Cluster cluster = Cluster.get(context.getSystem());
              if (config.cluster().join().isEmpty()) {
                cluster.manager().tell(new JoinSeedNodes(List.of(cluster.selfMember().address())));
                whenManaged(() -> self.tell(new Begin()));
              } else {
                context.spawn(
                    Founding.create(
                        config,
                        () -> whenManaged(() -> self.tell(new Begin())),
                        result::completeExceptionally),
                    "founding");
              }
              int[] left = {plan.localWorkers()};
              return Behaviors.receive(Object.class)
                  .onMessage(
                      Begin.class,
                      m -> {
                        try {
                          begin(context, claimed(context.getSystem(), clock, plan), plan);
                        } catch (IOException e) {
                          result.completeExceptionally(e);
                        }
                        return Behaviors.same();
                      })
                  .onSignal(
                      Terminated.class,
                      t -> {
                        left[0]--;
                        if (left[0] == 0 && plan.moreWorkers() == 0) {
                          stop("all workers have ended; see the log for why");
                        }
                        return Behaviors.same();
                      })
                  .build();
            })
        .narrow();
  }

  /** Where management's port is taken nothing trains yet, and the channel can be closed. */
  private void whenManaged(Runnable then) {
    managed.thenRun(then);
  }

  private void begin(ActorContext<Object> context, ServerSetup setup, Plan plan) {
    server.complete(
        ClusterSingleton.get(context.getSystem())
            .init(
                singleton(setup)
                    .withSettings(
                        ClusterSingletonSettings.create(context.getSystem()).withRole("server"))));
    if (faults != null) {
      faults.begin(context, clock, new Behind(begins, 0), port, LiveRuns.nextFault(live));
    }
    RunDescription description =
        RunDescription.of(plan.run(), plan.workshop().config(), port, context.getSystem());
    context.spawn(Door.create(() -> description), Door.NAME);
    Succession.announce(context, result);
    for (int i = 0; i < plan.localWorkers(); i++) {
      String key = "local-" + i;
      WorkerSetup own = new WorkerSetup(key, i, plan.run(), plan.workshop(), port, threads);
      Workers.spawn(context, own);
    }
    begun.complete(null);
  }

  private static SingletonActor<ServerMessage> singleton(ServerSetup setup) {
    return setup.workshop().config().withoutServer()
        ? SingletonActor.of(RegistrarActor.create(setup), "registrar")
        : SingletonActor.of(ServerActor.create(setup), "server")
            .withProps(MailboxSelector.fromConfig("estafette-server-mailbox"));
  }

  /** Where other nodes join: {@code host:port}. */
  public String address() {
    var address = Cluster.get(system).selfMember().address();
    return address.host().get() + ":" + address.port().get();
  }

  /**
   * Completed when this node has a cluster and the run begins; where it has no business in the
   * cluster that it found, {@link #result} says so instead.
   */
  public CompletableFuture<Void> begun() {
    return begun.copy();
  }

  /** Completed when the run has ended and its last checkpoint is written. */
  public CompletableFuture<Ended> result() {
    return result.thenApply(e -> new Ended(e.reason(), e.checkpoint(), e.failure()));
  }

  /** Where the run stands. */
  public RunMonitor.Snapshot now() {
    return monitor.now();
  }

  /** Asks the run to checkpoint and end; {@link #result} follows. */
  public void stop(String reason) {
    if (founding && !begun.isDone()) {
      result.complete(new ServerSetup.Ending(reason, null, "")); // Whether it begins is not known.
    } else {
      tell(new ServerMessage.StopRun(reason));
    }
  }

  /** URL of this node's management, without a slash at the end; null where it has none. */
  public @Nullable String management() {
    return management.url();
  }

  /** What can be known of the run. */
  public RunView view() {
    return live;
  }

  /** What can be asked of the run. */
  public RunControl control() {
    return control;
  }

  /** Who can kill the processes of this run's workers, where a fault asks for it. */
  public void processes(ProcessKiller killer) {
    if (faults != null) {
      faults.processes(killer);
    }
  }

  /** At once, or as soon as there is a server. */
  void tell(ServerMessage message) {
    server.thenAccept(to -> to.tell(message));
  }

  /**
   * A worker's process has died: nobody need wait until the cluster has noticed.
   *
   * @param status its exit status
   */
  public void died(String key, int status) {
    tell(new ServerMessage.Died(key, status));
    DeadNodes.remove(system, DeadNodes.roleOf(key));
  }

  /** Nodes that are up in its cluster, {@code host:port}, itself among them. */
  Set<String> upMembers() {
    Set<String> up = new TreeSet<>();
    Cluster.get(system)
        .state()
        .getMembers()
        .forEach(m -> {
          if (m.status() == MemberStatus.up()) {
            up.add(m.address().host().get() + ":" + m.address().port().get());
          }
        });
    return up;
  }

  /** Its way for tensors; none is on loan once this is closed. */
  TensorPort port() {
    return port;
  }

  /** Leaves the cluster and frees the channel. */
  @Override
  public void close() {
    management.close();
    if (faults != null) {
      faults.end();
    }
    NodeSystem.end(system);
    if (!threads.end(20)) {
      system.log().warn("a training thread did not end in {}", Duration.ofSeconds(20));
    }
    port.close();
  }
}
