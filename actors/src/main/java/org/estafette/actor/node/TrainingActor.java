package org.estafette.actor.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.ReceiveBuilder;
import akka.actor.typed.javadsl.TimerScheduler;
import java.util.List;
import java.util.function.Consumer;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.Participant;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * What all workers have in common: they find the run's first node, report for work until they are
 * taken in, drive a participant, and take its local steps on a thread of their own.
 */
abstract class TrainingActor extends AbstractBehavior<WorkerMessage> {
  private final TimerScheduler<WorkerMessage> timers;
  private final TrainingThread thread;
  private final WorkerFaults faults;
  private final WorkerInbox inbox = new WorkerInbox();
  private final Effects effects = new TrainingEffects();
  private final RunClock clock = new RunClock(0);
  private final PausableTimers<WorkerMessage> own;
  private final StagedVectors staged;
  private final ServerLink server;
  private final WorkerPause pause;
  private boolean leaving;

  /** Whether an answer is still to come that says what became of a round. */
  protected boolean roundUnderWay;

  /** How it was set up. */
  protected final WorkerSetup setup;

  /** Its slot; null before it was taken in. */
  protected @Nullable PeerId self;

  /** Its life in that slot, as others count it. */
  protected int incarnation;

  /**
   * How often it has begun anew: a successor's server that had saved nothing gives incarnations
   * that were there before.
   */
  protected int life;

  TrainingActor(
      ActorContext<WorkerMessage> context,
      TimerScheduler<WorkerMessage> timers,
      WorkerSetup setup) {
    super(context);
    context.setLoggerName(TrainingActor.class); // Its parts write to its log too.
    this.timers = timers;
    this.own = new PausableTimers<>(timers, clock);
    this.setup = setup;
    this.staged = new StagedVectors(setup.port()::lease);
    this.faults = new WorkerFaults(setup.port());
    this.thread =
        new TrainingThread(
            "estafette-" + setup.key(),
            () -> setup.workshop().newTrainer(setup.index()),
            setup.port()::lease,
            setup.workshop().config().workers().speed(setup.index()),
            setup.port().weather() == null ? StepFaults.NONE : faults,
            inbox(context.getSelf()));
    setup.threads().add(thread);
    thread.start();
    this.pause = new WorkerPause(timers, own, thread, this::halted);
    this.server = new ServerLink(context, timers, setup);
  }

  /** Delivers what owns vectors. */
  protected final Consumer<WorkerMessage> inbox(ActorRef<WorkerMessage> me) {
    return message -> {
      inbox.add(message);
      me.tell(new WorkerMessage.Waiting());
    };
  }

  /** The participant; null before the worker was taken in. */
  protected abstract @Nullable Participant participant();

  /** Hands a message of the participant to whom it is for. */
  protected abstract void send(PeerId to, Message message);

  /** The participant has decided something. */
  protected abstract void decided(Decision decision);

  /** What the participant orders, as this run counts data and schedule. */
  protected TrainOrder order(TrainOrder order) {
    return order;
  }

  /** Adds what this kind of worker understands. */
  protected abstract ReceiveBuilder<WorkerMessage> understand(
      ReceiveBuilder<WorkerMessage> builder);

  /** Ends: gives back all that the subclass holds. */
  protected abstract void release();

  @Override
  public final Receive<WorkerMessage> createReceive() {
    return understand(newReceiveBuilder())
        .onMessage(WorkerMessage.Servers.class, this::onServers)
        .onMessage(WorkerMessage.Waiting.class, m -> onWaiting())
        .onMessage(WorkerMessage.TimerDue.class, this::onTimer)
        .onMessage(WorkerMessage.Halt.class, this::onHalt)
        .onMessage(WorkerMessage.GoOn.class, this::onGoOn)
        .onMessage(WorkerMessage.Mishap.class, this::onMishap)
        .onMessage(WorkerMessage.FaultOver.class, this::onFaultOver)
        .onMessage(WorkerMessage.Kill.class, this::onKill)
        .onMessage(WorkerMessage.RunOver.class, m -> onRunOver(m.reason()))
        .onMessage(WorkerMessage.Stop.class, m -> onStop())
        .onSignal(PostStop.class, s -> onPostStop())
        .build();
  }

