package org.estafette.actor.manage;

/** The management's port is taken; the message says which, and what to do. */
public final class PortTakenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PortTakenException(String message) {
    super(message);
  }
}
