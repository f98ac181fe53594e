/**
 * Local training: inner optimizers and the trainer that takes a worker's local steps.
 *
 * <p>May enter: models, data, devices, schedules. May not enter: messages, clocks, threads.
 */
@NullMarked
package org.estafette.algorithm.train;

import org.jspecify.annotations.NullMarked;
