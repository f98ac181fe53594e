/**
 * Loops over memory at absolute addresses: fused optimizer steps, reductions, the rows of a
 * network's layers, and matrix products. Every kernel has a scalar reference and a fast
 * implementation behind one interface; tests hold the two together over awkward sizes.
 *
 * <p>May enter: the Java platform with {@code java.lang.foreign} and {@code jdk.incubator.vector}.
 * May not enter: anything else of Estafette.
 */
@NullMarked
package org.estafette.kernel;

import org.jspecify.annotations.NullMarked;
