package org.estafette.actor.join;

/** A node cannot be in the cluster that it was to join; the message says why, and what to do. */
public final class JoinException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final boolean lasting;

  private JoinException(String message, boolean lasting) {
    super(message);
    this.lasting = lasting;
  }

  /** It may go better when it is tried again. */
  public static JoinException passing(String message) {
    return new JoinException(message, false);
  }

  /** It cannot go better until somebody changes something. */
  public static JoinException lasting(String message) {
    return new JoinException(message, true);
  }

  /** Whether there is no use in trying again. */
  public boolean isLasting() {
    return lasting;
  }
}