  private Behavior<WorkerMessage> onServers(WorkerMessage.Servers m) {
    server.onServers(m);
    return this;
  }

  private Behavior<WorkerMessage> onWaiting() {
    switch (inbox.poll()) {
      case WorkerMessage.Ready m -> server.ready();
      case WorkerMessage.Arrived m -> {
        if (leaving) {
          m.update().discard(); // What was handed in has been answered.
          goodbye(null);
          return Behaviors.stopped();
        }
        if (m.update() instanceof GlobalModel model && model.assignment() == null) {
          roundUnderWay = false; // It is answered, and there is no next one yet.
        }
        event(new Event.Received(m.update(), now()));
      }
      case WorkerMessage.RoundDone m -> {
        if (participant() == null || m.life() != life) {
          m.delta().close();
        } else {
          trained(m.delta().vector());
          event(
              new Event.RoundTrained(
                  m.round(), m.result(), m.seconds(), m.delta(), m.goesOn(), now()));
        }
      }
      case WorkerMessage.RoundDropped m -> dropped(m);
      case WorkerMessage.Standing m -> pause.standing(m.pause());
      // Ends this actor as failed, so that its node knows that the run is not over for it.
      case WorkerMessage.TrainingFailed m -> {
        goodbye(m.what());
        throw new IllegalStateException(setup.key() + " cannot train: " + m.what(), m.cause());
      }
      case null, default -> {}
    }
    return this;
  }

  /** Of an earlier life too: whatever was done of it is counted. */
  private void dropped(WorkerMessage.RoundDropped m) {
    if (self == null || leaving || m.result().steps() == 0) {
      return; // What a worker has begun goes with it, and is told with its end.
    }
    if (participant() != null && m.life() == life) {
      event(new Event.RoundDropped(m.round(), m.result(), m.why(), now()));
    } else {
      decided(
          new Decision.Wasted(
              self, incarnation, m.round(), m.result().steps(), m.result().tokens(), m.why()));
    }
  }

  /** What has been begun before its time is given up, and nothing is any more. */
  protected final void giveUp(String why) {
    thread.giveUp(why);
  }

  /** Reports for work, again and again until {@link #welcomed}. */
  protected final void hello() {
    server.hello();
  }

  /** The worker is taken in: it need not report again. */
  protected final void welcomed() {
    server.welcomed();
  }

  /** Tells the run's first node, where it can be reached. */
  protected final void tellServer(ServerMessage message) {
    server.tell(message);
  }

  /** Lets the participant act; an update that comes before there is one is given back. */
  protected void event(Event event) {
    Participant p = participant();
    if (p != null) {
      p.on(event, effects);
    } else if (event instanceof Event.Received r
        && r.message() instanceof org.estafette.algorithm.Update u) {
      u.discard();
    }
  }

  private Behavior<WorkerMessage> onHalt(WorkerMessage.Halt m) {
    pause.halt(m, inbox(getContext().getSelf()));
    return this;
  }

  private void halted(long inPause) {
    if (self != null) {
      tellServer(new ServerMessage.Halted(self.slot(), incarnation, inPause));
    }
  }

  private Behavior<WorkerMessage> onGoOn(WorkerMessage.GoOn m) {
    pause.goOn(m);
    return this;
  }

  private Behavior<WorkerMessage> onMishap(WorkerMessage.Mishap m) {
    faults.on(m, (again, after) -> timers.startSingleTimer(again, again, after));
    return this;
  }

  private Behavior<WorkerMessage> onKill(WorkerMessage.Kill m) {
    if (setup.port().weather() == null) {
      return this; // Nobody would start another one.
    }
    throw new WorkerFaults.Killed(setup.key() + " was killed by fault " + m.id(), m.downtime());
  }

