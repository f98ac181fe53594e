package org.estafette.actor.node;

import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import java.util.concurrent.Executor;
import org.estafette.actor.halt.HaltPoints;
import org.estafette.actor.live.RunControl;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerState;

/**
 * When a server's state is saved: from time to time, when somebody asks for it, and at the end;
 * between rounds, and one checkpoint at a time. Used by the actor's thread.
 */
final class StateKeeper {
  private final ActorContext<ServerMessage> context;
  private final TimerScheduler<ServerMessage> timers;
  private final ServerSetup setup;
  private final LiveConfig config;
  private final Server server;
  private final StateWriter writer;
  private final Requests requests = new Requests();
  private boolean saving;
  private boolean due;
  private long savedVersion;

  StateKeeper(
      ActorContext<ServerMessage> context,
      TimerScheduler<ServerMessage> timers,
      ServerSetup setup,
      LiveConfig config,
      Server server,
      Executor io) {
    this.context = context;
    this.timers = timers;
    this.setup = setup;
    this.config = config;
    this.server = server;
    this.writer = new StateWriter(setup, io);
    ServerState resume = setup.resume();
    this.savedVersion = resume == null ? 0 : resume.version();
  }

  /** The interval begins anew, as it is configured now. */
  void startInterval() {
    timers.startTimerAtFixedRate(
        new ServerMessage.CheckpointDue(), config.now().checkpoint().every());
  }

  /** An interval is over. */
  void onDue() {
    if (saving || server.version() == savedVersion) {
      return; // What is saved already is not saved again.
    }
    if (server.atRest()) {
      save(false);
    } else {
      due = true; // As soon as the round is over.
    }
  }

  /** Somebody asks for a checkpoint. */
  void ask(ServerMessage.CheckpointNow request, boolean paused) {
    if (server.version() == 0) {
      request.reply().complete(new RunControl.Outcome.Conflict("nothing has been learnt yet"));
    } else if (paused && !server.atRest()) {
      request
          .reply()
          .complete(
              new RunControl.Outcome.Conflict(
                  "the run is paused within a round, and some of its pushes are in: a checkpoint"
                      + " is written between rounds; resume first"));
    } else {
      requests.add(request.reply());
      due = true;
      saveIfDue();
    }
  }

  void saveIfDue() {
    if (due && !saving && server.atRest()) {
      due = false;
      save(false);
    }
  }

  boolean saving() {
    return saving;
  }

  /**
   * Copies the state now and writes the copy elsewhere.
   *
   * @param last whether the run ends with it
   */
  void save(boolean last) {
    saving = true;
    HaltPoints.reached(HaltPoints.SAVING);
    requests.begun();
    long version = server.version();
    context.pipeToSelf(
        writer.write(server.state(), setup.monitor().tally()),
        (path, failure) ->
            failure == null
                ? new ServerMessage.CheckpointDone(path.toString(), version, "", last)
                : new ServerMessage.CheckpointDone("", version, failure.toString(), last));
  }

  /** A checkpoint is written, or could not be. */
  void done(ServerMessage.CheckpointDone m) {
    saving = false;
    HaltPoints.reached(HaltPoints.SAVED);
    if (m.failure().isEmpty()) {
      setup.log().saved(m.path(), m.version());
      savedVersion = m.version();
    } else {
      setup.log().notSaved(m.failure());
      context.getLog().error("checkpoint not written, training goes on: {}", m.failure());
    }
    requests.done(m.path(), m.failure());
  }
}
