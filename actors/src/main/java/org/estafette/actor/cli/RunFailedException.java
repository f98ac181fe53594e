package org.estafette.actor.cli;

/** A run that ended without finishing; the message says why and what is left of it. */
final class RunFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RunFailedException(String message) {
    super(message);
  }
}
