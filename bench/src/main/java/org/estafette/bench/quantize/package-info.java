/**
 * What it costs to make a push small, against a plain copy of it measured in the same run.
 *
 * <p>May enter: vectors, kernels, clocks, files. May not enter: anything that the product runs.
 */
@NullMarked
package org.estafette.bench.quantize;

import org.jspecify.annotations.NullMarked;
