package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.FaultPlanReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.config.ShippedFaults;
import org.estafette.actor.fault.NodeWeather;
import org.estafette.actor.live.RunControl.Outcome;
import org.estafette.actor.run.Faults;
import org.estafette.algorithm.PeerId;
import org.estafette.fault.FaultKind;
import org.estafette.fault.FaultPlan;
import org.jspecify.annotations.Nullable;

/**
 * Where a run's faults come in, on its first node: holds the plan, hands the {@link FaultDesk} what
 * happens and what people ask for. There is one only where {@code estafette.faults.enabled} is on.
 * Thread-safe.
 */
final class RunFaults implements FaultHooks {
  private static final long LONGEST_PARK = TimeUnit.MILLISECONDS.toNanos(50);

  private final int workers;
  private final FaultPlan plan;
  private final NodeWeather weather = new NodeWeather("coordinator");
  private final CompletableFuture<ActorRef<FaultDesk.Message>> desk = new CompletableFuture<>();
  private volatile ProcessKiller processes = (key, downtime) -> false;
  private volatile ServerFaults server = ServerFaults.NONE;
  private volatile long versionAwaited = Long.MAX_VALUE;
  private final List<ServerMessage> early = new ArrayList<>();
  private @Nullable Consumer<ServerMessage> serving;
  private volatile boolean over;

  private RunFaults(RunConfig config) {
    this.workers = config.workers().count();
    this.plan = Faults.plan(config);
  }

  /**
   * Those of a run; null where none may be brought about.
   *
   * @throws ConfigException where the plan cannot be read
   */
  static @Nullable RunFaults of(RunConfig config) {
    return config.faults().enabled() ? new RunFaults(config) : null;
  }

  NodeWeather weather() {
    return weather;
  }

  FaultPlan plan() {
    return plan;
  }

  /** Who can kill workers' processes. */
  void processes(ProcessKiller killer) {
    processes = killer;
  }

  /** Who can kill the server. */
  void server(ServerFaults faults) {
    server = faults;
  }

  ProcessKiller processes() {
    return processes;
  }

  ServerFaults server() {
    return server;
  }

  /** The least version that a fault waits for. */
  void awaits(long version) {
    versionAwaited = version;
  }

  /**
   * Starts the desk.
   *
   * @param behind what has been already, of a run that is gone on with
   * @param first number of the next fault
   */
  void begin(ActorContext<?> context, RunClock clock, Behind behind, TensorPort port, long first) {
    desk.complete(
        context.spawn(
            FaultDesk.create(this, clock, behind, port, first, this::tellServer), "faults"));
  }

  /** Nothing more goes wrong: the node ends. */
  void end() {
    over = true;
  }

  private void tell(FaultDesk.Message message) {
    desk.thenAccept(to -> to.tell(message));
  }

  @Override
  public synchronized void serving(Consumer<ServerMessage> me) {
    serving = me;
    early.forEach(me);
    early.clear();
  }

  /** At once, or as soon as it serves: a short run must not be over before it hears of a fault. */
  private synchronized void tellServer(ServerMessage message) {
    Consumer<ServerMessage> to = serving;
    if (to == null) {
      early.add(message);
    } else {
      to.accept(message);
    }
  }

  @Override
  public void joined(WorkerTable.Entry worker) {
    tell(new FaultDesk.Joined(worker));
  }

  @Override
  public void left(PeerId worker, int incarnation) {
    tell(new FaultDesk.Left(worker, incarnation));
  }

  @Override
  public void version(long version) {
    if (version >= versionAwaited) {
      versionAwaited = Long.MAX_VALUE; // The desk says for what it waits next.
      tell(new FaultDesk.Version(version));
    }
  }

  @Override
  public void reported(ServerMessage.FaultReport report) {
    tell(new FaultDesk.Reported(report.id(), report.met()));
  }

  @Override
  public void ending() {
    tell(new FaultDesk.End());
  }

  @Override
  public void perish() {
    server.kill();
  }

  @Override
  public void freeze(double seconds) {
    long until = System.nanoTime() + (long) (seconds * 1e9);
    while (!over && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(LONGEST_PARK);
    }
  }

  /** What people ask for: one fault, or a plan that comes along. */
  CompletionStage<Outcome> inject(String text, double now) {
    FaultPlan asked;
    try {
      String named = FaultPlanReader.named(text);
      asked =
          named.isEmpty()
              ? FaultPlanReader.one(text, now, workers)
              : FaultPlanReader.read(
                      ShippedFaults.find(named)
                          .orElseThrow(() ->
                              new ConfigException(
                                  "plan = "
                                      + named
                                      + " (expected one of "
                                      + String.join(", ", ShippedFaults.names())
                                      + ")")),
                      workers)
                  .from(now);
    } catch (ConfigException e) {
      return CompletableFuture.completedFuture(new Outcome.Invalid(String.valueOf(e.getMessage())));
    }
    tell(new FaultDesk.Plan(asked));
    return CompletableFuture.completedFuture(
        new Outcome.Done(asked.all().map(FaultKind::text).collect(Collectors.joining("; "))));
  }
}
