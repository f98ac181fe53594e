package org.estafette.actor.node;

import akka.actor.typed.javadsl.ActorContext;
import org.estafette.actor.halt.HaltPoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;

/** Turns a server's effects into frames, timers and records. Used by its actor's thread. */
final class ServerEffects implements Effects {
  private final ActorContext<ServerMessage> context;
  private final ServerSetup setup;
  private final WorkerTable workers;
  private final PausableTimers<ServerMessage> timers;

  ServerEffects(
      ActorContext<ServerMessage> context,
      ServerSetup setup,
      WorkerTable workers,
      PausableTimers<ServerMessage> timers) {
    this.context = context;
    this.setup = setup;
    this.workers = workers;
    this.timers = timers;
  }

  @Override
  public void send(PeerId to, Message message) {
    WorkerTable.Entry worker = workers.find(to);
    if (!(message instanceof Update update)) {
      throw new IllegalStateException("a server sends models only, not " + message);
    }
    if (worker == null) {
      update.discard();
      return;
    }
    HaltPoints.reached(HaltPoints.ANSWERING);
    setup
        .port()
        .send(
            worker.endpoint(),
            to,
            update,
            why -> context.getSystem().log().warn("model for {} not sent: {}", to, why));
  }

  @Override
  public void load(FlatVector parameters) {
    throw new IllegalStateException("a server does not train");
  }

  @Override
  public void train(long round, TrainOrder order) {
    throw new IllegalStateException("a server does not train");
  }

  @Override
  public Lease lease() {
    return setup.port().lease();
  }

  @Override
  public void setTimer(String timer, double seconds) {
    timers.start(timer, new ServerMessage.TimerDue(timer), seconds);
  }

  @Override
  public void cancelTimer(String timer) {
    timers.cancel(timer);
  }

  @Override
  public void decided(Decision decision) {
    if (decision instanceof Decision.Applied) {
      HaltPoints.reached(HaltPoints.APPLIED);
    }
    RunMonitor monitor = setup.monitor();
    monitor.decided(setup.clock().getAsDouble(), decision);
    setup.port().history().decided(decision);
    if (decision instanceof Decision.Joined j && workers.find(j.worker()) == null) {
      // A message of its, longer under way than it lived. The participant is at work just now.
      context.getSelf().tell(new ServerMessage.Strayed());
    }
    if (decision instanceof Decision.Refused r) {
      context
          .getLog()
          .warn("{} refused: {} ({})", r.header().sender(), r.reason().sentence(), r.detail());
    } else if (decision instanceof Decision.Joined || decision instanceof Decision.Left) {
      context.getLog().info("{}", decision);
    }
  }
}
