/**
 * Models: what turns a batch and flat parameters into a loss and a flat gradient. Written once over
 * {@link org.estafette.device.Device}.
 *
 * <p>May enter: devices, flat vectors, batches, ND4J for SameDiff graphs. May not enter:
 * optimizers, workers, files, clocks, unseeded randomness.
 */
@NullMarked
package org.estafette.algorithm.model;

import org.jspecify.annotations.NullMarked;
