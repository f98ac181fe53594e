/**
 * What a graph does to averaging, in numbers: eigenvalues, gaps, effective neighbours, the best
 * rate on a noisy quadratic, and how quickly relayed delays mix.
 *
 * <p>May enter: linear algebra over graphs and mixing matrices. May not enter: algorithms, drawing,
 * advice.
 */
@NullMarked
package org.estafette.topology.spectrum;

import org.jspecify.annotations.NullMarked;
