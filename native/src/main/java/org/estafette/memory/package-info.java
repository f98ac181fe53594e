/**
 * Flat vectors outside the Java heap: what a model's parameters, gradients, moments and
 * pseudo-gradients are. A {@link org.estafette.memory.Layout} names the tensors inside a vector; a
 * {@link org.estafette.memory.VectorPool} leases vectors and counts who has not given one back.
 *
 * <p>May enter: the Java platform, {@code org.estafette.kernel}, and ND4J for zero-copy views. May
 * not enter: devices, the tensor channel, Akka, files, clocks.
 */
@NullMarked
package org.estafette.memory;

import org.jspecify.annotations.NullMarked;
