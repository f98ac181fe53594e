package org.estafette.actor.cli;

/** Exit statuses; docs/exit-statuses.md says what to do for each. */
public enum ExitStatus {
  /** Done. */
  OK(0),
  /** A fault of Estafette itself, or of a class of the user's own. */
  UNEXPECTED(1),
  /** The command line or the configuration. */
  USAGE(2),
  /** Data that cannot be read. */
  DATA(3),
  /** A checkpoint that is corrupt, or of another model. */
  CHECKPOINT(4),
  /** A port that is taken, or an address that is not this machine's. */
  PORT(5),
  /** Too little /dev/shm, or a tensor channel that cannot be opened. */
  CHANNEL(6),
  /** The run ended without finishing. */
  RUN(7),
  /** A cluster that cannot be joined, or that this node was put out of. */
  JOIN(8),
  /** Nobody answers where a cluster is asked, or not in a way that can be trusted. */
  UNREACHABLE(9),
  /** A cluster that is asked does not do it: no password, writes are off, not now. */
  REFUSED(10),
  /** Ctrl+C: the run was checkpointed and ended. */
  INTERRUPTED(130);

  private final int code;

  ExitStatus(int code) {
    this.code = code;
  }

  /** What the process returns. */
  public int code() {
    return code;
  }
}
