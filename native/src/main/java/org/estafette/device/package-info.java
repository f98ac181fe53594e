/**
 * The processor that owns a worker's model state, and the set of operations that models are written
 * with. A model is written once against {@link org.estafette.device.Device}; the CPU implements it
 * with Vector API kernels and oneDNN or OpenBLAS, a CUDA device implements the same contract.
 *
 * <p>May enter: {@code org.estafette.memory}, {@code org.estafette.kernel}. May not enter: models,
 * optimizers' policies, Akka, Aeron.
 */
@NullMarked
package org.estafette.device;

import org.jspecify.annotations.NullMarked;
