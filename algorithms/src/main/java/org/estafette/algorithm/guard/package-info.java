/**
 * What a server knows about the pushes that it gets: the sizes that are usual, and which worker has
 * sent what nobody could use. Decides whether a push is beyond measure, how much of it counts, who
 * is in quarantine, and who is marked as an outlier.
 *
 * <p>May enter: numbers and vectors. May not enter: messages, time, the servers that ask.
 */
@NullMarked
package org.estafette.algorithm.guard;

import org.jspecify.annotations.NullMarked;
