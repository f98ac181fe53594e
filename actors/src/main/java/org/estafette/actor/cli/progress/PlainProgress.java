package org.estafette.actor.cli.progress;

import java.io.PrintStream;
import java.util.function.LongSupplier;
import org.estafette.actor.record.Metric;
import org.jspecify.annotations.Nullable;

/** A line every few seconds: for logs, pipes and {@code --plain}. */
final class PlainProgress implements ProgressDisplay {
  private static final long EVERY_NANOS = 5_000_000_000L;

  private final PrintStream out;
  private final ProgressState state;
  private final LongSupplier nanos;
  private @Nullable ProgressView pending;
  private boolean printed;
  private long printedAt;

  PlainProgress(PrintStream out, long targetTokens, LongSupplier nanos) {
    this.out = out;
    this.state = new ProgressState(targetTokens);
    this.nanos = nanos;
  }

  @Override
  public synchronized void update(Metric.ProgressPoint point) {
    ProgressView view = state.next(point);
    pending = view;
    long now = nanos.getAsLong();
    if (!printed || now - printedAt >= EVERY_NANOS || point.validationLoss() != null) {
      print(view, now);
    }
  }

  @Override
  public synchronized void target(long tokens) {
    state.target(tokens);
  }

  @Override
  public synchronized void message(String line) {
    out.println(line);
    out.flush();
  }

  @Override
  public synchronized void close() {
    if (pending != null) {
      print(pending, nanos.getAsLong());
    }
  }

  private void print(ProgressView view, long now) {
    out.println(ProgressLine.plain(view));
    out.flush();
    pending = null;
    printed = true;
    printedAt = now;
  }
}
