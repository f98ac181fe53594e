package org.estafette.actor.config;

/**
 * A configuration that cannot be used; the message says which key, what was seen and what to do.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for people. */
  public ConfigException(String message) {
    super(message);
  }

  /** With a message for people, and what is behind it. */
  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
