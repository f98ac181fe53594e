package org.estafette.algorithm.data;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.random.Permutations;

/**
 * Rows of features with classes. A shard's rows are gone through once an epoch, every epoch in an
 * order of its own; step s of batches of B is places s·B … s·B + B − 1 of that endless row of
 * epochs. Validation has a fixed random order.
 *
 * <p>Filling a batch allocates nothing.
 */
public final class RowDataset implements Dataset {
  private static final long VALIDATION_KEY = CounterRandom.key("validation order");
  private static final long DEALING_KEY = CounterRandom.key("dealing of rows");

  private final RowTable training;
  private final RowTable validation;
  private final int validationRows;
  private final int[][] shards;
  private final long seed;

  private RowDataset(
      RowTable training, RowTable validation, int validationRows, int[][] shards, long seed) {
    this.training = training;
    this.validation = validation;
    this.validationRows = validationRows;
    this.shards = shards;
    this.seed = seed;
  }

  /**
   * Deals rows to shards.
   *
   * @param training rows to train on
   * @param validation rows to measure on; may be the training rows themselves
   * @param validationRows how many of them are used
   * @param dealingSeed decides which shard gets which row
   * @param seed decides the order of the batches
   * @throws IllegalArgumentException where a shard would be empty, or there are fewer validation
   *     rows than wanted
   */
  public static RowDataset of(
      RowTable training,
      RowTable validation,
      int validationRows,
      int shards,
      Partition partition,
      long dealingSeed,
      long seed) {
    if (validationRows < 1 || validationRows > validation.rows()) {
      throw new IllegalArgumentException(
          "validationRows=" + validationRows + " (expected 1 ... " + validation.rows() + ")");
    }
    if (validation.width() != training.width()) {
      throw new IllegalArgumentException(
          "width of validation=" + validation.width() + " (expected " + training.width() + ")");
    }
    int rows = training.rows();
    long[] weights = new long[rows];
    long[] hashes = new long[rows];
    long key = CounterRandom.key(DEALING_KEY, dealingSeed);
    for (int row = 0; row < rows; row++) {
      weights[row] = 1;
      hashes[row] = CounterRandom.bits(key, row);
    }
    int sources = Arrays.stream(training.sources()).max().orElse(-1) + 1;
    int[] shardOf =
        Dealer.deal(
            partition, weights, hashes, training.sources(), sources, shards, 1, dealingSeed);
    int[][] own = new int[shards][];
    for (int s = 0; s < shards; s++) {
      int shard = s;
      own[s] = IntStream.range(0, rows).filter(row -> shardOf[row] == shard).toArray();
    }
    return new RowDataset(training, validation, validationRows, own, seed);
  }

  /** Features of a row, D. */
  public int width() {
    return training.width();
  }

  /** Rows of each class that a shard has. */
  public int[] classes(int shard) {
    int[] counts = new int[Arrays.stream(training.labels()).max().orElse(-1) + 1];
    for (int row : shards[shard]) {
      counts[training.labels()[row]]++;
    }
    return counts;
  }

  @Override
  public int shards() {
    return shards.length;
  }

  @Override
  public long shardTokens(int shard) {
    return shards[shard].length;
  }

  @Override
  public Batch newBatch(int size) {
    return Batch.Rows.of(size, width());
  }

  @Override
  public void fill(Batch batch, int shard, long step) {
    Batch.Rows rows = form(batch);
    int[] own = shards[shard];
    for (int i = 0; i < rows.size(); i++) {
      long place = step * rows.size() + i;
      long epochKey = CounterRandom.key(seed, shard, place / own.length);
      int row = own[(int) Permutations.at(epochKey, own.length, place % own.length)];
      training.copyRow(row, rows, i);
    }
  }

  @Override
  public void fillValidation(Batch batch, long step) {
    Batch.Rows rows = form(batch);
    for (int i = 0; i < rows.size(); i++) {
      long place = (step * rows.size() + i) % validationRows;
      int row = (int) Permutations.at(VALIDATION_KEY, validation.rows(), place);
      validation.copyRow(row, rows, i);
    }
  }

  @Override
  public long validationBatches(int batchSize) {
    return Math.max(1, validationRows / batchSize);
  }

  @Override
  public String toString() {
    return "RowDataset["
        + training.rows()
        + " rows of "
        + width()
        + " in "
        + shards.length
        + " shards, "
        + validationRows
        + " validation rows]";
  }

  private Batch.Rows form(Batch batch) {
    if (batch instanceof Batch.Rows rows && rows.width() == width()) {
      return rows;
    }
    throw new IllegalArgumentException(
        "batch="
            + batch.getClass().getSimpleName()
            + (batch instanceof Batch.Rows rows ? " of width " + rows.width() : "")
            + " (expected Rows of width "
            + width()
            + ", as newBatch makes them)");
  }
}
