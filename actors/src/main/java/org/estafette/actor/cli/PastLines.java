package org.estafette.actor.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.MetricsLog;

/**
 * The lines that {@link MetricsLog#before} gives, one after the other: the log of a long run need
 * not fit into memory.
 */
final class PastLines implements Consumer<Metric> {
  /** Where time goes back, a run was resumed: what was written after that second is void. */
  private record Resumption(long line, double seconds) {}

  private final List<Resumption> resumptions = new ArrayList<>();
  private long lines;
  private double newest = Double.NEGATIVE_INFINITY;

  private PastLines() {}

  /**
   * Reads the log twice.
   *
   * @param seconds when the checkpoint was taken
   * @param to told what is before it
   * @throws UncheckedIOException where the log cannot be read, or a line other than the last is
   *     damaged
   */
  static void read(Path file, double seconds, Consumer<Metric> to) {
    try {
      PastLines first = new PastLines();
      MetricsLog.read(file, first);
      List<Resumption> bounds = first.bounds(seconds);
      long[] line = {0};
      int[] next = {0};
      MetricsLog.read(
          file,
          metric -> {
            while (next[0] < bounds.size() - 1 && bounds.get(next[0]).line() <= line[0]) {
              next[0]++;
            }
            line[0]++;
            if (metric.seconds() <= bounds.get(next[0]).seconds()) {
              to.accept(metric);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void accept(Metric metric) {
    if (metric.seconds() < newest) {
      resumptions.add(new Resumption(lines, metric.seconds()));
    }
    newest = metric.seconds();
    lines++;
  }

  /** Up to which second lines count that are before a line; the last is for the end of the log. */
  private List<Resumption> bounds(double seconds) {
    List<Resumption> bounds = new ArrayList<>();
    double least = seconds;
    bounds.add(new Resumption(Long.MAX_VALUE, least));
    for (Resumption r : resumptions.reversed()) {
      least = Math.min(least, r.seconds());
      bounds.addFirst(new Resumption(r.line(), least));
    }
    return bounds;
  }
}
