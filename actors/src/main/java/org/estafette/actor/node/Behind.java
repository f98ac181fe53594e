package org.estafette.actor.node;

/**
 * How far the part of a run was that is gone on with, by what was written of it: later than what
 * was saved. Faults of a plan up to there have struck already.
 *
 * @param seconds of the run
 * @param version of the model
 */
public record Behind(double seconds, long version) {
  /** A run that begins. */
  public static final Behind NOTHING = new Behind(0, 0);

  /** Both, whichever is later. */
  public Behind and(double otherSeconds, long otherVersion) {
    return new Behind(Math.max(seconds, otherSeconds), Math.max(version, otherVersion));
  }
}
