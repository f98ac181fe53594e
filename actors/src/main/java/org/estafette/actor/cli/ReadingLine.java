package org.estafette.actor.cli;

import java.io.PrintStream;
import org.estafette.actor.data.ReadProgress;

/** Says how far reading the data is, in place where there is a terminal. */
final class ReadingLine implements ReadProgress {
  private static final long EVERY_NANOS = 200_000_000;

  private final PrintStream out;
  private final boolean inPlace;
  private long printedAt;

  ReadingLine(PrintStream out, boolean plain) {
    this.out = out;
    this.inPlace = !plain && System.console() != null && System.console().isTerminal();
  }

  @Override
  public void on(long bytes, long expected, int documents) {
    long now = System.nanoTime();
    boolean done = bytes >= expected;
    if (inPlace && (done || now - printedAt > EVERY_NANOS)) {
      printedAt = now;
      out.printf(
          "\r  reading   %,d of %,d MB, %,d files%s",
          bytes >> 20, expected >> 20, documents, done ? "\r\u001b[2K" : "");
      out.flush();
    }
  }
}
