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
}