  private Behavior<WorkerMessage> onFaultOver(WorkerMessage.FaultOver m) {
    long met = faults.report(m);
    if (met > 0 && self != null) {
      tellServer(new ServerMessage.FaultReport(self.slot(), incarnation, m.id(), met));
    }
    return this;
  }

  /** A round's pseudo-gradient is there, and nobody has seen it yet. */
  protected void trained(FlatVector delta) {}

  /** What faults do to this worker. */
  protected final WorkerFaults faults() {
    return faults;
  }

  /** This, behind what holds its messages back while a fault freezes it, where faults may be. */
  protected final Behavior<WorkerMessage> behindFaults() {
    return setup.port().weather() == null ? this : Frost.before(this, faults::frozenFor);
  }

  private Behavior<WorkerMessage> onTimer(WorkerMessage.TimerDue m) {
    if (!server.due(m.timer()) && !pause.due(m.timer())) {
      own.fired(m.timer());
      event(new Event.TimerFired(m.timer(), now()));
    }
    return this;
  }

  private Behavior<WorkerMessage> onRunOver(String reason) {
    getContext().getLog().debug("{}: run over: {}", setup.key(), reason);
    return Behaviors.stopped();
  }

  /** Whether an answer follows to what is under way, and is worth waiting for. */
  protected boolean handsIn() {
    return false;
  }

  private Behavior<WorkerMessage> onStop() {
    // In a pause no round ends.
    leaving = !own.paused() && handsIn();
    if (leaving) {
      giveUp("the worker leaves");
      return this;
    }
    goodbye(null);
    return Behaviors.stopped();
  }

  private void goodbye(@Nullable String failure) {
    if (self != null) {
      tellServer(new ServerMessage.Goodbye(self.slot(), incarnation, failure));
    }
  }

  private Behavior<WorkerMessage> onPostStop() {
    if (leaving) {
      goodbye(null); // Its time was up before the answer came.
    }
    release();
    staged.close();
    inbox.close();
    thread.end();
    return this;
  }

  /** Seconds since this worker began, pauses left out. */
  protected final double now() {
    return clock.getAsDouble();
  }

  /** Turns the participant's effects into tells, frames, timers and training. */
  private final class TrainingEffects implements Effects {
    @Override
    public void send(PeerId to, Message message) {
      TrainingActor.this.send(to, message);
    }

    @Override
    public void load(FlatVector parameters) {
      staged.load(parameters);
    }

    @Override
    public void loadMoments(List<FlatVector> vectors) {
      staged.loadMoments(vectors);
    }

    @Override
    public void train(long round, TrainOrder order) {
      begin(round, order, null);
    }

    @Override
    public void train(long round, TrainOrder order, TrainOrder ahead) {
      begin(round, order, TrainingActor.this.order(ahead));
    }

    private void begin(long round, TrainOrder order, @Nullable TrainOrder ahead) {
      roundUnderWay = true;
      thread.train(
          life,
          round,
          TrainingActor.this.order(order),
          ahead,
          staged.takeParameters("train"),
          staged.takeMoments());
    }

    @Override
    public void rebase(long round, @Nullable TrainOrder ahead) {
      roundUnderWay = true;
      thread.rebase(
          life,
          round,
          ahead == null ? null : TrainingActor.this.order(ahead),
          staged.takeParameters("rebase"));
    }

    @Override
    public void giveUp(String why) {
      TrainingActor.this.giveUp(why);
    }

    @Override
    public Lease lease() {
      return setup.port().lease();
    }

    @Override
    public void setTimer(String timer, double seconds) {
      own.start(timer, new WorkerMessage.TimerDue(timer), seconds);
    }

    @Override
    public void cancelTimer(String timer) {
      own.cancel(timer);
    }

    @Override
    public void decided(Decision decision) {
      TrainingActor.this.decided(decision);
    }
  }
}
