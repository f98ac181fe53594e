package org.estafette.actor.node;

import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import org.estafette.actor.config.RunConfig;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.server.ServerState;
import org.jspecify.annotations.Nullable;

/**
 * Who is there, in a run without a server: takes workers in, sees them go, and tells all who is
 * live. Used by the actor's thread.
 */
final class Attendance {
  // A node that cannot be reached for so long is given up; its workers may report again later.
  private static final Duration OVERDUE = Duration.ofSeconds(10);
  private static final String BEGIN = "begin";

  private final ActorContext<ServerMessage> context;
  private final TimerScheduler<ServerMessage> timers;
  private final ServerSetup setup;
  private final RunConfig config;
  private final PausableTimers<ServerMessage> own;
  private final Halting halting;
  private final MemberWatch nodes;
  private final Membership members;
  private final RunCourse course;
  private final MeanKeeper mean;
  private final Gatherer gatherer;
  private long stepsBefore;
  private boolean begun;

  Attendance(
      ActorContext<ServerMessage> context,
      TimerScheduler<ServerMessage> timers,
      ServerSetup setup,
      PausableTimers<ServerMessage> own,
      Halting halting,
      Membership members,
      RunCourse course,
      MeanKeeper mean,
      Gatherer gatherer) {
    this.context = context;
    this.timers = timers;
    this.setup = setup;
    this.config = setup.workshop().config();
    this.own = own;
    this.halting = halting;
    this.nodes = new MemberWatch(context, setup.log());
    this.members = members;
    this.course = course;
    this.mean = mean;
    this.gatherer = gatherer;
    ServerState resume = setup.resume();
    if (resume != null) {
      stepsBefore = resume.localSteps() / config.workers().count();
    }
  }

  // The beginning.

  /** From now on workers report; those who are late are not waited for for ever. */
  void open() {
    own.start(BEGIN, new ServerMessage.BeginDue(), config.workers().patience().toNanos() / 1e9);
  }

  /** Whether the run has begun: all were there, or patience with the others was at its end. */
  boolean begun() {
    return begun;
  }

  void onBeginDue() {
    own.fired(BEGIN);
    if (!begun && !course.ending() && members.size() > 0) {
      context
          .getLog()
          .warn(
              "workers={} (expected {}): the run begins without the others, who join when they"
                  + " come",
              members.size(),
              config.workers().count());
      begin();
    }
  }

  private void begin() {
    begun = true;
    own.cancel(BEGIN);
    publish(false);
  }

  /** A new epoch: all are told who is live now. */
  private void publish(boolean lost) {
    long epoch = members.nextEpoch();
    setup.monitor().graph(course.now(), epoch, lost);
    WorkerMessage.Neighbours neighbours = members.neighbours();
    members.all().forEach(e -> e.actor().tell(neighbours));
    context
        .getLog()
        .info(
            "epoch {}: {} workers{}", epoch, members.size(), lost ? ", the graph is repaired" : "");
  }

  // Who comes.

  void onHello(ServerMessage.Hello m) {
    if (course.ending()) {
      m.worker().tell(new WorkerMessage.RunOver(course.endReason()));
      return;
    }
    WorkerTable.Entry known = members.known(m.worker());
    if (known != null) {
      greet(known); // It repeats itself: the answer was lost, or crossed it.
      if (begun) {
        known.actor().tell(members.neighbours());
      }
      halting.tell(known);
      return;
    }
    WorkerTable.Entry former = members.holder(m.key());
    if (former != null) {
      gone(former.id(), former.incarnation(), MemberWatch.Cause.REPLACED);
    }
    WorkerTable.Entry entry = members.admit(m.key(), m.worker(), m.endpoint());
    context.watchWith(m.worker(), new ServerMessage.Gone(entry.id(), entry.incarnation()));
    members.welcome(entry, admission(entry));
    setup.faults().joined(entry);
    setup.live().known(entry.id().toString(), entry.key(), nodes.node(entry), entry.incarnation());
    greet(entry);
    halting.tell(entry);
    course.decided(new Decision.Joined(entry.id(), entry.incarnation()));
    if (begun) {
      publish(false);
    } else if (members.size() >= config.workers().count()) {
      begin();
    }
  }

  private WorkerMessage.Admitted admission(WorkerTable.Entry entry) {
    if (begun && members.size() == 1) {
      // All others are gone, and with them what they had learnt since the last mean.
      stepsBefore = setup.monitor().now().localSteps() / config.workers().count();
    }
    WorkerMessage.First from =
        begun && members.size() > 1
            ? WorkerMessage.First.NEIGHBOUR
            : mean.hasMean() ? WorkerMessage.First.SENT : WorkerMessage.First.SEED;
    return new WorkerMessage.Admitted(
        entry.id().slot(), entry.incarnation(), setup.port().endpoint(), stepsBefore, from);
  }

  private void greet(WorkerTable.Entry entry) {
    WorkerMessage.Admitted admitted = members.welcomeOf(entry);
    entry.actor().tell(admitted);
    if (admitted.first() == WorkerMessage.First.SENT) {
      mean.send(entry);
    }
  }

  // Who goes.

  void onGoodbye(ServerMessage.Goodbye m) {
    gone(PeerId.worker(m.slot()), m.incarnation(), MemberWatch.Cause.told(m));
  }

  void onGone(ServerMessage.Gone m) {
    gone(m.worker(), m.incarnation(), null);
  }

  void onDied(ServerMessage.Died m) {
    WorkerTable.Entry entry = members.holder(m.key());
    if (entry != null) {
      gone(entry.id(), entry.incarnation(), MemberWatch.Cause.died(m.status()));
    }
  }

  void onMember(ServerMessage.Member m) {
    nodes.on(m);
    ServerMessage.NodeOverdue overdue = new ServerMessage.NodeOverdue(m.node());
    switch (m.event()) {
      case REACHABLE -> {
        timers.cancel(overdue);
        members.takeDropped(m.node()).forEach(a -> a.tell(new WorkerMessage.ReportAgain()));
      }
      case UNREACHABLE -> timers.startSingleTimer(overdue, OVERDUE);
      default -> {}
    }
  }

  void onNodeOverdue(ServerMessage.NodeOverdue m) {
    for (WorkerTable.Entry e : members.at(m.node())) {
      members.drop(e, m.node());
      gone(e.id(), e.incarnation(), MemberWatch.Cause.UNREACHABLE);
    }
  }

  /** A cause that nobody has told is what can be seen from here. */
  private void gone(PeerId worker, int incarnation, MemberWatch.@Nullable Cause told) {
    WorkerTable.Entry entry = members.remove(worker, incarnation);
    if (entry == null) {
      return;
    }
    MemberWatch.Cause cause = told == null ? nodes.cause(entry) : told;
    setup.monitor().departs(worker, cause.text(), cause.orderly());
    halting.gone(worker);
    setup.faults().left(worker, incarnation);
    if (members.all().stream().noneMatch(e -> e.endpoint().equals(entry.endpoint()))) {
      setup.port().forget(entry.endpoint());
    }
    if (!course.ending()) {
      course.decided(
          new Decision.Left(worker, incarnation, begun ? config.localSteps().count() : 0));
      if (begun) {
        publish(true);
      }
    }
    gatherer.gone(worker.slot(), incarnation);
  }
}
