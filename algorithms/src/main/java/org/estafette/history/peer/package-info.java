/**
 * Histories of runs without a server: what happened to each message between workers and what each
 * worker computed from it, and the checkers that hold both against what the methods promise. A
 * checker knows the method's law only, never its code; the replay knows its code only.
 *
 * <p>May enter: messages, methods as vectors go in and out, vectors. May not enter: simulators,
 * clocks, files, and the inside of a participant.
 */
@NullMarked
package org.estafette.history.peer;

import org.jspecify.annotations.NullMarked;
