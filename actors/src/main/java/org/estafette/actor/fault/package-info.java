/**
 * Faults at a node: what the run's faults do to frames that leave it and to what its workers do.
 * Only where {@code estafette.faults.enabled} says so is any of this in the way of an update.
 *
 * <p>May enter: faults, frames of the tensor channel, a thread that holds frames back. May not
 * enter: actors, plans' files.
 */
@NullMarked
package org.estafette.actor.fault;

import org.jspecify.annotations.NullMarked;
