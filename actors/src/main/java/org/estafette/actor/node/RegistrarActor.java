package org.estafette.actor.node;

import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Executor;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.run.RunMonitor;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.server.ServerState;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the register of a run without a server: gives workers their slots, tells all who is live,
 * writes down what they report, and now and then asks for their parameters, whose mean it validates
 * and saves. It owns no model and decides nothing about one.
 */
final class RegistrarActor extends AbstractBehavior<ServerMessage> {
  // A node that cannot be reached for so long is given up; its workers may report again later.
  private static final Duration OVERDUE = Duration.ofSeconds(10);
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(20);
  private static final String BEGIN = "begin";
  private static final String GATHER = "gather";

  private final TimerScheduler<ServerMessage> timers;
  private final ServerSetup setup;
  private final RunConfig config;
  private final LiveConfig changing;
  private final RunLog log;
  private final MemberWatch nodes;
  private final PausableTimers<ServerMessage> own;
  private final Halting halting;
  private final CommandDesk desk;
  private final Requests requests = new Requests();
  private final RunMonitor monitor;
  private final Membership members = new Membership();
  private final Map<Integer, Long> rounds = new HashMap<>();
  private final UpdateSink sink;
  private final MeanPass pass;
  private long epoch;
  private long stepsBefore;
  private boolean begun;
  private @Nullable Lease first;
  private @Nullable Gathering gathering;
  private long questions;
  private boolean passing;
  private boolean checkpointDue;
  private boolean validationDue;
  private boolean ending;
  private long lastRound = -1;
  private String endReason = "";
  private @Nullable Path checkpoint;
  private long nextValidation;
  private long savedVersion;
  private long budget;

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
    this.timers = timers;
    this.setup = setup;
    this.config = setup.workshop().config();
    this.monitor = setup.monitor();
    this.log = setup.log();
    this.changing = new LiveConfig(config, setup.home(), log);
    this.own = new PausableTimers<>(timers, setup.clock());
    this.halting = new Halting(timers, own, log);
    this.desk = new CommandDesk(halting, changing, new Asked());
    this.nodes = new MemberWatch(context, log);
    this.budget = setup.workshop().budget();
    Executor io =
        context
            .getSystem()
            .dispatchers()
            .lookup(DispatcherSelector.fromConfig("estafette-io-dispatcher"));
    this.pass = new MeanPass(setup, io);
    ServerState resume = setup.resume();
    if (resume != null) {
      members.resume(resume.workers());
      monitor.resume(resume.tokens(), resume.localSteps(), resume.version());
      Lease parameters = setup.port().lease();
      parameters
          .vector()
          .copyFrom(java.util.Objects.requireNonNull(resume.vectors().get(ServerState.PARAMETERS)));
      first = parameters;
      epoch = resume.epoch();
      savedVersion = resume.version();
      stepsBefore = resume.localSteps() / config.workers().count();
    }
    this.nextValidation = monitor.now().tokens() + changing.validationTokens();
    this.sink = new UpdateSink(u -> context.getSelf().tell(new ServerMessage.Deliver(u)));
    setup.port().register(PeerId.SERVER, sink);
    checkpointsEvery();
    own.start(BEGIN, new ServerMessage.BeginDue(), seconds(config.workers().patience()));
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

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  @Override
  public Receive<ServerMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(ServerMessage.Mixed.class, this::onMixed)
        .onMessage(ServerMessage.NeighbourRefused.class, this::onRefused)
        .onMessage(ServerMessage.Rewired.class, this::onRewired)
        .onMessage(ServerMessage.Deliver.class, m -> onAnswer(m.update()))
        .onMessage(ServerMessage.Hello.class, this::onHello)
        .onMessage(ServerMessage.DescribeRun.class, this::onDescribe)
        .onMessage(ServerMessage.BeginDue.class, m -> onBeginDue())
        .onMessage(ServerMessage.Command.class, this::onCommand)
        .onMessage(ServerMessage.Halted.class, this::onHalted)
        .onMessage(ServerMessage.HaltOverdue.class, this::onHaltOverdue)
        .onMessage(ServerMessage.Gone.class, m -> gone(m.worker(), m.incarnation(), null))
        .onMessage(ServerMessage.Goodbye.class, this::onGoodbye)
        .onMessage(ServerMessage.Died.class, this::onDied)
        .onMessage(ServerMessage.Member.class, this::onMember)
        .onMessage(ServerMessage.NodeOverdue.class, this::onNodeOverdue)
        .onMessage(ServerMessage.NoParameters.class, this::onNoParameters)
        .onMessage(ServerMessage.GatherTimeout.class, this::onGatherTimeout)
        .onMessage(ServerMessage.PassDone.class, this::onPassDone)
        .onMessage(ServerMessage.CheckpointDue.class, m -> onCheckpointDue())
        .onMessage(ServerMessage.FaultReport.class, this::onFaultReport)
        .onMessage(ServerMessage.FaultNews.class, this::onFaultNews)
        .onMessage(ServerMessage.FreezeServer.class, this::onFreeze)
        .onMessage(ServerMessage.StopRun.class, m -> end(m.reason()))
        .onSignal(PostStop.class, s -> onPostStop())
        .build();
  }

  // What people ask for.

  private Behavior<ServerMessage> onCommand(ServerMessage.Command command) {
    String reason = desk.obey(command, endReason);
    return reason == null ? this : end(reason);
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
      requests.add(request.reply());
      checkpointDue = true;
      if (halting.paused() && gathering != null) {
        // It waits for the end of a round that is paused.
        gathering.close();
        gathering = null;
      }
      gatherIfDue();
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
        nextValidation = monitor.now().tokens() + changing.validationTokens();
      }
      monitor.budget(now.tokens());
      budget = setup.workshop().steps(now.tokens());
    }

    @Override
    public void resumed() {
      gatherIfDue();
    }
  }

  private Behavior<ServerMessage> onHalted(ServerMessage.Halted m) {
    halting.standing(m, members.find(m.slot()));
    return this;
  }

  private Behavior<ServerMessage> onHaltOverdue(ServerMessage.HaltOverdue m) {
    halting.overdue(m);
    return this;
  }

  private Behavior<ServerMessage> onFaultReport(ServerMessage.FaultReport m) {
    setup.faults().reported(m);
    return this;
  }

  private Behavior<ServerMessage> onFaultNews(ServerMessage.FaultNews m) {
    monitor.fault(now(), m.event());
    return this;
  }

  private Behavior<ServerMessage> onFreeze(ServerMessage.FreezeServer m) {
    setup.faults().freeze(m.seconds());
    return this;
  }

  // Who is there.

  private Behavior<ServerMessage> onHello(ServerMessage.Hello m) {
    if (ending) {
      m.worker().tell(new WorkerMessage.RunOver(endReason));
      return this;
    }
    WorkerTable.Entry known = members.known(m.worker());
    if (known != null) {
      greet(known); // It repeats itself: the answer was lost, or crossed it.
      if (begun) {
        known.actor().tell(members.neighbours(epoch));
      }
      halting.tell(known);
      return this;
    }
    WorkerTable.Entry former = members.holder(m.key());
    if (former != null) {
      gone(former.id(), former.incarnation(), MemberWatch.Cause.REPLACED);
    }
    WorkerTable.Entry entry = members.admit(m.key(), m.worker(), m.endpoint());
    getContext().watchWith(m.worker(), new ServerMessage.Gone(entry.id(), entry.incarnation()));
    members.welcome(entry, admission(entry));
    setup.faults().joined(entry);
    setup.live().known(entry.id().toString(), entry.key(), nodes.node(entry), entry.incarnation());
    greet(entry);
    halting.tell(entry);
    decided(new Decision.Joined(entry.id(), entry.incarnation()));
    if (begun) {
      publish(false);
    } else if (members.size() >= config.workers().count()) {
      begin();
    }
    return this;
  }

  private WorkerMessage.Admitted admission(WorkerTable.Entry entry) {
    if (begun && members.size() == 1) {
      // All others are gone, and with them what they had learnt since the last mean.
      stepsBefore = monitor.now().localSteps() / config.workers().count();
    }
    WorkerMessage.First from =
        begun && members.size() > 1
            ? WorkerMessage.First.NEIGHBOUR
            : first != null ? WorkerMessage.First.SENT : WorkerMessage.First.SEED;
    return new WorkerMessage.Admitted(
        entry.id().slot(), entry.incarnation(), setup.port().endpoint(), stepsBefore, from);
  }

  private void greet(WorkerTable.Entry entry) {
    WorkerMessage.Admitted admitted = members.welcomeOf(entry);
    entry.actor().tell(admitted);
    Lease parameters = first;
    if (admitted.first() == WorkerMessage.First.SENT && parameters != null) {
      Header h = new Header(setup.run(), PeerId.SERVER, 1, ++questions, epoch, 0, 0);
      setup
          .port()
          .send(
              entry.endpoint(),
              entry.id(),
              new GlobalModel(h, parameters.retain(), 0, new Outcome.Welcome(), null),
              why -> warn("first parameters for " + entry.id() + " not sent: " + why));
    }
  }

  /** Of whichever thread. */
  private void warn(String what) {
    getContext().getSystem().log().warn(what);
  }

  private Behavior<ServerMessage> onDescribe(ServerMessage.DescribeRun m) {
    m.replyTo()
        .tell(
            RunDescription.of(
                setup.run(), setup.workshop().config(), setup.port(), getContext().getSystem()));
    return this;
  }

  private Behavior<ServerMessage> onBeginDue() {
    own.fired(BEGIN);
    if (!begun && !ending && members.size() > 0) {
      getContext()
          .getLog()
          .warn(
              "workers={} (expected {}): the run begins without the others, who join when they"
                  + " come",
              members.size(),
              config.workers().count());
      begin();
    }
    return this;
  }

  private void begin() {
    begun = true;
    own.cancel(BEGIN);
    publish(false);
  }

  /** A new epoch: all are told who is live now. */
  private void publish(boolean lost) {
    epoch++;
    monitor.graph(now(), epoch, lost);
    WorkerMessage.Neighbours neighbours = members.neighbours(epoch);
    members.all().forEach(e -> e.actor().tell(neighbours));
    getContext()
        .getLog()
        .info(
            "epoch {}: {} workers{}", epoch, members.size(), lost ? ", the graph is repaired" : "");
  }

  private Behavior<ServerMessage> onGoodbye(ServerMessage.Goodbye m) {
    String failure = m.failure();
    return gone(
        PeerId.worker(m.slot()),
        m.incarnation(),
        failure == null ? MemberWatch.Cause.LEFT : MemberWatch.Cause.failed(failure));
  }

  /** A cause that nobody has told is what can be seen from here. */
  private Behavior<ServerMessage> gone(
      PeerId worker, int incarnation, MemberWatch.@Nullable Cause told) {
    WorkerTable.Entry entry = members.remove(worker, incarnation);
    if (entry == null) {
      return this;
    }
    MemberWatch.Cause cause = told == null ? nodes.cause(entry) : told;
    monitor.departs(worker, cause.text(), cause.orderly());
    halting.gone(worker);
    setup.faults().left(worker, incarnation);
    rounds.remove(worker.slot());
    if (members.all().stream().noneMatch(e -> e.endpoint().equals(entry.endpoint()))) {
      setup.port().forget(entry.endpoint());
    }
    if (!ending) {
      decided(new Decision.Left(worker, incarnation, begun ? config.localSteps().count() : 0));
      if (begun) {
        publish(true);
      }
    }
    if (gathering != null) {
      gathering.gone(worker.slot(), incarnation);
      gathered();
    }
    return this;
  }

  private Behavior<ServerMessage> onDied(ServerMessage.Died m) {
    WorkerTable.Entry entry = members.holder(m.key());
    return entry == null
        ? this
        : gone(entry.id(), entry.incarnation(), MemberWatch.Cause.died(m.status()));
  }

  private Behavior<ServerMessage> onMember(ServerMessage.Member m) {
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
    return this;
  }

  private Behavior<ServerMessage> onNodeOverdue(ServerMessage.NodeOverdue m) {
    for (WorkerTable.Entry e : members.at(m.node())) {
      members.drop(e, m.node());
      gone(e.id(), e.incarnation(), MemberWatch.Cause.UNREACHABLE);
    }
    return this;
  }

  // What they report.

  private void decided(Decision decision) {
    monitor.decided(now(), decision);
    setup.faults().version(monitor.now().version());
    if (decision instanceof Decision.Joined || decision instanceof Decision.Left) {
      getContext().getLog().info("{}", decision);
    }
  }

  private Behavior<ServerMessage> onMixed(ServerMessage.Mixed m) {
    if ((ending && m.round() > lastRound) || !members.holds(m.slot(), m.incarnation())) {
      return this;
    }
    rounds.put(m.slot(), m.round());
    halting.tell(members.find(m.slot()));
    monitor.superseded(m.superseded());
    decided(
        new Decision.Mixed(
            PeerId.worker(m.slot()),
            new RoundReport(m.steps(), m.tokens(), m.seconds(), m.meanLoss(), m.shard()),
            m.round(),
            m.fresh(),
            m.held(),
            m.mass(),
            m.spread()));
    if (ending) {
      return this; // Of the last round, which others had finished before.
    }
    if (monitor.now().localSteps() >= budget) {
      return end("finished");
    }
    if (monitor.now().tokens() >= nextValidation) {
      nextValidation = monitor.now().tokens() + changing.validationTokens();
      validationDue = true;
    }
    gatherIfDue();
    return this;
  }

  private Behavior<ServerMessage> onRefused(ServerMessage.NeighbourRefused m) {
    if (!ending) {
      Header h =
          new Header(
              setup.run(),
              new PeerId(m.sender()),
              m.senderIncarnation(),
              m.sequence(),
              m.epoch(),
              m.version(),
              m.round());
      decided(new Decision.Refused(h, m.reason(), m.detail() + "; at " + PeerId.worker(m.slot())));
    }
    return this;
  }

  private Behavior<ServerMessage> onRewired(ServerMessage.Rewired m) {
    if (!ending && members.holds(m.slot(), m.incarnation())) {
      List<PeerId> neighbours = m.neighbours().stream().map(PeerId::worker).toList();
      setup
          .live()
          .exchanges(
              PeerId.worker(m.slot()).toString(),
              neighbours.stream().map(PeerId::toString).toList(),
              m.epoch());
      decided(new Decision.Rewired(PeerId.worker(m.slot()), m.epoch(), neighbours));
    }
    return this;
  }

  // Their parameters.

  private void gatherIfDue() {
    if ((validationDue || checkpointDue) && gathering == null && !passing && !ending) {
      gather(false);
    }
  }

  /**
   * Asks all for their parameters. In rounds they are to be of one round: of the next that nobody
   * has finished, or at the end of the one that somebody has. Where each goes at its own pace, and
   * where the run is paused or broken off, they are those of now.
   */
  private void gather(boolean last) {
    Gathering g = new Gathering(++questions, last, members.all());
    gathering = g;
    boolean brokenOff = last && !endReason.equals("finished");
    boolean now = brokenOff || halting.paused() || setup.workshop().asynchronousPeers();
    long newest = rounds.values().stream().mapToLong(Long::longValue).max().orElse(0);
    long common = last ? newest : newest + 1;
    lastRound = last && !now ? newest : -1;
    for (WorkerTable.Entry e : members.all()) {
      long own = rounds.getOrDefault(e.id().slot(), newest);
      long round = now ? 0 : Math.min(common, own + 2);
      e.actor().tell(new WorkerMessage.ParametersWanted(g.id(), round));
    }
    // Who is asked for what it has now answers in a pause too.
    Duration patience = brokenOff ? LAST_ANSWERS : config.workers().patience();
    own.start(GATHER, new ServerMessage.GatherTimeout(g.id()), seconds(patience));
    gathered();
  }

  private Behavior<ServerMessage> onAnswer(Update update) {
    if (gathering == null
        || !(update instanceof NeighbourModel answer)
        || !gathering.take(answer)) {
      update.discard();
      return this;
    }
    gathered();
    return this;
  }

  private Behavior<ServerMessage> onNoParameters(ServerMessage.NoParameters m) {
    if (gathering != null && gathering.id() == m.id()) {
      gathering.gone(m.slot(), m.incarnation());
      gathered();
    }
    return this;
  }

  private Behavior<ServerMessage> onGatherTimeout(ServerMessage.GatherTimeout m) {
    own.fired(GATHER);
    Gathering g = gathering;
    if (g != null && g.id() == m.id()) {
      getContext().getLog().warn("no parameters came from slots {}", g.missing());
      List.copyOf(g.missing()).forEach(slot -> members.incarnation(slot, i -> g.gone(slot, i)));
      gathered();
    }
    return this;
  }

  /** All answers are in: their mean is validated and saved beside the training. */
  private void gathered() {
    Gathering g = gathering;
    if (g == null || !g.complete()) {
      return;
    }
    gathering = null;
    own.cancel(GATHER);
    if (g.last()) {
      lastRound = -1;
      members.all().forEach(e -> e.actor().tell(new WorkerMessage.RunOver(endReason)));
      if (endReason.equals("finished")) {
        RunMonitor.Snapshot now = monitor.now();
        decided(new Decision.Finished(now.version(), now.localSteps(), now.tokens()));
      }
    }
    if (g.count() == 0) {
      if (g.last()) {
        conclude("");
      }
      return;
    }
    ParameterMean.Result result = g.result();
    monitor.consensus(now(), result.consensus());
    if (first != null) {
      first.close();
    }
    first = result.mean();
    boolean validate = g.last() ? endReason.equals("finished") : validationDue;
    boolean save = g.last() || checkpointDue;
    validationDue = false;
    checkpointDue = false;
    passing = true;
    if (save) {
      requests.begun();
    }
    ServerState state = save ? state(first.vector()) : null;
    long version = monitor.now().version();
    int batches = validate ? changing.now().evaluation().batches() : 0;
    getContext()
        .pipeToSelf(
            pass.start(first.retain(), batches, state, monitor.tally()),
            (done, failure) ->
                failure == null
                    ? new ServerMessage.PassDone(
                        done.score(), version, done.path(), done.failure(), save, g.last())
                    : new ServerMessage.PassDone(
                        null, version, "", failure.toString(), save, g.last()));
  }

  private ServerState state(FlatVector mean) {
    RunMonitor.Snapshot now = monitor.now();
    SequencedMap<String, FlatVector> vectors = new LinkedHashMap<>();
    vectors.put(ServerState.PARAMETERS, mean);
    long[] progress = new long[setup.workshop().dataset().shards()];
    Arrays.fill(progress, now.localSteps() / config.workers().count());
    return new ServerState(
        ServerState.SCHEMA,
        epoch,
        now.version(),
        0,
        now.localSteps(),
        now.tokens(),
        0,
        now.localSteps() >= budget,
        progress,
        members.records(),
        List.of(),
        Double.NaN,
        vectors);
  }

  private Behavior<ServerMessage> onPassDone(ServerMessage.PassDone m) {
    passing = false;
    if (m.score() != null) {
      monitor.validated(now(), m.score());
    }
    if (!m.path().isEmpty()) {
      checkpoint = Path.of(m.path());
      log.saved(m.path(), m.version());
      savedVersion = m.version();
    } else if (m.saving()) {
      log.notSaved(m.failure());
    }
    if (m.saving()) {
      requests.done(m.path(), m.path().isEmpty() ? m.failure() : "");
    }
    if (!m.failure().isEmpty()) {
      getContext().getLog().error("not validated or not saved, training goes on: {}", m.failure());
    }
    if (m.last()) {
      return conclude(m.failure());
    }
    if (ending) {
      gather(true);
    } else {
      gatherIfDue();
    }
    return this;
  }

  private Behavior<ServerMessage> onCheckpointDue() {
    // What is saved already is not saved again.
    if (!ending && monitor.now().version() != savedVersion) {
      checkpointDue = true;
      gatherIfDue();
    }
    return this;
  }

  // The end.

  private Behavior<ServerMessage> end(String reason) {
    if (ending) {
      return this;
    }
    ending = true;
    endReason = reason;
    halting.over();
    setup.faults().ending();
    log.stopping(reason);
    if (!begun) {
      members.all().forEach(e -> e.actor().tell(new WorkerMessage.RunOver(reason)));
      return conclude("");
    }
    if (gathering != null) {
      gathering.close();
      gathering = null;
    }
    if (!passing) {
      gather(true);
    }
    return gathering == null && !passing ? Behaviors.stopped() : this;
  }

  private Behavior<ServerMessage> conclude(String failure) {
    setup.live().ended(endReason);
    setup.result().complete(new ServerSetup.Ending(endReason, checkpoint, failure));
    return Behaviors.stopped();
  }

  private Behavior<ServerMessage> onPostStop() {
    setup.port().unregister(PeerId.SERVER, sink);
    sink.close();
    if (gathering != null) {
      gathering.close();
    }
    if (first != null) {
      first.close();
    }
    pass.close();
    PutOut.ended(
        setup.result(),
        new IllegalStateException("the registrar's actor ended before the run did"),
        getContext().getSystem());
    return this;
  }

  private double now() {
    return setup.clock().getAsDouble();
  }
}
