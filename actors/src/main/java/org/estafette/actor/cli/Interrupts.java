package org.estafette.actor.cli;

import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Ctrl+C and a polite kill: the first asks a run to end in good order, the third ends the process.
 */
final class Interrupts {
  private Interrupts() {}

  /** Calls {@code stop} at the first SIGTERM; Ctrl+C is for the process that started this one. */
  static void onTermination(Runnable stop) {
    onFirst(stop);
    Signal.handle(new Signal("INT"), sun.misc.SignalHandler.SIG_IGN);
  }

  /** Calls {@code stop} at the first SIGINT or SIGTERM. */
  static void onFirst(Runnable stop) {
    AtomicInteger seen = new AtomicInteger();
    sun.misc.SignalHandler handler =
        signal -> {
          int n = seen.incrementAndGet();
          if (n == 1) {
            stop.run();
          } else if (n >= 3) {
            Runtime.getRuntime().halt(ExitStatus.INTERRUPTED.code());
          }
        };
    Signal.handle(new Signal("INT"), handler);
    Signal.handle(new Signal("TERM"), handler);
  }
}
