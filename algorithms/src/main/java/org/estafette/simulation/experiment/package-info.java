/**
 * Published comparisons of decentralised methods, repeated: what is run, the table and curves that
 * come out, and whether what the papers claim holds.
 *
 * <p>May enter: tasks, methods, the simulators, claims with their margins. May not enter: files,
 * pages, clocks, threads; who runs an experiment writes and shows what it found.
 */
@NullMarked
package org.estafette.simulation.experiment;

import org.jspecify.annotations.NullMarked;
