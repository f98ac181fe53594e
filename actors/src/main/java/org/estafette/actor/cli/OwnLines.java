package org.estafette.actor.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.estafette.actor.checkpoint.Epochs;
import org.estafette.actor.record.Metric;

/**
 * Hands metrics on while this process's server is the run's. One that was frozen while another took
 * over has lines left to write when it moves again, before it learns that it must end: they would
 * stand among its successor's.
 */
final class OwnLines implements Consumer<Metric> {
  private static final Duration TRUSTED = Duration.ofMillis(100);

  private final Path checkpoints;
  private final LongSupplier nanos;
  private final Consumer<Metric> to;
  private long epoch;
  private long looked;
  private boolean superseded;

  /**
   * @param checkpoints folder of the run's checkpoints, with the claims
   * @param nanos a clock
   */
  OwnLines(Path checkpoints, LongSupplier nanos, Consumer<Metric> to) {
    this.checkpoints = checkpoints;
    this.nanos = nanos;
    this.to = to;
  }

  @Override
  public synchronized void accept(Metric metric) {
    if (!superseded && (epoch == 0 || nanos.getAsLong() - looked > TRUSTED.toNanos())) {
      look();
    }
    if (!superseded) {
      to.accept(metric);
    }
  }

  /** A server claims its epoch before its first line. */
  private void look() {
    try {
      long newest = Epochs.newestIn(checkpoints);
      if (epoch == 0) {
        epoch = newest;
      }
      superseded = newest > epoch;
      looked = nanos.getAsLong();
    } catch (IOException e) {
      // As long as it cannot be read, nobody can claim another either.
    }
  }
}
