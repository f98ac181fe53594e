/**
 * Faults as values: what is to go wrong, when, and for how long; made by hand or at random from a
 * seed; what a network under these faults does to each message; and the account that is kept of
 * them. The simulator and the nodes of a cluster carry them out.
 *
 * <p>May enter: names of participants, pure functions of (seed, counter). May not enter: clocks,
 * threads, sockets, files, participants.
 */
@NullMarked
package org.estafette.fault;

import org.jspecify.annotations.NullMarked;
