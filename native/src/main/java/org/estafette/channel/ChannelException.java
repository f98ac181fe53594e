package org.estafette.channel;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A channel could not be opened. The message says what was found and what to do. */
public final class ChannelException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** With what to do about it in the message. */
  public ChannelException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
