package org.estafette.actor.cli.operate;

/** The management answers, and does not do it; the message says why, and what to do. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RefusedException(String message) {
    super(message);
  }
}
