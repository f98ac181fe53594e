package org.estafette.algorithm.data;

/**
 * How a text becomes a dataset.
 *
 * @param sequenceLength tokens of a sequence, T
 * @param shards training shards
 * @param partition how training text is dealt to the shards
 * @param split which text is kept for validation
 * @param validationFraction part kept for validation, strictly between 0 and 1
 * @param seed decides the batches and the dealing; not the split
 */
public record TextOptions(
    int sequenceLength,
    int shards,
    Partition partition,
    TextSplit split,
    double validationFraction,
    long seed) {
  /** What is kept for validation unless said otherwise. */
  public static final double DEFAULT_VALIDATION_FRACTION = 0.1;

  /**
   * @throws IllegalArgumentException where a number is out of its range
   */
  public TextOptions {
    if (sequenceLength < 1) {
      throw new IllegalArgumentException("sequenceLength=" + sequenceLength + " (expected >= 1)");
    }
    if (shards < 1) {
      throw new IllegalArgumentException("shards=" + shards + " (expected >= 1)");
    }
    if (!(validationFraction > 0 && validationFraction < 1)) {
      throw new IllegalArgumentException(
          "validationFraction=" + validationFraction + " (expected above 0 and below 1)");
    }
  }

  /** Iid shards, the split chosen by the corpus, a tenth for validation. */
  public static TextOptions iid(int sequenceLength, int shards, long seed) {
    return new TextOptions(
        sequenceLength,
        shards,
        new Partition.Iid(),
        TextSplit.AUTO,
        DEFAULT_VALIDATION_FRACTION,
        seed);
  }
}
