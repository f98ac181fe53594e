package org.estafette.algorithm.data;

/**
 * Rows of features with classes. A shard's rows are gone through once an epoch, every epoch in an
 * order of its own; step s of batches of B is places s·B … s·B + B − 1 of that endless row of
 * epochs. Validation has a fixed random order.
 *
 * <p>Filling a batch allocates nothing.
 */
public final class RowDataset implements Dataset {
  private final RowTable training;
  private final RowTable validation;
  private final int validationRows;
  private final RowShards shards;

  private RowDataset(RowTable training, RowTable validation, int validationRows, RowShards shards) {
    this.training = training;
    this.validation = validation;
    this.validationRows = validationRows;
    this.shards = shards;
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
    return new RowDataset(
        training,
        validation,
        validationRows,
        RowShards.deal(training.sources(), shards, partition, dealingSeed, seed));
  }

  /** Features of a row, D. */
  public int width() {
    return training.width();
  }

  /** Rows of each class that a shard has. */
  public int[] classes(int shard) {
    return shards.classes(shard, training.labels());
  }

  @Override
  public int shards() {
    return shards.count();
  }

  @Override
  public long shardTokens(int shard) {
    return shards.size(shard);
  }

  @Override
  public Batch newBatch(int size) {
    return Batch.Rows.of(size, width());
  }

  @Override
  public void fill(Batch batch, int shard, long step) {
    Batch.Rows rows = form(batch);
    for (int i = 0; i < rows.size(); i++) {
      training.copyRow(shards.row(shard, step * rows.size() + i), rows, i);
    }
  }

  @Override
  public void fillValidation(Batch batch, long step) {
    Batch.Rows rows = form(batch);
    for (int i = 0; i < rows.size(); i++) {
      long place = (step * rows.size() + i) % validationRows;
      validation.copyRow(RowShards.validationRow(validation.rows(), place), rows, i);
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
        + shards.count()
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
