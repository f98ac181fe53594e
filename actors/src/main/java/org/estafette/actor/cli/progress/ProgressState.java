package org.estafette.actor.cli.progress;

import org.estafette.actor.record.Metric;
import org.jspecify.annotations.Nullable;

/** What a display remembers between points: the last validation, and how fast the run goes. */
final class ProgressState {
  /** How much the latest throughput counts in the forecast. */
  private static final double LATEST = 0.1;

  private long targetTokens;
  private @Nullable Double validationLoss;
  private @Nullable Double validationAccuracy;
  private double rate = Double.NaN;

  ProgressState(long targetTokens) {
    this.targetTokens = targetTokens;
  }

  void target(long tokens) {
    targetTokens = tokens;
  }

  ProgressView next(Metric.ProgressPoint point) {
    if (point.validationLoss() != null) {
      validationLoss = point.validationLoss();
      validationAccuracy = point.validationAccuracy();
    }
    double latest = point.tokensPerSecond();
    if (latest > 0 && Double.isFinite(latest)) {
      rate = Double.isNaN(rate) ? latest : rate + LATEST * (latest - rate);
    }
    double eta = targetTokens > 0 ? Math.max(0, targetTokens - point.tokens()) / rate : Double.NaN;
    return new ProgressView(point, validationLoss, validationAccuracy, targetTokens, eta);
  }
}
