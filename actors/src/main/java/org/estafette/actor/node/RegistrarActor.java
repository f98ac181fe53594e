package org.estafette.actor.node;

import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.japi.function.Function;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.run.RunMonitor;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.server.ServerState;

/**
 * Keeps the register of a run without a server: gives workers their slots, tells all who is live,
 * writes down what they report, and now and then asks for their parameters, whose mean it validates
 * and saves. It owns no model and decides nothing about one.
 */
final class RegistrarActor extends AbstractBehavior<ServerMessage> {
  private final TimerScheduler<ServerMessage> timers;
  private final ServerSetup setup;
  private final LiveConfig changing;
  private final RunLog log;
  private final RunMonitor monitor;
  private final Halting halting;
  private final Membership members = new Membership();
  private final RunCourse course;
  private final MeanKeeper mean;
  private final Gatherer gatherer;
  private final Attendance attendance;
  private final CommandDesk desk;
  private final UpdateSink sink;

  static Behavior<ServerMessage> create(ServerSetup setup) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> {
          try {
            return new RegistrarActor(context, timers, setup);
          } catch (RuntimeException e) {
            setup.cannotBegin(e);
            throw e;
          }
        }));
  }

  private RegistrarActor(
      ActorContext<ServerMessage> context,
      TimerScheduler<ServerMessage> timers,
      ServerSetup setup) {
    super(context);
    context.setLoggerName(RegistrarActor.class); // Its parts write to its log too.
    this.timers = timers;
    this.setup = setup;
    this.log = setup.log();
    this.monitor = setup.monitor();
    this.changing = new LiveConfig(setup.workshop().config(), setup.home(), log);
    PausableTimers<ServerMessage> own = new PausableTimers<>(timers, setup.clock());
    this.halting = new Halting(timers, own, log);
    ServerState resume = setup.resume();
    if (resume != null) {
      members.resume(resume.workers(), resume.epoch());
      monitor.resume(resume.tokens(), resume.localSteps(), resume.version());
    }
    this.course = new RunCourse(context, setup, changing);
    this.mean = new MeanKeeper(context, setup, changing, members, course);
    this.gatherer = new Gatherer(context, setup, changing, own, members, course, mean);
    this.attendance =
        new Attendance(context, timers, setup, own, halting, members, course, mean, gatherer);
    this.desk = new CommandDesk(halting, changing, new Asked());
    this.sink = new UpdateSink(u -> context.getSelf().tell(new ServerMessage.Deliver(u)));
    setup.port().register(PeerId.SERVER, sink);
    checkpointsEvery();
    attendance.open();
    setup.faults().serving(context.getSelf()::tell);
    context
        .getSystem()
        .receptionist()
        .tell(Receptionist.register(ServerMessage.KEY, context.getSelf()));
  }

  private void checkpointsEvery() {
    timers.startTimerAtFixedRate(
        new ServerMessage.CheckpointDue(), changing.now().checkpoint().every());
  }

  @Override
  public Receive<ServerMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(ServerMessage.Mixed.class, told(this::onMixed))
        .onMessage(ServerMessage.NeighbourRefused.class, told(this::onRefused))
        .onMessage(ServerMessage.Rewired.class, told(this::onRewired))
        .onMessage(ServerMessage.Deliver.class, told(m -> gatherer.onAnswer(m.update())))
        .onMessage(ServerMessage.Hello.class, told(attendance::onHello))
        .onMessage(ServerMessage.DescribeRun.class, told(this::onDescribe))
        .onMessage(ServerMessage.BeginDue.class, told(m -> attendance.onBeginDue()))
        .onMessage(ServerMessage.Command.class, told(this::onCommand))
        .onMessage(ServerMessage.Halted.class, told(this::onHalted))
        .onMessage(ServerMessage.HaltOverdue.class, told(halting::overdue))
        .onMessage(ServerMessage.Gone.class, told(attendance::onGone))
        .onMessage(ServerMessage.Goodbye.class, told(attendance::onGoodbye))
        .onMessage(ServerMessage.Died.class, told(attendance::onDied))
        .onMessage(ServerMessage.Member.class, told(attendance::onMember))
        .onMessage(ServerMessage.NodeOverdue.class, told(attendance::onNodeOverdue))
        .onMessage(ServerMessage.NoParameters.class, told(gatherer::onNoParameters))
        .onMessage(ServerMessage.GatherTimeout.class, told(gatherer::onTimeout))
        .onMessage(ServerMessage.PassDone.class, told(this::onPassDone))
        .onMessage(ServerMessage.CheckpointDue.class, told(m -> gatherer.saveIfNew()))
        .onMessage(ServerMessage.FaultReport.class, told(setup.faults()::reported))
        .onMessage(ServerMessage.FaultNews.class, told(this::onFaultNews))
        .onMessage(ServerMessage.FreezeServer.class, told(m -> setup.faults().freeze(m.seconds())))
        .onMessage(ServerMessage.StopRun.class, told(m -> end(m.reason())))
        .onSignal(PostStop.class, s -> onPostStop())
        .build();
  }

  private <M> Function<M, Behavior<ServerMessage>> told(Consumer<M> part) {
    return m -> {
      part.accept(m);
      return course.over() ? Behaviors.stopped() : this;
    };
  }

  // What people ask for.

  private void onCommand(ServerMessage.Command command) {
    String reason = desk.obey(command, course.endReason());
    if (reason != null) {
      end(reason);
    }
  }

  /** What people's commands come to without a server. */
  private final class Asked implements CommandDesk.Run {
    @Override
    public Collection<WorkerTable.Entry> workers() {
      return members.all();
    }

    @Override
    public long tokensDone() {
      RunMonitor.Snapshot now = monitor.now();
      return Math.max(now.tokens(), now.localSteps() * setup.workshop().tokensPerStep());
    }

    @Override
    public void checkpoint(ServerMessage.CheckpointNow request) {
      if (monitor.now().version() == 0) {
        request.reply().complete(new RunControl.Outcome.Conflict("nothing has been learnt yet"));
        return;
      }
      mean.promise(request.reply());
      gatherer.saveSoon();
    }

    @Override
    public RunControl.Outcome release(ServerMessage.ReleaseWorker request) {
      return new RunControl.Outcome.Conflict(
          "this run has no server that could put a worker into quarantine (expected strategy ="
              + " async or sync)");
    }

    @Override
    public void changed(LiveConfig.Intervals changed) {
      RunConfig now = changing.now();
      if (changed.checkpoints()) {
        checkpointsEvery();
      }
      setup.checkpoints().keep(now.checkpoint().keep());
      if (changed.validations()) {
        gatherer.validateLater();
      }
      monitor.budget(now.tokens());
    }

    @Override
    public void resumed() {
      gatherer.gatherIfDue();
    }
  }

  private void onHalted(ServerMessage.Halted m) {
    halting.standing(m, members.find(m.slot()));
  }

  private void onFaultNews(ServerMessage.FaultNews m) {
    monitor.fault(course.now(), m.event());
  }

  private void onDescribe(ServerMessage.DescribeRun m) {
    m.replyTo()
        .tell(
            RunDescription.of(
                setup.run(), setup.workshop().config(), setup.port(), getContext().getSystem()));
  }

  // What the workers report.

  private void onMixed(ServerMessage.Mixed m) {
    if ((course.ending() && !gatherer.awaits(m.round()))
        || !members.holds(m.slot(), m.incarnation())) {
      return;
    }
    gatherer.roundDone(m.slot(), m.round());
    halting.tell(members.find(m.slot()));
    monitor.superseded(m.superseded());
    course.decided(
        new Decision.Mixed(
            PeerId.worker(m.slot()),
            new RoundReport(m.steps(), m.tokens(), m.seconds(), m.meanLoss(), m.shard()),
            m.round(),
            m.fresh(),
            m.held(),
            m.mass(),
            m.spread()));
    if (course.ending()) {
      return; // Of the last round, which others had finished before.
    }
    if (course.usedUp(monitor.now().localSteps())) {
      end(RunCourse.FINISHED);
    } else {
      gatherer.onward();
    }
  }

  private void onRefused(ServerMessage.NeighbourRefused m) {
    if (!course.ending()) {
      Header h =
          new Header(
              setup.run(),
              new PeerId(m.sender()),
              m.senderIncarnation(),
              m.sequence(),
              m.epoch(),
              m.version(),
              m.round());
      course.decided(
          new Decision.Refused(h, m.reason(), m.detail() + "; at " + PeerId.worker(m.slot())));
    }
  }

  private void onRewired(ServerMessage.Rewired m) {
    if (!course.ending() && members.holds(m.slot(), m.incarnation())) {
      List<PeerId> neighbours = m.neighbours().stream().map(PeerId::worker).toList();
      setup
          .live()
          .exchanges(
              PeerId.worker(m.slot()).toString(),
              neighbours.stream().map(PeerId::toString).toList(),
              m.epoch());
      course.decided(new Decision.Rewired(PeerId.worker(m.slot()), m.epoch(), neighbours));
    }
  }

  // The end.

  private void onPassDone(ServerMessage.PassDone m) {
    mean.done(m);
    if (m.last() || (course.ending() && !attendance.begun())) {
      course.conclude(m.failure());
    } else {
      gatherer.passed();
    }
  }

  private void end(String reason) {
    if (course.ending()) {
      return;
    }
    course.end(reason);
    halting.over();
    setup.faults().ending();
    log.stopping(reason);
    if (attendance.begun()) {
      gatherer.gatherLast();
      return;
    }
    members.all().forEach(e -> e.actor().tell(new WorkerMessage.RunOver(reason)));
    if (!mean.passing()) {
      course.conclude("");
    } // Otherwise when the checkpoint that somebody has asked for is written.
  }

  private Behavior<ServerMessage> onPostStop() {
    setup.port().unregister(PeerId.SERVER, sink);
    sink.close();
    gatherer.close();
    mean.close();
    PutOut.ended(
        setup.result(),
        new IllegalStateException("the registrar's actor ended before the run did"),
        getContext().getSystem());
    return this;
  }
}
