/**
 * Gossip over any graph: each worker mixes its vector with its neighbours', in one of the forms of
 * the literature. One method a file; {@link org.estafette.algorithm.peer.gossip.GossipMethods}
 * knows them by name.
 *
 * <p>May enter: mixing weights, what is sent, kept and averaged. May not enter: rounds, membership,
 * drivers; and no vector may be allocated after a method was made.
 */
@NullMarked
package org.estafette.algorithm.peer.gossip;

import org.jspecify.annotations.NullMarked;
