package org.estafette.actor.run;

import java.util.ArrayList;
import java.util.List;
import org.estafette.actor.record.Metric;

/** In virtual time. */
final class FaultyRunsSimTest extends FaultyRuns {
  @Override
  protected Ended run(Workshop workshop) {
    List<Metric> metrics = new ArrayList<>();
    RunMonitor monitor = new RunMonitor(workshop.config().tokens(), metrics::add);
    try (SimulatedRun run = new SimulatedRun(workshop, monitor)) {
      run.start();
      run.run(() -> false, at -> {});
      run.endFaults();
      return new Ended(metrics, monitor.now(), run.server().finished());
    }
  }
}
