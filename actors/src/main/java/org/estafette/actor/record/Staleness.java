package org.estafette.actor.record;

/**
 * How many updates the global model had between a push's pull and its application.
 *
 * @param mean mean over the pushes applied; 0 where there was none
 * @param max largest
 */
public record Staleness(double mean, long max) {
  /** No push yet. */
  public static final Staleness NONE = new Staleness(0, 0);
}
