/**
 * A run's parts made from its configuration, and what is kept of it while it goes on: the same for
 * simulated runs and for clusters.
 *
 * <p>May enter: configuration, models, data, participants, checkpoints, records. May not enter:
 * Akka.
 */
@NullMarked
package org.estafette.actor.run;

import org.jspecify.annotations.NullMarked;
