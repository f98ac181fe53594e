/**
 * Workers without a server: relay trees and gossip over any graph, in rounds or at each worker's
 * own pace.
 *
 * <p>May enter: neighbours, mixing weights, vectors, what is averaged and when. May not enter:
 * clocks, threads, sockets, the drivers, and how local steps are taken.
 */
@NullMarked
package org.estafette.algorithm.peer;

import org.jspecify.annotations.NullMarked;
