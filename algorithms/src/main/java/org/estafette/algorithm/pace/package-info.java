/**
 * Pace: how many local steps a worker takes, which shard it takes them on, and when workers that
 * arrive together go on together. Pure functions and small state.
 *
 * <p>May enter: numbers. May not enter: tensors, messages, clocks.
 */
@NullMarked
package org.estafette.algorithm.pace;

import org.jspecify.annotations.NullMarked;
