/**
 * The heart: participants are told what happened ({@link org.estafette.algorithm.Event}) and say
 * what should happen ({@link org.estafette.algorithm.Effects}). They never block, sleep, send or
 * read a clock; the simulator and the actors run the same objects.
 *
 * <p>May enter: flat vectors, leases and train orders. May not enter: any particular algorithm,
 * I/O, clocks, threads, loggers, unseeded randomness.
 */
@NullMarked
package org.estafette.algorithm;

import org.jspecify.annotations.NullMarked;
