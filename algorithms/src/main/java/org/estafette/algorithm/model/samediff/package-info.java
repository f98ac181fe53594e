/**
 * Bring your own model: any ND4J SameDiff graph with a scalar loss as a {@link
 * org.estafette.algorithm.model.Model}. The only models that need ND4J.
 *
 * <p>May enter: ND4J, devices for copying vectors, batches. May not enter: optimizers, workers,
 * files, clocks, unseeded randomness.
 */
@NullMarked
package org.estafette.algorithm.model.samediff;

import org.jspecify.annotations.NullMarked;
