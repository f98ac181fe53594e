/**
 * How a run shows itself in a terminal: one line that is drawn anew, or plain lines where there is
 * no terminal.
 *
 * <p>May enter: progress points, streams and clocks handed in. May not enter: Akka, configuration,
 * anything that decides how a run goes.
 */
@NullMarked
package org.estafette.actor.cli.progress;

import org.jspecify.annotations.NullMarked;
