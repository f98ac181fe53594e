/**
 * Benchmarks: what is claimed of speed is measured here, side by side with its peer in one run.
 *
 * <p>May enter: everything. Nothing depends on this.
 */
@NullMarked
package org.estafette.bench;

import org.jspecify.annotations.NullMarked;
