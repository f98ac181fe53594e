package org.estafette.algorithm;

/**
 * A message with a tensor. Whoever holds an update owns its leases: it hands the update on, or
 * {@linkplain #discard() discards} it.
 *
 * <p>Only {@link Conflatable} updates may be superseded by a newer one of the same sender; a
 * pseudo-gradient that is dropped is lost training.
 */
public sealed interface Update extends Message permits Update.Conflatable, Update.Contribution {
  /** Gives back the memory of an update that nobody will use. */
  void discard();

  /** A whole model: the newest says all that the older ones said. */
  sealed interface Conflatable extends Update permits GlobalModel, NeighbourModel {}

  /** A part of a sum: each counts exactly once. */
  sealed interface Contribution extends Update permits PseudoGradient, MergedPush, NeighbourShare {}
}
