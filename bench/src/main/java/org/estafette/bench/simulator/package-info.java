/**
 * How fast the virtual-time simulator is, and what a simulated worker weighs.
 *
 * <p>May enter: algorithms and the simulator. May not enter: actors, anything that another package
 * would use.
 */
@NullMarked
package org.estafette.bench.simulator;

import org.jspecify.annotations.NullMarked;
