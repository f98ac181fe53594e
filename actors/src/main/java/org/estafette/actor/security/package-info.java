/**
 * Keys of a cluster: the folder that holds them, how they are made and looked at, and TLS between
 * nodes. A folder has the layout of a Kubernetes secret as cert-manager fills it.
 *
 * <p>May enter: Bouncy Castle (to make certificates), Akka's interface for TLS engines, {@code
 * config}'s exception, the channel's key. May not enter: nodes, management, the command line. A
 * secret leaves this package only through a method that is named after it; none is logged or shown.
 */
@NullMarked
package org.estafette.actor.security;

import org.jspecify.annotations.NullMarked;
