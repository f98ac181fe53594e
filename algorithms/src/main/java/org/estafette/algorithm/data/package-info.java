/**
 * Data: datasets split into shards, one or more per worker, and batches drawn from them by counter,
 * so that (seed, shard, step) alone decides a batch.
 *
 * <p>May enter: bytes and numbers handed in. May not enter: files, sockets, clocks, unseeded
 * randomness.
 */
@NullMarked
package org.estafette.algorithm.data;

import org.jspecify.annotations.NullMarked;
