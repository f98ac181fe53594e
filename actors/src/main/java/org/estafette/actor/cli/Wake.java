package org.estafette.actor.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.estafette.actor.node.Behind;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.MetricsLog;

/**
 * How far a run's former servers were, by its metrics: each line was written before anything
 * followed from it, the server's death too. Versions stand in the points of progress only; between
 * two of them each push that was applied made one.
 */
final class Wake implements Consumer<Metric> {
  private Behind far = Behind.NOTHING;
  private long version;

  private Wake() {}

  static Behind read(Path metrics) throws IOException {
    Wake wake = new Wake();
    MetricsLog.read(metrics, wake);
    return wake.far;
  }

  @Override
  public void accept(Metric metric) {
    if (metric instanceof Metric.ProgressPoint p) {
      version = p.version();
    } else if (metric instanceof Metric.PushRecord p && p.outcome() != Metric.Outcome.REFUSED) {
      version++;
    }
    far = far.and(metric.seconds(), version);
  }
}
