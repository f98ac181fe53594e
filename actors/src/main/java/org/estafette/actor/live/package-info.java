/**
 * What people can know of a run while it goes on, and what they can ask of it: its status with
 * reasons, a ledger per worker, its graph, its history, and commands. The same for HTTP, the
 * command line and the dashboard.
 *
 * <p>May enter: records that become JSON, metrics, a run's monitor. May not enter: Akka, HTTP,
 * files, clocks (times are handed in), anything that decides how a run goes.
 */
@NullMarked
package org.estafette.actor.live;

import org.jspecify.annotations.NullMarked;
