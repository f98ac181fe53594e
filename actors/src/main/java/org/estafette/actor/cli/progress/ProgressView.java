package org.estafette.actor.cli.progress;

import org.estafette.actor.record.Metric;
import org.jspecify.annotations.Nullable;

/**
 * What a progress line shows.
 *
 * @param point where the run stands
 * @param validationLoss the last one measured; null before the first
 * @param validationAccuracy likewise, 0 … 1; null too where the model does not classify
 * @param targetTokens tokens at which the run ends; 0 where it has no end
 * @param etaSeconds how long it will still take; NaN where nobody knows
 */
record ProgressView(
    Metric.ProgressPoint point,
    @Nullable Double validationLoss,
    @Nullable Double validationAccuracy,
    long targetTokens,
    double etaSeconds) {
  /** Part done, 0 … 1; NaN where the run has no end. */
  double part() {
    return targetTokens > 0 ? Math.min(1, (double) point.tokens() / targetTokens) : Double.NaN;
  }
}
