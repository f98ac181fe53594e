package org.estafette.actor.history;

import java.io.IOException;
import java.nio.file.Path;

/** A history that cannot be believed: a line is no fact, or is not as it was written. */
public final class DamagedHistoryException extends IOException {
  private static final long serialVersionUID = 1;

  DamagedHistoryException(Path file, int line, String detail) {
    super(file + ", line " + line + ": " + detail);
  }
}
