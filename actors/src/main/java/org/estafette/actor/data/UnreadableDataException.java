package org.estafette.actor.data;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Data that cannot be read: says which file, from which byte on, and why. */
public final class UnreadableDataException extends IOException {
  private static final long serialVersionUID = 1;

  private final String file;
  private final long offset;

  UnreadableDataException(String file, long offset, String reason, @Nullable Throwable cause) {
    super(
        "cannot read data " + file + (offset > 0 ? " at byte " + offset : "") + ": " + reason,
        cause);
    this.file = file;
    this.offset = offset;
  }

  UnreadableDataException(String file, String reason) {
    this(file, 0, reason, null);
  }

  /** The file, or the entry of a zip as {@code zip!entry}. */
  public String file() {
    return file;
  }

  /** Bytes that were read before it failed. */
  public long offset() {
    return offset;
  }
}
