package org.estafette.actor.checkpoint;

import java.io.IOException;

/** A checkpoint cannot be written, or what lies on disk is not what was written. */
public final class CheckpointException extends IOException {
  private static final long serialVersionUID = 1;

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
