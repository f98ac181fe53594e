package org.estafette.actor.node;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.estafette.actor.config.FaultText;
import org.estafette.algorithm.PeerId;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultBook;
import org.estafette.fault.FaultKind;
import org.estafette.fault.FaultPlan;
import org.estafette.fault.VersionTriggers;

/**
 * Brings a run's faults about, on its first node: at their times and versions it hands each to the
 * nodes that it concerns, and writes down what they tell of it. Times are of the run's clock, which
 * stands still in a pause.
 */
final class FaultDesk extends AbstractBehavior<FaultDesk.Message> {
  /** Reports of other nodes may be so much later than the end that they tell of. */
  private static final Duration REPORTS = Duration.ofSeconds(1);

  /** A timer may come so much too early, in seconds, for the run's clock. */
  private static final double EARLY = 0.01;

  private final TimerScheduler<Message> timers;
  private final RunFaults run;
  private final RunClock clock;
  private final TensorPort port;
  private final Consumer<ServerMessage> server;
  private final VersionTriggers triggers;
  private final FaultBook book;
  private final Map<PeerId, WorkerTable.Entry> workers = new TreeMap<>();
  private final Map<Long, Active> active = new TreeMap<>();
  private long timed;
  private long seed;

  /** A fault that goes on, until that second of this actor's own clock. */
  private record Active(Fault fault, long untilNanos) {
    double left() {
      return (untilNanos - System.nanoTime()) / 1e9;
    }
  }

  /** What the desk is told. */
  sealed interface Message {}

  /** A worker has a place. */
  record Joined(WorkerTable.Entry worker) implements Message {}

  /** That life of a worker is over. */
  record Left(PeerId worker, int incarnation) implements Message {}

  /** The run has this version. */
  record Version(long version) implements Message {}

  /** A node has told what a fault did there. */
  record Reported(long id, long met) implements Message {}

  /** More faults. */
  record Plan(FaultPlan plan) implements Message {}

  /** The run takes no more updates. */
  record End() implements Message {}

  private record Due(long number, double at, Fault fault) implements Message {}

  private record Over(long id) implements Message {}

  /**
   * @param behind what has been already, of a run that is gone on with
   * @param first number of the next fault: those of a run that is resumed have theirs
   */
  static Behavior<Message> create(
      RunFaults run,
      RunClock clock,
      Behind behind,
      TensorPort port,
      long first,
      Consumer<ServerMessage> server) {
    return Behaviors.setup(c ->
        Behaviors.withTimers(t -> new FaultDesk(c, t, run, clock, behind, port, first, server)));
  }

  private FaultDesk(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      RunFaults run,
      RunClock clock,
      Behind behind,
      TensorPort port,
      long first,
      Consumer<ServerMessage> server) {
    super(context);
    this.timers = timers;
    this.run = run;
    this.clock = clock;
    this.port = port;
    this.server = server;
    this.triggers = new VersionTriggers(run.plan());
    this.book =
        new FaultBook((at, event) -> server.accept(new ServerMessage.FaultNews(event)), first);
    this.seed = run.plan().seed();
    // Of a run that is resumed: what is behind it has been.
    double since = behind.seconds() == 0 ? 0 : behind.seconds() + 2 * EARLY;
    run.plan().faults().stream().filter(t -> t.at() >= since).forEach(this::schedule);
    triggers.reached(behind.version());
    run.awaits(triggers.next());
  }

  private void schedule(FaultPlan.Timed t) {
    arm(new Due(timed++, t.at(), t.fault()));
  }

  private void arm(Due due) {
    double left = Math.max(0, due.at() - clock.getAsDouble());
    timers.startSingleTimer(due, due, Duration.ofNanos((long) (left * 1e9)));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(Joined.class, this::onJoined)
        .onMessage(Left.class, this::onLeft)
        .onMessage(Version.class, this::onVersion)
        .onMessage(Reported.class, this::onReported)
        .onMessage(Plan.class, this::onPlan)
        .onMessage(Due.class, this::onDue)
        .onMessage(Over.class, m -> over(m.id()))
        .onMessage(End.class, m -> onEnd())
        .build();
  }

  private Behavior<Message> onJoined(Joined m) {
    WorkerTable.Entry worker = m.worker();
    workers.put(worker.id(), worker);
    book.back(now(), worker.id(), worker.incarnation());
    active.forEach((id, a) -> {
      if (concerns(a.fault(), worker.id()) && !(a.fault() instanceof Fault.Freeze)) {
        tell(worker, id, a);
      }
    });
    return this;
  }

  private Behavior<Message> onLeft(Left m) {
    WorkerTable.Entry worker = workers.get(m.worker());
    if (worker != null && worker.incarnation() == m.incarnation()) {
      workers.remove(m.worker());
    }
    return this;
  }

  private Behavior<Message> onVersion(Version m) {
    triggers.reached(m.version()).forEach(this::strike);
    run.awaits(triggers.next());
    return this;
  }

