package org.estafette.actor.join;

/** No address was found, for now: what was asked, what came, and what to do about it. */
public final class LookupException extends Exception {
  private static final long serialVersionUID = 1L;

  LookupException(String message) {
    super(message);
  }
}
