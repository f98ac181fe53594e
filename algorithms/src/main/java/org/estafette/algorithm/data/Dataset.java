package org.estafette.algorithm.data;

/**
 * Training data in shards, with validation data apart. Users bring their own by naming a class that
 * implements {@code DatasetProvider} (see docs/bring-your-own.md).
 *
 * <p>Immutable and thread-safe: all workers of a node share one.
 */
public interface Dataset {
  /** Number of training shards. */
  int shards();

  /** Size of a shard, in {@link Batch#tokens() tokens}: what shard choice weighs by. */
  long shardTokens(int shard);

  /** A new, empty batch of the form that this dataset fills. */
  Batch newBatch(int size);

  /**
   * Fills {@code batch} with the training batch of (shard, step): the same call gives the same
   * content, whoever asks, in whatever order.
   *
   * @param shard 0 … {@link #shards()} − 1
   * @param step steps taken on this shard before
   */
  void fill(Batch batch, int shard, long step);

  /**
   * Fills {@code batch} with validation data.
   *
   * @param step 0 … {@link #validationBatches} − 1
   */
  void fillValidation(Batch batch, long step);

  /** How many validation batches of that size there are; at least 1. */
  long validationBatches(int batchSize);
}
