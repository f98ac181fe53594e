/**
 * What the tensor channel moves, against plain TCP and against a copy in memory, measured side by
 * side between two JVMs.
 *
 * <p>May enter: the channel, vectors, sockets, processes, clocks, files. May not enter: what an
 * update means.
 */
@NullMarked
package org.estafette.bench.channel;

import org.jspecify.annotations.NullMarked;
