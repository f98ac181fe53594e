package org.estafette.actor.cli;

import java.util.Objects;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.RunMonitor;
import org.jspecify.annotations.Nullable;

/** Remembers which validation was shown, so that a line tells a new one apart. */
final class Shown {
  private @Nullable Double validation;

  Metric.ProgressPoint next(RunMonitor.Snapshot now, double at) {
    boolean isNew = !Objects.equals(validation, now.validationLoss());
    validation = now.validationLoss();
    return now.point(at, isNew);
  }
}
