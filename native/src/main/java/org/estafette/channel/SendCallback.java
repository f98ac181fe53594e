package org.estafette.channel;

/**
 * Told once per frame what became of it. Called on the channel's thread, or on the caller's own
 * where the frame is not taken at all; must be quick and must not block.
 */
@FunctionalInterface
public interface SendCallback {
  /** Nobody wants to know. */
  SendCallback IGNORE = (outcome, detail) -> {};

  /**
   * The frame's lease is closed already.
   *
   * @param outcome what became of it
   * @param detail figures for a person; empty where it was sent
   */
  void done(SendOutcome outcome, String detail);
}
