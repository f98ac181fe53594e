package org.estafette.actor.node;

import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.estafette.actor.checkpoint.CheckpointException;
import org.estafette.actor.halt.HaltPoints;
import org.estafette.actor.live.RunControl;
import org.estafette.actor.mailbox.Mailboxes;
import org.estafette.actor.mailbox.UpdateMessageQueue;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerState;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Owns the global model: drives a {@link Server} participant, takes workers in, validates and
 * writes checkpoints beside the training, and ends the run. Runs as a cluster singleton; its epoch,
 * claimed in the checkpoints' folder, fences off what belongs to a former one.
 */
final class ServerActor extends AbstractBehavior<ServerMessage> {
  private final TimerScheduler<ServerMessage> timers;
  private final ServerSetup setup;
  private final LiveConfig config;
  private final RunLog log;
  private final MemberWatch members;
  private final PausableTimers<ServerMessage> own;
  private final Halting halting;
  private final Requests requests = new Requests();
  private final Server server;
  private final WorkerTable workers = new WorkerTable();
  private final Effects effects;
  private final Evaluator evaluator;
  private final StateWriter writer;
  private final CommandDesk desk;
  private final UpdateSink sink;
  private final long epoch;
  private final @Nullable UpdateMessageQueue mailbox;
  private boolean validating;
  private boolean saving;
  private boolean checkpointDue;
  private boolean ending;
  private String endReason = "";
  private long nextValidation;
  private long savedVersion;

