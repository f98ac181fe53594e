/**
 * What an outer step costs, against the machine's own memory bandwidth measured in the same run.
 *
 * <p>May enter: vectors, kernels, clocks, files. May not enter: anything that the product runs.
 */
@NullMarked
package org.estafette.bench.outer;

import org.jspecify.annotations.NullMarked;
