/**
 * The history of a run: of each push when it was sent, lost, received, applied or refused; and the
 * checker that holds a history against what Estafette promises.
 *
 * <p>May enter: names and decisions of participants, vectors, outer optimizers (for the replay).
 * May not enter: clocks, files, the simulator, anything that takes part in a run.
 */
@NullMarked
package org.estafette.history;

import org.jspecify.annotations.NullMarked;