  private Behavior<Message> onPlan(Plan m) {
    seed = m.plan().seed() == 0 ? seed : m.plan().seed();
    m.plan().faults().forEach(this::schedule);
    m.plan().versioned().forEach(triggers::add);
    run.awaits(triggers.next());
    return this;
  }

  private Behavior<Message> onDue(Due m) {
    if (clock.getAsDouble() < m.at() - EARLY) {
      arm(m); // The run was paused meanwhile.
    } else {
      strike(m.fault());
    }
    return this;
  }

  private void strike(Fault fault) {
    switch (fault) {
      case Fault.Kill k when k.who().isServer() -> killServer(k);
      case Fault.Kill k -> killWorker(k);
      case Fault.Slow f when f.who().isServer() -> refuse(f, "the server takes no local steps");
      case Fault.Poison f when f.who().isServer() -> refuse(f, "the server takes no local steps");
      case Fault.Freeze f when f.who().isServer() -> {
        server.accept(new ServerMessage.FreezeServer(f.seconds()));
        begin(f);
      }
      case Fault.SkewClock f ->
          refuse(f, "nothing of a run is decided by a wall clock: all times are of monotonic ones");
      case Fault.KillDriver f -> killDriver(f);
      default -> begin(fault);
    }
  }

  private void refuse(Fault fault, String why) {
    book.refused(now(), fault, why);
  }

  private void killServer(Fault.Kill k) {
    String why = run.server().refusal();
    if (why.isEmpty()) {
      book.began(now(), k);
      server.accept(new ServerMessage.Perish());
    } else {
      refuse(k, why);
    }
  }

  private void killWorker(Fault.Kill k) {
    WorkerTable.Entry worker = workers.get(k.who());
    if (worker == null) {
      refuse(k, k.who() + " does not take part now");
      return;
    }
    long id = book.began(now(), k);
    if (!run.processes().kill(worker.key(), k.downtime())) {
      worker.actor().tell(new WorkerMessage.Kill(id, k.downtime()));
    }
  }

  private void killDriver(Fault.KillDriver k) {
    WorkerTable.Entry worker = workers.get(k.who());
    boolean own =
        k.who().isServer() || worker != null && worker.endpoint().sharesMemoryWith(port.endpoint());
    if (own) {
      book.ended(now(), book.began(now(), k));
      port.killDriver();
    } else if (worker == null) {
      refuse(k, k.who() + " does not take part now");
    } else {
      long id = book.began(now(), k);
      tell(worker, id, new Active(k, System.nanoTime()));
      book.ended(now(), id);
    }
  }

  /** What lasts for a while: here, and at the nodes of those whom it concerns. */
  private void begin(Fault fault) {
    double seconds = FaultKind.seconds(fault);
    long id = book.began(now(), fault);
    Active a = new Active(fault, System.nanoTime() + (long) (seconds * 1e9));
    active.put(id, a);
    run.weather().begin(id, fault, seconds, seed);
    workers.values().stream()
        .filter(w -> concerns(fault, w.id()))
        .forEach(worker -> tell(worker, id, a));
    timers.startSingleTimer(
        new Over(id),
        new Over(id),
        Duration.ofNanos((long) (seconds * 1e9)).plus(reported(fault) ? REPORTS : Duration.ZERO));
  }

  /** Whether a worker has to know of it: what happens to others' messages happens at their node. */
  private static boolean concerns(Fault fault, PeerId worker) {
    return switch (fault) {
      case Fault.Freeze f -> f.who().equals(worker);
      case Fault.Slow f -> f.who().equals(worker);
      case Fault.Poison f -> f.who().equals(worker);
      case Fault.FillDisk f -> false;
      default -> true;
    };
  }

  private static boolean reported(Fault fault) {
    return !(fault instanceof Fault.Freeze || fault instanceof Fault.FillDisk);
  }

  private void tell(WorkerTable.Entry worker, long id, Active a) {
    if (a.fault() instanceof Fault.KillDriver || a.left() > 0) {
      worker
          .actor()
          .tell(
              new WorkerMessage.Mishap(
                  id, Math.max(0, a.left()), seed, FaultText.render(a.fault())));
    }
  }

  private Behavior<Message> onReported(Reported m) {
    if (active.containsKey(m.id())) {
      book.met(m.id(), m.met());
    } else {
      book.late(now(), m.id(), m.met());
    }
    return this;
  }

  private Behavior<Message> over(long id) {
    Active a = active.remove(id);
    long here = run.weather().met(id);
    book.met(id, a != null && a.fault() instanceof Fault.Freeze ? 1 : here);
    book.ended(now(), id);
    return this;
  }

  /** Nothing more is brought about; what goes on is told of as far as it is known here. */
  private Behavior<Message> onEnd() {
    timers.cancelAll();
    List.copyOf(active.keySet()).forEach(this::over);
    run.awaits(Long.MAX_VALUE);
    return this;
  }

  private double now() {
    return clock.getAsDouble();
  }
}
