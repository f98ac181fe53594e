package org.estafette.actor.cli.progress;

import java.io.PrintStream;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.estafette.actor.record.Metric;
import org.jspecify.annotations.Nullable;

/** One line, drawn anew in place. Messages go above it. */
final class TerminalProgress implements ProgressDisplay {
  private static final long DRAW_NANOS = 100_000_000;
  private static final long MEASURE_NANOS = 5_000_000_000L;
  private static final String CLEAR = "\r\u001b[2K";

  private final PrintStream out;
  private final ProgressState state;
  private final IntSupplier terminalColumns;
  private final LongSupplier nanos;
  private final ProgressLine.Style style;
  private @Nullable ProgressView view;
  private boolean drawn;
  private long drawnAt;
  private int columns;
  private long measuredAt;
  private boolean closed;

  TerminalProgress(
      PrintStream out,
      long targetTokens,
      IntSupplier columns,
      LongSupplier nanos,
      ProgressLine.Style style) {
    this.out = out;
    this.state = new ProgressState(targetTokens);
    this.terminalColumns = columns;
    this.nanos = nanos;
    this.style = style;
    this.columns = columns.getAsInt();
    this.measuredAt = nanos.getAsLong();
  }

  @Override
  public synchronized void update(Metric.ProgressPoint point) {
    view = state.next(point);
    long now = nanos.getAsLong();
    if (!closed && (!drawn || now - drawnAt >= DRAW_NANOS)) {
      if (now - measuredAt >= MEASURE_NANOS) {
        columns = terminalColumns.getAsInt();
        measuredAt = now;
      }
      draw(now);
    }
  }

  @Override
  public synchronized void target(long tokens) {
    state.target(tokens);
  }

  @Override
  public synchronized void message(String line) {
    out.print((drawn && !closed ? CLEAR : "") + line + System.lineSeparator());
    if (drawn && !closed) {
      draw(nanos.getAsLong());
    }
    out.flush();
  }

  @Override
  public synchronized void close() {
    if (!closed && drawn) {
      draw(nanos.getAsLong());
      out.println();
      out.flush();
    }
    closed = true;
  }

  private void draw(long now) {
    if (view != null) {
      // One column stays free: some terminals wrap as soon as the last one is written.
      out.print(CLEAR + ProgressLine.terminal(view, columns - 1, style));
      out.flush();
      drawn = true;
      drawnAt = now;
    }
  }
}
