/**
 * Named places at which a test lets a process die, as by {@code kill -9}. Nothing else may enter:
 * in a run that no test has armed, a place costs the look at a constant.
 */
@NullMarked
package org.estafette.actor.halt;

import org.jspecify.annotations.NullMarked;
