/**
 * A node's management over HTTP: the endpoints of {@code openapi.json}, Akka Management's own
 * (members, readiness, liveness), metrics in the Prometheus format, and the dashboard's files.
 *
 * <p>Every request passes {@link Gate} (who may ask, from where), then a table of exact paths; what
 * is in none of them goes to Akka Management's routes. Every error is a problem document.
 *
 * <p>May enter: HTTP, metrics, {@code live}'s views and commands. May not enter: actors of a run,
 * anything that decides how a run goes; nothing here may hold up the thread that follows a run.
 */
@NullMarked
package org.estafette.actor.manage;

import org.jspecify.annotations.NullMarked;
