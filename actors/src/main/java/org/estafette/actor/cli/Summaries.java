package org.estafette.actor.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.record.Machine;
import org.estafette.actor.record.Report;
import org.estafette.actor.record.RunFolder;
import org.estafette.actor.record.Summary;
import org.estafette.actor.run.RunMonitor;
import org.jspecify.annotations.Nullable;

/** A run's end: summary.json, report.html, and the lines that people read. */
final class Summaries {
  private Summaries() {}

  /** Writes summary and report. */
  static Summary write(
      RunFolder folder,
      RunConfig config,
      RunMonitor.Snapshot end,
      double gain,
      @Nullable Path checkpoint)
      throws IOException {
    Summary summary =
        new Summary(
            config.strategy(),
            config.workers().count(),
            config.localSteps().count(),
            end.tokens(),
            end.wholeSeconds(),
            end.wholeTokensPerSecond(),
            end.trainLoss(),
            end.validationLoss(),
            end.validationAccuracy(),
            end.pushes(),
            end.staleness(),
            gain,
            checkpoint == null ? null : relative(folder, checkpoint),
            config.seed(),
            end.version(),
            end.restarts(),
            end.exchanges(),
            end.wasted(),
            Summary.versions(Version.all()),
            Summary.runningJdk(),
            Machine.here());
    folder.writeSummary(summary);
    Report.write(folder);
    return summary;
  }

  private static String relative(RunFolder folder, Path checkpoint) {
    return folder.path().toAbsolutePath().relativize(checkpoint.toAbsolutePath()).toString();
  }
}
