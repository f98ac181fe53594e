package org.estafette.actor.node;

import java.util.Collection;
import org.estafette.actor.live.RunControl.Outcome;
import org.jspecify.annotations.Nullable;

/** Answers what people ask of a run, alike for the server's and the registrar's actor. */
final class CommandDesk {
  /** What differs between the two. */
  interface Run {
    /** Who takes part now. */
    Collection<WorkerTable.Entry> workers();

    /** Tokens that cannot be taken back. */
    long tokensDone();

    /** Writes a checkpoint as soon as may be, and answers. */
    void checkpoint(ServerMessage.CheckpointNow request);

    /** Lets a worker out of quarantine. */
    Outcome release(ServerMessage.ReleaseWorker request);

    /** The configuration has changed; what is not read each time is to be told. */
    void changed(LiveConfig.Intervals changed);

    /** What was put off in the pause may be done. */
    void resumed();
  }

  private final Halting halting;
  private final LiveConfig config;
  private final Run run;

  CommandDesk(Halting halting, LiveConfig config, Run run) {
    this.halting = halting;
    this.config = config;
    this.run = run;
  }

  /**
   * Does what is asked.
   *
   * @param ending why the run is ending; empty where it is not
   * @return why the run is to end; null where it is not to
   */
  @Nullable String obey(ServerMessage.Command command, String ending) {
    if (!ending.isEmpty()) {
      String detail = "the run is ending: " + ending;
      boolean stop = command instanceof ServerMessage.StopNow;
      command.reply().complete(stop ? new Outcome.Done(detail) : new Outcome.Conflict(detail));
      return null;
    }
    switch (command) {
      case ServerMessage.Pause m -> halting.pause(m, run.workers());
      case ServerMessage.Resume m -> {
        halting.resume(m, run.workers());
        run.resumed();
      }
      case ServerMessage.CheckpointNow m -> run.checkpoint(m);
      case ServerMessage.StopNow m -> {
        m.reply().complete(new Outcome.Done("stopping: a last checkpoint is written"));
        return Coordinator.STOPPED_BY + m.by();
      }
      case ServerMessage.ReleaseWorker m -> m.reply().complete(run.release(m));
      case ServerMessage.Change m ->
          m.reply().complete(config.change(m, run.tokensDone(), run::changed));
    }
    return null;
  }
}
