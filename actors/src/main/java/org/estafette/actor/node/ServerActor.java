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
import akka.japi.function.Function;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.estafette.actor.checkpoint.CheckpointException;
import org.estafette.actor.live.RunControl;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerState;
import org.jspecify.annotations.Nullable;

/**
 * Owns the global model: hands what it is told on to its parts, of which one drives a {@link
 * Server} participant. Runs as a cluster singleton; its epoch, claimed in the checkpoints' folder,
 * fences off what belongs to a former one.
 */
final class ServerActor extends AbstractBehavior<ServerMessage> {
  private final ServerSetup setup;
  private final LiveConfig config;
  private final MemberWatch members;
  private final Halting halting;
  private final Server server;
  private final Effects effects;
  private final Crew crew;
  private final Validations validations;
  private final StateKeeper states;
  private final LastLeg lastLeg;
  private final ServerTurns turns;
  private final CommandDesk desk;
  private final UpdateSink sink;

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
    context.setLoggerName(ServerActor.class); // Its parts write to its log too.
    this.setup = setup;
    RunLog log = setup.log();
    this.config = new LiveConfig(setup.workshop().config(), setup.home(), log);
    PausableTimers<ServerMessage> own = new PausableTimers<>(timers, setup.clock());
    WorkerTable workers = new WorkerTable();
    this.effects = new ServerEffects(context, setup, workers, own);
    this.halting = new Halting(timers, own, log);
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
    this.crew = new Crew(context, setup, workers, halting, members);
    Resumption.check(setup, server);
    Executor io =
        context
            .getSystem()
            .dispatchers()
            .lookup(DispatcherSelector.fromConfig("estafette-io-dispatcher"));
    this.validations = new Validations(context, setup, config, server, io);
    this.states = new StateKeeper(context, timers, setup, config, server, io);
    this.lastLeg = new LastLeg(setup, server, effects, crew, halting, validations, states);
    this.turns =
        new ServerTurns(
            context, setup, own, halting, server, effects, crew, validations, states, lastLeg);
    this.desk = new CommandDesk(halting, config, new Asked());
    setup.live().server(members.here(), setup.epoch());
    setup.port().history().serving(setup.epoch(), server.version());
    this.sink = new UpdateSink(u -> context.getSelf().tell(new ServerMessage.Deliver(u)));
    setup.port().register(PeerId.SERVER, sink);
    turns.start();
    states.startInterval();
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

