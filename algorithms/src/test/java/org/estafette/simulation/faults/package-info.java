/**
 * The simulated half of the twenty fault tests: each over many schedules, each schedule from its
 * seed.
 */
@NullMarked
package org.estafette.simulation.faults;

import org.jspecify.annotations.NullMarked;
