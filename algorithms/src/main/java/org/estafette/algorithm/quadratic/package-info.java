/**
 * The random quadratics on which decentralised methods are compared: one least-squares function a
 * worker, with a known optimum, a chosen heterogeneity and a chosen condition, in float64.
 *
 * <p>May enter: functions, their gradients, noise and exact optima. May not enter: methods, graphs,
 * drivers.
 */
@NullMarked
package org.estafette.algorithm.quadratic;

import org.jspecify.annotations.NullMarked;
