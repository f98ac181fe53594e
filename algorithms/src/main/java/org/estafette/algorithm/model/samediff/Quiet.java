package org.estafette.algorithm.model.samediff;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/**
 * ND4J 1.0.0-M2.1 prints a line to standard output for every operation that it differentiates,
 * where a run's JSON, or its progress line, is expected. Only the caller's own words are silenced.
 */
final class Quiet {
  private static final ThreadLocal<Boolean> SILENT = ThreadLocal.withInitial(() -> false);

  private Quiet() {}

  static synchronized void during(Runnable action) {
    PrintStream before = System.out;
    System.setOut(new Others(before));
    SILENT.set(true);
    try {
      action.run();
    } finally {
      SILENT.remove();
      System.setOut(before);
    }
  }

  /** Passes on what others print. */
  private static final class Others extends PrintStream {
    private final PrintStream to;

    Others(PrintStream to) {
      super(new ByteArrayOutputStream(0), false, to.charset());
      this.to = to;
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      if (!SILENT.get()) {
        to.write(bytes, from, length);
      }
    }

    @Override
    public void write(int b) {
      if (!SILENT.get()) {
        to.write(b);
      }
    }

    @Override
    public void print(String text) {
      if (!SILENT.get()) {
        to.print(text);
      }
    }

    @Override
    public void println(String text) {
      if (!SILENT.get()) {
        to.println(text);
      }
    }

    @Override
    public void flush() {
      if (!SILENT.get()) {
        to.flush();
      }
    }
  }
}
