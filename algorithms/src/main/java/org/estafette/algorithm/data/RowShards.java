package org.estafette.algorithm.data;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.random.Permutations;

/**
 * Which rows a shard has and in which order they come: a shard's rows are gone through once an
 * epoch, every epoch in an order of its own, without an end.
 */
final class RowShards {
  private static final long VALIDATION_KEY = CounterRandom.key("validation order");
  private static final long DEALING_KEY = CounterRandom.key("dealing of rows");

  private final int[][] own;
  private final long seed;

  private RowShards(int[][] own, long seed) {
    this.own = own;
    this.seed = seed;
  }

  /**
   * Deals rows to shards.
   *
   * @param sources the source of each row, from 0 on
   * @param dealingSeed decides which shard gets which row
   * @param seed decides the order of the epochs
   * @throws IllegalArgumentException where a shard would be empty
   */
  static RowShards deal(
      int[] sources, int shards, Partition partition, long dealingSeed, long seed) {
    int rows = sources.length;
    long[] weights = new long[rows];
    long[] hashes = new long[rows];
    long key = CounterRandom.key(DEALING_KEY, dealingSeed);
    for (int row = 0; row < rows; row++) {
      weights[row] = 1;
      hashes[row] = CounterRandom.bits(key, row);
    }
    int count = Arrays.stream(sources).max().orElse(-1) + 1;
    int[] shardOf = Dealer.deal(partition, weights, hashes, sources, count, shards, 1, dealingSeed);
    int[][] own = new int[shards][];
    for (int s = 0; s < shards; s++) {
      int shard = s;
      own[s] = IntStream.range(0, rows).filter(row -> shardOf[row] == shard).toArray();
    }
    return new RowShards(own, seed);
  }

  int count() {
    return own.length;
  }

  /** Rows of a shard. */
  int size(int shard) {
    return own[shard].length;
  }

  /** The row at that place of a shard's endless row of epochs. */
  int row(int shard, long place) {
    int[] rows = own[shard];
    long epochKey = CounterRandom.key(seed, shard, place / rows.length);
    return rows[(int) Permutations.at(epochKey, rows.length, place % rows.length)];
  }

  /** Rows of each class that a shard has. */
  int[] classes(int shard, int[] labels) {
    int[] counts = new int[Arrays.stream(labels).max().orElse(-1) + 1];
    for (int row : own[shard]) {
      counts[labels[row]]++;
    }
    return counts;
  }

  /** The row at that place of the fixed order of {@code rows} validation rows. */
  static int validationRow(int rows, long place) {
    return (int) Permutations.at(VALIDATION_KEY, rows, place);
  }
}
