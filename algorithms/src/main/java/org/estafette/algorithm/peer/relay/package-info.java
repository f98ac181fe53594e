/**
 * RelaySum (Vogels et al., 2021): sums of models, or of gradients, are passed on along a tree, so
 * that after as many rounds as the tree is wide every worker's average rests on all others equally.
 *
 * <p>May enter: neighbours on trees, vectors, counts. May not enter: rounds, waiting and
 * membership, which are the worker's; everything that the package around may not know.
 */
@NullMarked
package org.estafette.algorithm.peer.relay;

import org.jspecify.annotations.NullMarked;
