/**
 * Randomness by counter: a number is a pure function of a key and a counter, so that (seed, worker,
 * step, tensor) decides it and nothing else does: not the order of calls, not the thread, not what
 * was drawn before.
 *
 * <p>May enter: pure functions and small streams over them. May not enter: unseeded randomness,
 * clocks, anything that knows what the numbers are for.
 */
@NullMarked
package org.estafette.algorithm.random;

import org.jspecify.annotations.NullMarked;
