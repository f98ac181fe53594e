/**
 * How fast workers without a server are simulated.
 *
 * <p>May enter: algorithms and the simulator. May not enter: actors, anything that another package
 * would use.
 */
@NullMarked
package org.estafette.bench.peers;

import org.jspecify.annotations.NullMarked;
