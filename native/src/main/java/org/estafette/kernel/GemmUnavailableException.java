package org.estafette.kernel;

/** A provider cannot be used here; the message is one sentence with the remedy. */
final class GemmUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  GemmUnavailableException(String message) {
    super(message);
  }

  GemmUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
