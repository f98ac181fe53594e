/**
 * Outer optimizers: what is applied to pseudo-gradients. All but AdamW are linear and reduce to
 * {@link org.estafette.kernel.LinearStep} coefficients, so that one fused kernel serves them.
 *
 * <p>Sign convention: Δ = parameters at pull − parameters after the local steps; the server
 * subtracts. May enter: flat vectors. May not enter: messages, time.
 */
@NullMarked
package org.estafette.algorithm.outer;

import org.jspecify.annotations.NullMarked;
