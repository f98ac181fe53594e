package org.estafette.algorithm.server;

/** What came of letting a worker out of quarantine. */
public enum Release {
  /** The next round that it is given counts again. */
  DONE,
  /** No such worker has ever joined. */
  UNKNOWN_WORKER,
  /** Its pushes are taken. */
  NOT_IN_QUARANTINE
}