  static Behavior<ServerMessage> create(ServerSetup setup) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> {
          try {
            return new ServerActor(context, timers, setup);
          } catch (RuntimeException e) {
            setup.cannotBegin(e);
            throw e;
          }
        }));
  }

  private ServerActor(
      ActorContext<ServerMessage> context,
      TimerScheduler<ServerMessage> timers,
      ServerSetup setup) {
    super(context);
    context.setLoggerName(ServerActor.class); // Its effects write to its log too.
    this.timers = timers;
    this.setup = setup;
    this.log = setup.log();
    this.config = new LiveConfig(setup.workshop().config(), setup.home(), log);
    this.own = new PausableTimers<>(timers, setup.clock());
    this.effects = new ServerEffects(context, setup, workers, own);
    this.halting = new Halting(timers, own, log);
    Executor io =
        context
            .getSystem()
            .dispatchers()
            .lookup(DispatcherSelector.fromConfig("estafette-io-dispatcher"));
    this.evaluator = new Evaluator(setup.workshop(), io);
    this.writer = new StateWriter(setup, io);
    this.desk = new CommandDesk(halting, config, new Asked());
    this.mailbox =
        Mailboxes.get(Adapter.toClassic(context.getSystem()))
            .find(Adapter.toClassic(context.getSelf()));
    this.server = setup.workshop().newServer(setup.run(), setup.workshop().initialParameters());
    ServerState resume = setup.resume();
    if (resume != null) {
      try {
        server.restore(reopened(resume));
      } catch (IllegalArgumentException e) {
        throw new UncheckedIOException(new CheckpointException(String.valueOf(e.getMessage())));
      }
      setup.monitor().resume(resume.tokens(), resume.localSteps(), resume.version());
    }
    this.members = new MemberWatch(context, log);
    this.epoch = setup.epoch();
    workers.resume(resume == null ? List.of() : resume.workers(), epoch);
    Resumption.check(setup, server);
    this.nextValidation = setup.monitor().now().tokens() + config.validationTokens();
    this.savedVersion = resume == null ? 0 : resume.version();
    setup.live().server(members.here(), epoch);
    setup.port().history().serving(epoch, server.version());
    this.sink = new UpdateSink(u -> context.getSelf().tell(new ServerMessage.Deliver(u)));
    setup.port().register(PeerId.SERVER, sink);
    handle(new Event.Started(view(), now()));
    checkpointsEvery();
    setup.faults().serving(context.getSelf()::tell);
    context
        .getSystem()
        .receptionist()
        .tell(Receptionist.register(ServerMessage.KEY, context.getSelf()));
  }

  /** A run that had used up its budget goes on where it is given more. */
  private ServerState reopened(ServerState s) {
    return s.finished(s.finished() && s.localSteps() >= setup.workshop().budget());
  }

  private void checkpointsEvery() {
    timers.startTimerAtFixedRate(
        new ServerMessage.CheckpointDue(), config.now().checkpoint().every());
  }

  @Override
  public Receive<ServerMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(ServerMessage.Deliver.class, m -> received(m.update()))
        .onMessage(ServerMessage.PullRequest.class, this::onPull)
        .onMessage(ServerMessage.Hello.class, this::onHello)
        .onMessage(ServerMessage.DescribeRun.class, this::onDescribe)
        .onMessage(ServerMessage.MailboxRefused.class, this::onMailboxRefused)
        .onMessage(ServerMessage.TimerDue.class, this::onTimer)
        .onMessage(ServerMessage.Command.class, this::onCommand)
        .onMessage(ServerMessage.Halted.class, this::onHalted)
        .onMessage(ServerMessage.HaltOverdue.class, this::onHaltOverdue)
        .onMessage(ServerMessage.Member.class, this::onMember)
        .onMessage(ServerMessage.Strayed.class, m -> onStrayed())
        .onMessage(ServerMessage.Gone.class, m -> gone(m.worker(), m.incarnation(), null))
        .onMessage(ServerMessage.Goodbye.class, this::onGoodbye)
        .onMessage(ServerMessage.Died.class, this::onDied)
        .onMessage(ServerMessage.Validated.class, this::onValidated)
        .onMessage(ServerMessage.ValidationFailed.class, this::onValidationFailed)
        .onMessage(ServerMessage.CheckpointDue.class, m -> onCheckpointDue())
        .onMessage(ServerMessage.CheckpointDone.class, this::onCheckpointDone)
        .onMessage(ServerMessage.FaultReport.class, this::onFaultReport)
        .onMessage(ServerMessage.Wasted.class, this::onWasted)
        .onMessage(ServerMessage.FaultNews.class, this::onFaultNews)
        .onMessage(ServerMessage.FreezeServer.class, this::onFreeze)
        .onMessage(ServerMessage.Perish.class, m -> onPerish())
        .onMessage(ServerMessage.StopRun.class, m -> end(m.reason()))
        .onSignal(PostStop.class, s -> onPostStop())
        .build();
  }

  private Behavior<ServerMessage> received(Update update) {
    if (ending) {
      update.discard();
      return this;
    }
    halting.tell(workers.find(update.header().sender()));
    return handle(new Event.Received(update, now()));
  }

  private Behavior<ServerMessage> onPull(ServerMessage.PullRequest p) {
    Header h =
        new Header(
            p.run(),
            PeerId.worker(p.slot()),
            p.incarnation(),
            p.sequence(),
            p.epoch(),
            p.version(),
            p.diverged());
    Pull pull = new Pull(h, p.secondsPerStep(), p.diverged() != 0);
    return ending ? this : handle(new Event.Received(pull, now()));
  }

  private Behavior<ServerMessage> onMailboxRefused(ServerMessage.MailboxRefused m) {
    return ending ? this : handle(new Event.Rejected(m.header(), m.reason(), now()));
  }

  private Behavior<ServerMessage> onTimer(ServerMessage.TimerDue m) {
    own.fired(m.timer());
    return ending ? this : handle(new Event.TimerFired(m.timer(), now()));
  }

  /** Lets the participant act, then does what its new state asks for. */
  private Behavior<ServerMessage> handle(Event event) {
    if (event instanceof Event.Received) {
      HaltPoints.reached(HaltPoints.RECEIVED);
    }
    setup.port().history().turn();
    server.on(event, effects);
    setup.faults().version(server.version());
    if (mailbox != null) {
      mailbox.advancedTo(server.counter());
    }
    if (ending) {
      return this;
    }
    if (server.finished()) {
      return end("finished");
    }
    saveIfDue();
    if (!validating && setup.monitor().now().tokens() >= nextValidation) {
      nextValidation = setup.monitor().now().tokens() + config.validationTokens();
      validate(false);
    }
    return this;
  }

  private void saveIfDue() {
    if (checkpointDue && !saving && !ending && server.atRest()) {
      checkpointDue = false;
      save(false);
    }
  }

  // What people ask for.

  private Behavior<ServerMessage> onCommand(ServerMessage.Command command) {
    String reason = desk.obey(command, endReason);
    return reason == null ? this : end(reason);
  }

  /** What people's commands come to with a server. */
  private final class Asked implements CommandDesk.Run {
    @Override
    public Collection<WorkerTable.Entry> workers() {
      return workers.all();
    }

    @Override
    public long tokensDone() {
      ServerState s = server.state();
      return Math.max(s.tokens(), s.localSteps() * setup.workshop().tokensPerStep());
    }

    @Override
    public void checkpoint(ServerMessage.CheckpointNow request) {
      if (server.version() == 0) {
        request.reply().complete(new RunControl.Outcome.Conflict("nothing has been learnt yet"));
      } else if (halting.paused() && !server.atRest()) {
        request
            .reply()
            .complete(
                new RunControl.Outcome.Conflict(
                    "the run is paused within a round, and some of its pushes are in: a checkpoint"
                        + " is written between rounds; resume first"));
      } else {
        requests.add(request.reply());
        checkpointDue = true;
        saveIfDue();
      }
    }

    @Override
    public RunControl.Outcome release(ServerMessage.ReleaseWorker request) {
      return Releasing.release(server, request, effects);
    }

    @Override
    public void changed(LiveConfig.Intervals changed) {
      if (changed.checkpoints()) {
        checkpointsEvery();
      }
      setup.checkpoints().keep(config.now().checkpoint().keep());
      if (changed.validations()) {
        nextValidation = setup.monitor().now().tokens() + config.validationTokens();
      }
      long tokens = config.now().tokens();
      if (tokens != setup.monitor().now().budgetTokens()) {
        setup.monitor().budget(tokens);
        server.budget(setup.workshop().steps(tokens));
        handle(new Event.PeersChanged(view(), now()));
      }
    }

    @Override
    public void resumed() {}
  }

  private Behavior<ServerMessage> onHalted(ServerMessage.Halted m) {
    halting.standing(m, workers.find(PeerId.worker(m.slot())));
    return this;
  }

  private Behavior<ServerMessage> onHaltOverdue(ServerMessage.HaltOverdue m) {
    halting.overdue(m);
    return this;
  }

  private Behavior<ServerMessage> onMember(ServerMessage.Member m) {
    members.on(m);
    return this;
  }

  private Behavior<ServerMessage> onFaultReport(ServerMessage.FaultReport m) {
    setup.faults().reported(m);
    return this;
  }

  private Behavior<ServerMessage> onWasted(ServerMessage.Wasted m) {
    setup
        .monitor()
        .decided(
            now(),
            new Decision.Wasted(
                PeerId.worker(m.slot()),
                m.incarnation(),
                m.round(),
                m.steps(),
                m.tokens(),
                m.reason()));
    return this;
  }

  private Behavior<ServerMessage> onFaultNews(ServerMessage.FaultNews m) {
    setup.monitor().fault(now(), m.event());
    return this;
  }

  private Behavior<ServerMessage> onPerish() {
    setup.faults().perish();
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
    HaltPoints.reached(HaltPoints.HELLO);
    WorkerTable.Entry entry = workers.known(m.worker());
    if (entry == null) {
      workers.all().stream()
          .filter(e -> e.key().equals(m.key()))
          .findFirst()
          .ifPresent(e -> departs(e, MemberWatch.Cause.REPLACED));
      entry = workers.admit(m.key(), m.worker(), m.endpoint());
      getContext().watchWith(m.worker(), new ServerMessage.Gone(entry.id(), entry.incarnation()));
      setup.faults().joined(entry);
      setup
          .live()
          .known(entry.id().toString(), entry.key(), members.node(entry), entry.incarnation());
    }
    m.worker()
        .tell(
            new WorkerMessage.Welcome(
                entry.id().slot(), entry.incarnation(), epoch, setup.port().endpoint()));
    halting.tell(entry);
    return this;
  }

  private Behavior<ServerMessage> onDescribe(ServerMessage.DescribeRun m) {
    m.replyTo()
        .tell(
            // Those who join later plan their learning rates like those who are there.
            RunDescription.of(
                setup.run(), setup.workshop().config(), setup.port(), getContext().getSystem()));
    return this;
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
    WorkerTable.Entry entry = workers.find(worker);
    if (entry != null && workers.remove(worker, incarnation)) {
      MemberWatch.Cause cause = told == null ? members.cause(entry) : told;
      departs(entry, cause);
      halting.gone(worker);
      setup.faults().left(worker, incarnation);
      if (workers.all().stream().noneMatch(e -> e.endpoint().equals(entry.endpoint()))) {
        setup.port().forget(entry.endpoint());
      }
      if (!ending) {
        getContext()
            .getLog()
            .info("{} (incarnation {}) is gone: {}", worker, incarnation, cause.text());
        return handle(new Event.PeersChanged(view(), now()));
      }
    }
    return this;
  }

  /** Nobody would ever report the end of such a worker again: its round would be waited for. */
  private Behavior<ServerMessage> onStrayed() {
    return ending ? this : handle(new Event.PeersChanged(view(), now()));
  }

  private void departs(WorkerTable.Entry worker, MemberWatch.Cause cause) {
    setup.monitor().departs(worker.id(), cause.text(), cause.orderly());
  }

  private Behavior<ServerMessage> onDied(ServerMessage.Died m) {
    return workers.all().stream()
        .filter(e -> e.key().equals(m.key()))
        .findFirst()
        .map(e -> gone(e.id(), e.incarnation(), MemberWatch.Cause.died(m.status())))
        .orElse(this);
  }

  private View view() {
    return new View(PeerId.SERVER, 1, epoch, new TreeSet<>(workers.ids()));
  }

  private void validate(boolean last) {
    validating = true;
    Lease copy = setup.port().lease();
    copy.vector().copyFrom(server.parameters());
    long version = server.version();
    getContext()
        .pipeToSelf(
            evaluator.validate(copy, config.now().evaluation().batches()),
            (score, failure) ->
                failure == null
                    ? new ServerMessage.Validated(version, score, last)
                    : new ServerMessage.ValidationFailed(failure.toString(), last));
  }

  private Behavior<ServerMessage> onValidated(ServerMessage.Validated m) {
    validating = false;
    setup.monitor().validated(now(), m.score());
    getContext().getLog().debug("validation {} at version {}", m.score(), m.version());
    if (ending) {
      lastValidationDone(m.last());
    }
    return this;
  }

  private Behavior<ServerMessage> onValidationFailed(ServerMessage.ValidationFailed m) {
    validating = false;
    getContext().getLog().error("validation failed, training goes on: {}", m.reason());
    if (ending) {
      lastValidationDone(m.last());
    }
    return this;
  }

  private Behavior<ServerMessage> onCheckpointDue() {
    if (saving || ending || server.version() == savedVersion) {
      return this; // What is saved already is not saved again.
    }
    if (server.atRest()) {
      save(false);
    } else {
      checkpointDue = true; // As soon as the round is over.
    }
    return this;
  }

  /** Copies the state now and writes the copy elsewhere. */
  private void save(boolean last) {
    saving = true;
    HaltPoints.reached(HaltPoints.SAVING);
    requests.begun();
    long version = server.version();
    getContext()
        .pipeToSelf(
            writer.write(server.state(), setup.monitor().tally()),
            (path, failure) ->
                failure == null
                    ? new ServerMessage.CheckpointDone(path.toString(), version, "", last)
                    : new ServerMessage.CheckpointDone("", version, failure.toString(), last));
  }

  private Behavior<ServerMessage> onCheckpointDone(ServerMessage.CheckpointDone m) {
    saving = false;
    HaltPoints.reached(HaltPoints.SAVED);
    if (m.failure().isEmpty()) {
      log.saved(m.path(), m.version());
      savedVersion = m.version();
    } else {
      log.notSaved(m.failure());
      getContext().getLog().error("checkpoint not written, training goes on: {}", m.failure());
    }
    requests.done(m.path(), m.failure());
    saveIfDue();
    if (ending) {
      if (m.last()) {
        return conclude(m.path(), m.failure());
      }
      if (!(validating && endReason.equals("finished"))) {
        save(true); // Otherwise the last validation, which is under way, comes first.
      }
    }
    return this;
  }

  /** Stops taking updates; then the last validation, the last checkpoint, and the end. */
  private Behavior<ServerMessage> end(String reason) {
    if (ending) {
      return this;
    }
    ending = true;
    endReason = reason;
    halting.over();
    setup.faults().ending();
    log.stopping(reason);
    workers.all().forEach(e -> e.actor().tell(new WorkerMessage.RunOver(reason)));
    boolean finished = reason.equals("finished");
    if (finished && !validating) {
      validate(true);
    } else if (!finished) {
      closeRound();
      saveLast();
    }
    return this;
  }

  /** Pushes of a round that nobody will end are applied now: a checkpoint counts them as done. */
  private void closeRound() {
    if (!server.atRest()) {
      setup.port().history().turn();
      server.on(
          new Event.PeersChanged(new View(PeerId.SERVER, 1, epoch, new TreeSet<>()), now()),
          effects);
    }
  }

  private void lastValidationDone(boolean last) {
    if (last) {
      saveLast();
    } else if (endReason.equals("finished")) {
      validate(true);
    }
  }

  private void saveLast() {
    if (!saving) {
      save(true);
    }
  }

  private Behavior<ServerMessage> conclude(String path, String failure) {
    setup.live().ended(endReason);
    setup
        .result()
        .complete(
            new ServerSetup.Ending(endReason, path.isEmpty() ? null : Path.of(path), failure));
    return Behaviors.stopped();
  }

  private Behavior<ServerMessage> onPostStop() {
    sink.close(); // Copies that the network held back may come later than the end.
    setup.port().history().serverGone();
    server.close();
    evaluator.close();
    PutOut.ended(
        setup.result(),
        new IllegalStateException("the server's actor ended before the run did"),
        getContext().getSystem());
    return this;
  }

  private double now() {
    return setup.clock().getAsDouble();
  }
}
