/**
 * What travels: control messages as CBOR through Akka, updates as a small binary head beside their
 * tensor through the tensor channel.
 *
 * <p>May enter: the messages of the algorithms, endpoints. May not enter: actors' behaviour.
 */
@NullMarked
package org.estafette.actor.wire;

import org.jspecify.annotations.NullMarked;
