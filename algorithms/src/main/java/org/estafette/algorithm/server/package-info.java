/**
 * A global model and its workers: the asynchronous parameter server, the synchronous rounds that it
 * is measured against, and the worker of both (DiLoCo, arXiv 2311.08105; asynchronous Local-SGD,
 * arXiv 2401.09135).
 *
 * <p>May enter: the participant contract, outer optimizers, pace. May not enter: drivers, models,
 * data, clocks.
 */
@NullMarked
package org.estafette.algorithm.server;

import org.jspecify.annotations.NullMarked;
