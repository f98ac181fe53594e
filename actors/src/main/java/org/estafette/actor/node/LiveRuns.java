package org.estafette.actor.node;

import java.util.concurrent.CompletableFuture;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.live.FaultStatus;
import org.estafette.actor.live.LiveFacts;
import org.estafette.actor.live.LiveRun;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.Workshop;

/** Begins what can be known of a run, at the node that has its server or will have it. */
final class LiveRuns {
  private LiveRuns() {}

  /**
   * What is known already; from now on it follows the monitor.
   *
   * @param workers how many the run is to have
   * @param result of the run: why it fails is to be known, too
   */
  static LiveRun begin(
      long run,
      Workshop workshop,
      RunMonitor monitor,
      RunHome home,
      int workers,
      RunClock clock,
      CompletableFuture<ServerSetup.Ending> result) {
    LiveRun live =
        new LiveRun(
            facts(run, workshop, home, workers),
            monitor::now,
            clock,
            ConfigReader.render(workshop.config()));
    live.recall(home.past());
    if (!workshop.config().guard().outliers()) {
      live.unmark(); // Nobody looks for outliers any more: nobody would take the mark away.
    }
    if (home.resumed() != null) {
      live.checkpoint(home.resumed());
    }
    monitor.follow(live);
    result.whenComplete((ending, failure) -> {
      if (failure != null) {
        live.ended("failed: " + failure.getMessage());
      }
    });
    return live;
  }

  private static LiveFacts facts(long run, Workshop workshop, RunHome home, int workers) {
    RunConfig config = workshop.config();
    boolean star = !config.withoutServer();
    return new LiveFacts(
        run,
        home.name(),
        home.release(),
        config.strategy(),
        star ? "server" : config.topology().kind(),
        !star && config.gossip().method().equals("sgp"),
        workers,
        workshop.gain());
  }

  /** Number of the next fault: those of the part that is resumed have theirs. */
  static long nextFault(LiveRun live) {
    return 1 + live.faults().stream().mapToLong(FaultStatus::id).max().orElse(0);
  }
}
