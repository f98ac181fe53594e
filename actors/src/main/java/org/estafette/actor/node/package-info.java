/**
 * Nodes of a cluster: the server as a singleton, workers as actors with a training thread each, and
 * the port through which their tensors travel. Turns effects into tells, frames and timers.
 *
 * <p>May enter: Akka, the tensor channel, a run's parts. May not enter: what an algorithm decides,
 * the command line.
 */
@NullMarked
package org.estafette.actor.node;

import org.jspecify.annotations.NullMarked;