  @Override
  public Receive<ServerMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(ServerMessage.Deliver.class, told(m -> turns.onUpdate(m.update())))
        .onMessage(ServerMessage.PullRequest.class, told(turns::onPull))
        .onMessage(ServerMessage.Hello.class, told(this::onHello))
        .onMessage(ServerMessage.DescribeRun.class, told(this::onDescribe))
        .onMessage(ServerMessage.MailboxRefused.class, told(turns::onMailboxRefused))
        .onMessage(ServerMessage.TimerDue.class, told(turns::onTimer))
        .onMessage(ServerMessage.Command.class, told(this::onCommand))
        .onMessage(ServerMessage.Halted.class, told(this::onHalted))
        .onMessage(ServerMessage.HaltOverdue.class, told(halting::overdue))
        .onMessage(ServerMessage.Member.class, told(members::on))
        .onMessage(ServerMessage.Strayed.class, told(m -> onStrayed()))
        .onMessage(ServerMessage.Gone.class, told(m -> gone(m.worker(), m.incarnation(), null)))
        .onMessage(ServerMessage.Goodbye.class, told(this::onGoodbye))
        .onMessage(ServerMessage.Died.class, told(this::onDied))
        .onMessage(ServerMessage.Validated.class, told(this::onValidated))
        .onMessage(ServerMessage.ValidationFailed.class, told(this::onValidationFailed))
        .onMessage(ServerMessage.CheckpointDue.class, told(m -> onCheckpointDue()))
        .onMessage(ServerMessage.CheckpointDone.class, this::onCheckpointDone)
        .onMessage(ServerMessage.FaultReport.class, told(setup.faults()::reported))
        .onMessage(ServerMessage.Wasted.class, told(this::onWasted))
        .onMessage(ServerMessage.FaultNews.class, told(this::onFaultNews))
        .onMessage(ServerMessage.FreezeServer.class, told(m -> setup.faults().freeze(m.seconds())))
        .onMessage(ServerMessage.Perish.class, told(m -> setup.faults().perish()))
        .onMessage(ServerMessage.StopRun.class, told(m -> lastLeg.begin(m.reason())))
        .onSignal(PostStop.class, s -> onPostStop())
        .build();
  }

  /** The run goes on after such a message, or what must be done before its end. */
  private <M> Function<M, Behavior<ServerMessage>> told(Consumer<M> part) {
    return m -> {
      part.accept(m);
      return this;
    };
  }

  // What people ask for.

  private void onCommand(ServerMessage.Command command) {
    String reason = desk.obey(command, lastLeg.reason());
    if (reason != null) {
      lastLeg.begin(reason);
    }
  }

  /** What people's commands come to with a server. */
  private final class Asked implements CommandDesk.Run {
    @Override
    public Collection<WorkerTable.Entry> workers() {
      return crew.all();
    }

    @Override
    public long tokensDone() {
      ServerState s = server.state();
      return Math.max(s.tokens(), s.localSteps() * setup.workshop().tokensPerStep());
    }

    @Override
    public void checkpoint(ServerMessage.CheckpointNow request) {
      states.ask(request, halting.paused());
    }

    @Override
    public RunControl.Outcome release(ServerMessage.ReleaseWorker request) {
      return Releasing.release(server, request, effects);
    }

    @Override
    public void changed(LiveConfig.Intervals changed) {
      if (changed.checkpoints()) {
        states.startInterval();
      }
      setup.checkpoints().keep(config.now().checkpoint().keep());
      if (changed.validations()) {
        validations.later();
      }
      long tokens = config.now().tokens();
      if (tokens != setup.monitor().now().budgetTokens()) {
        setup.monitor().budget(tokens);
        server.budget(setup.workshop().steps(tokens));
        turns.peersChanged();
      }
    }

    @Override
    public void resumed() {}
  }

  private void onHalted(ServerMessage.Halted m) {
    halting.standing(m, crew.find(PeerId.worker(m.slot())));
  }

  // What is written down.

  private void onWasted(ServerMessage.Wasted m) {
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
  }

  private void onFaultNews(ServerMessage.FaultNews m) {
    setup.monitor().fault(now(), m.event());
  }

  // Who is there.

  private void onHello(ServerMessage.Hello m) {
    if (lastLeg.begun()) {
      m.worker().tell(new WorkerMessage.RunOver(lastLeg.reason()));
    } else {
      crew.greet(m);
    }
  }

  private void onDescribe(ServerMessage.DescribeRun m) {
    m.replyTo()
        .tell(
            // Those who join later plan their learning rates like those who are there.
            RunDescription.of(
                setup.run(), setup.workshop().config(), setup.port(), getContext().getSystem()));
  }

  private void onGoodbye(ServerMessage.Goodbye m) {
    gone(PeerId.worker(m.slot()), m.incarnation(), MemberWatch.Cause.told(m));
  }

  /** Nobody would ever report the end of such a worker again: its round would be waited for. */
  private void onStrayed() {
    turns.peersChanged();
  }

  private void onDied(ServerMessage.Died m) {
    crew.keyed(m.key())
        .ifPresent(e -> gone(e.id(), e.incarnation(), MemberWatch.Cause.died(m.status())));
  }

  private void gone(PeerId worker, int incarnation, MemberWatch.@Nullable Cause told) {
    MemberWatch.Cause cause = crew.gone(worker, incarnation, told);
    if (cause != null && !lastLeg.begun()) {
      getContext()
          .getLog()
          .info("{} (incarnation {}) is gone: {}", worker, incarnation, cause.text());
      turns.peersChanged();
    }
  }

  // What was done beside the training.

  private void onValidated(ServerMessage.Validated m) {
    validations.done(m);
    if (lastLeg.begun()) {
      lastLeg.validated(m.last());
    }
  }

  private void onValidationFailed(ServerMessage.ValidationFailed m) {
    validations.failed(m);
    if (lastLeg.begun()) {
      lastLeg.validated(m.last());
    }
  }

  private void onCheckpointDue() {
    if (!lastLeg.begun()) {
      states.onDue();
    }
  }

  private Behavior<ServerMessage> onCheckpointDone(ServerMessage.CheckpointDone m) {
    states.done(m);
    if (lastLeg.begun()) {
      return lastLeg.saved(m) ? Behaviors.stopped() : this;
    }
    states.saveIfDue();
    return this;
  }

  private Behavior<ServerMessage> onPostStop() {
    sink.close(); // Copies that the network held back may come later than the end.
    setup.port().history().serverGone();
    server.close();
    validations.close();
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
