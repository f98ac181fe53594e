package org.estafette.actor.node;

/** A port that this node needs is taken; the message says which, and what to do. */
public final class PortInUseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PortInUseException(String message) {
    super(message);
  }
}
