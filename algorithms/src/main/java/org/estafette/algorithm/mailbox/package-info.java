/**
 * Mailbox policies: which update is next, and which may be merged, superseded or refused. Pure data
 * structures; {@code actors} wraps them as Akka mailbox types, the simulator uses them as they are.
 *
 * <p>May enter: updates. May not enter: Akka, locks, what an update does to a model.
 */
@NullMarked
package org.estafette.algorithm.mailbox;

import org.jspecify.annotations.NullMarked;
