/**
 * Graphs and what they do to averaging.
 *
 * <p>May enter: graphs, mixing matrices, trees, as plain values. May not enter: anything else of
 * Estafette, clocks, threads, sockets, files, loggers, unseeded randomness.
 */
@NullMarked
package org.estafette.topology;

import org.jspecify.annotations.NullMarked;
