package org.estafette.actor.node;

import org.estafette.actor.live.LiveRun;
import org.estafette.actor.live.RunStatus;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.RunMonitor;

/** Where the server's or the registrar's actor writes down what happens to the run. */
record RunLog(RunMonitor monitor, LiveRun live, RunClock clock) {
  void event(Metric.RunKind kind, String text) {
    monitor.event(clock.getAsDouble(), kind, text);
  }

  void saved(String path, long version) {
    live.checkpoint(new RunStatus.CheckpointStatus(path, version, clock.getAsDouble()));
    event(Metric.RunKind.CHECKPOINT, "version " + version + " is saved in " + path);
  }

  void notSaved(String why) {
    event(Metric.RunKind.CHECKPOINT_FAILED, why);
  }

  void stopping(String reason) {
    event(
        Metric.RunKind.STOPPING,
        reason.equals("finished") ? "finished: the budget is used up" : reason);
  }
}
