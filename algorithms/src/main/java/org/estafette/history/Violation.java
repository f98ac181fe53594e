package org.estafette.history;

/**
 * A promise that a history breaks.
 *
 * @param promise which
 * @param at when; NaN where it is a matter of the whole run
 * @param detail what was seen, and what was expected
 */
public record Violation(Promise promise, double at, String detail) {
  /** What Estafette promises of a run with a server. */
  public enum Promise {
    /** A push changes the model once, or not at all. */
    APPLIED_AT_MOST_ONCE,
    /** What is applied was sent, and arrived. */
    APPLIED_ONLY_WHAT_CAME,
    /** What is applied is what was sent, bit for bit. */
    UNALTERED,
    /** Versions go up, one by one, but for a server that goes on from a saved state. */
    VERSIONS_INCREASE,
    /**
     * One server accepts at a time, each under a higher epoch, and only pushes of its own epoch.
     */
    ONE_EPOCH_ACCEPTS,
    /** Every push was applied, refused with a reason, lost with a reason, or is under way. */
    ACCOUNTED_FOR,
    /** The parameters are those that the applied pushes give. */
    PARAMETERS_ARE_THE_REPLAY
  }
}
