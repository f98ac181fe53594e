package org.estafette.algorithm.model.samediff;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/**
 * ND4J 1.0.0-M2.1 prints a line to standard output for every operation that it differentiates,
 * where a run's JSON, or its progress line, is expected. Only the calling thread is silenced.
 */
final class Quiet {
  private Quiet() {}

  static synchronized void during(Runnable action) {
    PrintStream before = System.out;
    System.setOut(new Others(before, Thread.currentThread()));
    try {
      action.run();
    } finally {
      System.setOut(before);
    }
  }

  /** Passes on what other threads print. */
  private static final class Others extends PrintStream {
    private final PrintStream to;
    private final Thread silent;

    Others(PrintStream to, Thread silent) {
      super(new ByteArrayOutputStream(0), false, to.charset());
      this.to = to;
      this.silent = silent;
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      if (Thread.currentThread() != silent) {
        to.write(bytes, from, length);
      }
    }

    @Override
    public void write(int b) {
      if (Thread.currentThread() != silent) {
        to.write(b);
      }
    }

    @Override
    public void print(String text) {
      if (Thread.currentThread() != silent) {
        to.print(text);
      }
    }

    @Override
    public void println(String text) {
      if (Thread.currentThread() != silent) {
        to.println(text);
      }
    }

    @Override
    public void flush() {
      if (Thread.currentThread() != silent) {
        to.flush();
      }
    }
  }
}
