package org.estafette.actor.cli.progress;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.estafette.actor.record.Metric;

/** Shows a run while it goes on. Thread-safe. */
public interface ProgressDisplay extends AutoCloseable {
  /** Shows where the run stands; drawn as often as is useful, not at every call. */
  void update(Metric.ProgressPoint point);

  /** The run is longer or shorter from now on: tokens at which it ends; 0 where it has no end. */
  void target(long tokens);

  /** Prints a line of its own, such as a worker that was lost. */
  void message(String line);

  /** Shows the last point and leaves the cursor at the beginning of a line. */
  @Override
  void close();

  /**
   * The display that fits this process: a line drawn anew where standard input and output are a
   * terminal and {@code plain} is not asked for, else a plain line every few seconds.
   *
   * @param out where to
   * @param plain whether plain lines are wanted in a terminal, too
   * @param targetTokens tokens at which the run ends; 0 where it has no end
   */
  static ProgressDisplay of(PrintStream out, boolean plain, long targetTokens) {
    if (!plain && Terminal.isInteractive()) {
      return terminal(
          out,
          targetTokens,
          Terminal::columns,
          System::nanoTime,
          System.getenv("NO_COLOR") == null);
    }
    return plain(out, targetTokens, System::nanoTime);
  }

  /**
   * A line that is drawn anew.
   *
   * @param columns asked for the terminal's width now and then
   * @param nanos a clock
   * @param colour whether to use colours
   */
  static ProgressDisplay terminal(
      PrintStream out, long targetTokens, IntSupplier columns, LongSupplier nanos, boolean colour) {
    Charset charset = out.charset();
    boolean unicode = charset.canEncode() && charset.newEncoder().canEncode("█░▏");
    return new TerminalProgress(
        out, targetTokens, columns, nanos, new ProgressLine.Style(unicode, colour));
  }

  /**
   * Plain lines, one every few seconds and one for each validation.
   *
   * @param nanos a clock
   */
  static ProgressDisplay plain(PrintStream out, long targetTokens, LongSupplier nanos) {
    return new PlainProgress(out, targetTokens, nanos);
  }
}
