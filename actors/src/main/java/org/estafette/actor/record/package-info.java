/**
 * What a run leaves behind: its folder, the metrics written while it goes on, the summary at its
 * end and the page that shows both.
 *
 * <p>May enter: files, JSON, HTML. May not enter: Akka, clocks (times are handed in), anything that
 * decides how a run goes.
 */
@NullMarked
package org.estafette.actor.record;

import org.jspecify.annotations.NullMarked;
