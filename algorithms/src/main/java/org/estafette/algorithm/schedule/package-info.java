/**
 * Schedules: functions of a step count.
 *
 * <p>May enter: numbers. May not enter: state, clocks.
 */
@NullMarked
package org.estafette.algorithm.schedule;

import org.jspecify.annotations.NullMarked;
