/**
 * How the pushes of several workers become one, also where some of them are not to be trusted:
 * coordinate-wise median and trimmed mean (Yin et al., arXiv 1803.01498), Krum and multi-Krum
 * (Blanchard et al., NeurIPS 2017).
 *
 * <p>May enter: flat vectors and outer optimizers. May not enter: messages, time, who sent what.
 */
@NullMarked
package org.estafette.algorithm.robust;

import org.jspecify.annotations.NullMarked;
