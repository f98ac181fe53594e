package org.estafette.actor.wire;

/** The head of an update that is not of a form this node knows; the message says what was seen. */
public final class UnreadableUpdateException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableUpdateException(String message) {
    super(message);
  }
}
