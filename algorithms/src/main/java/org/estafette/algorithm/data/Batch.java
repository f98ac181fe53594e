package org.estafette.algorithm.data;

/** What a model is trained or evaluated on in one step. Batches are made once and filled again. */
public sealed interface Batch {
  /** Samples in this batch: sequences of a text, rows of features. */
  int size();

  /** Units that throughput is counted in: tokens of a text, rows of features. */
  int tokens();

  /**
   * Sequences of byte tokens.
   *
   * @param size sequences, B
   * @param length tokens of each, T
   * @param inputs B×T tokens, row-major
   * @param targets B×T tokens: the successor of each input
   */
  record Tokens(int size, int length, int[] inputs, int[] targets) implements Batch {
    /** An empty batch of that form. */
    public static Tokens of(int size, int length) {
      return new Tokens(size, length, new int[size * length], new int[size * length]);
    }

    @Override
    public int tokens() {
      return size * length;
    }
  }

  /**
   * Rows of features with a class each.
   *
   * @param size rows, B
   * @param width features of a row, D
   * @param features B×D numbers, row-major
   * @param labels B classes
   */
  record Rows(int size, int width, float[] features, int[] labels) implements Batch {
    /** An empty batch of that form. */
    public static Rows of(int size, int width) {
      return new Rows(size, width, new float[size * width], new int[size]);
    }

    @Override
    public int tokens() {
      return size;
    }
  }
}
