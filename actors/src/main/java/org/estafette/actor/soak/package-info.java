/**
 * A real run of processes under random faults: who is killed, stopped or cut off and when, what
 * became of the run, and the verdict.
 *
 * <p>May enter: processes of this machine, the management of a run, run folders. May not enter:
 * actors, the channel, anything that takes part in a run: it looks from outside.
 */
@NullMarked
package org.estafette.actor.soak;

import org.jspecify.annotations.NullMarked;
