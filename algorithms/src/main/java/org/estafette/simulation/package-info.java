/**
 * The virtual-time simulator: drives the same participants as the actors do, with real gradients
 * and a virtual clock. Events are ordered by (time, sequence), so that a run is repeatable bit for
 * bit.
 *
 * <p>May enter: participants, mailbox policies, trainers. May not enter: threads, real clocks,
 * files.
 */
@NullMarked
package org.estafette.simulation;

import org.jspecify.annotations.NullMarked;
