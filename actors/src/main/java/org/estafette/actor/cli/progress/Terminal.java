package org.estafette.actor.cli.progress;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** What the terminal of this process is like. */
final class Terminal {
  /** What is taken for the width where nobody can tell. */
  static final int DEFAULT_COLUMNS = 80;

  private static final File TTY = new File("/dev/tty");

  private Terminal() {}

  /** Whether a person sits in front of it, and it understands escape sequences. */
  @SuppressWarnings("SystemConsoleNull") // it still does where jdk.console names another provider
  static boolean isInteractive() {
    Console console = System.console();
    return console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
  }

  /** Its width. Java has no call for it; {@code stty} has. */
  static int columns() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(TTY)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        if (stty.waitFor(500, TimeUnit.MILLISECONDS)) {
          return columns(
              new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        }
      } finally {
        stty.destroy();
      }
    } catch (IOException e) {
      return DEFAULT_COLUMNS;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return DEFAULT_COLUMNS;
  }

  /** Reads "rows columns". */
  static int columns(String size) {
    String[] parts = size.strip().split(" ", -1);
    if (parts.length == 2 && parts[1].matches("[1-9][0-9]{0,4}")) {
      return Integer.parseInt(parts[1]);
    }
    return DEFAULT_COLUMNS;
  }
}
