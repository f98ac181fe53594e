package org.estafette.actor.cli.operate;

/** Nobody answers, or not in a way that can be trusted; the message says what to do. */
public final class UnreachableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnreachableException(String message) {
    super(message);
  }
}
