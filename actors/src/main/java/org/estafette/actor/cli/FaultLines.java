package org.estafette.actor.cli;

import org.estafette.actor.cli.progress.ProgressDisplay;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.MetricsLog;

/** Tells a person of faults while a run goes on. */
final class FaultLines {
  private FaultLines() {}

  static void log(MetricsLog metrics, ProgressDisplay display, Metric metric) {
    metrics.append(metric);
    show(display, metric);
  }

  static void show(ProgressDisplay display, Metric metric) {
    if (metric instanceof Metric.FaultRecord f) {
      display.message("  fault %d %s: %s".formatted(f.id(), f.phase(), f.reason()));
    }
  }
}
