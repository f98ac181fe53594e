package org.estafette.history;

/**
 * A promise that a history breaks.
 *
 * @param promise which
 * @param at when; NaN where it is a matter of the whole run
 * @param detail what was seen, and what was expected
 */
public record Violation(Promise promise, double at, String detail) {
  /** What Estafette promises of a run. */
  public enum Promise {
    /** A push changes the model once, or not at all; so does a message between workers. */
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
    /** The parameters are those that the applied pushes, or the averaged messages, give. */
    PARAMETERS_ARE_THE_REPLAY,
    /** Between workers: what enters an average is of the graph's present epoch and its edges. */
    EPOCHS_FENCE,
    /** Between workers: only a model makes way for another, and only for a newer one. */
    SUPERSEDED_BY_NEWER,
    /** RelaySum: nobody's contribution is in a sum twice, and the sum says how many it has. */
    COUNTED_ONCE,
    /** RelaySum: when all is quiet everybody's contribution is in every sum. */
    ALL_COUNTED,
    /** RelaySum: sums and averages are those of the contributions in them. */
    SUMS_OF_CONTRIBUTIONS,
    /** Push-sum and averages in pairs: what a worker has is what it kept and was given. */
    MASS_CONSERVED,
    /** Push-sum: weights stay above 0. */
    WEIGHTS_POSITIVE,
    /** Gossip in which nothing is lost: the mean of all models stays where it is. */
    MEAN_CONSERVED,
    /** D² and gradient tracking in which nothing is lost: corrections sum to 0. */
    CORRECTIONS_CANCEL
  }
}
