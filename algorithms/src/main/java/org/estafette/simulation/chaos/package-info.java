/**
 * Whole small runs under random faults: what they are made of, how they are run, and the verdict on
 * each, from its seed alone.
 *
 * <p>May enter: the simulator, faults, the history's checker. May not enter: clocks, files, what a
 * command line prints.
 */
@NullMarked
package org.estafette.simulation.chaos;

import org.jspecify.annotations.NullMarked;
