/**
 * Mailbox policies as Akka mailbox types: control messages first, updates by policy. Chosen by
 * configuration; a user's own policy is named by its class.
 *
 * <p>May enter: Akka's dispatch interfaces, mailbox policies. May not enter: actors' behaviour.
 */
@NullMarked
package org.estafette.actor.mailbox;

import org.jspecify.annotations.NullMarked;
