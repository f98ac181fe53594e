package org.estafette.algorithm.data;

/**
 * Rows of features, each with a class and a source that the non-iid partitions go by. Not copied,
 * not changed.
 *
 * @param width features of a row, D
 * @param features rows×D numbers, row-major
 * @param labels a class for each row, from 0 on
 * @param sources a source for each row, from 0 on: for most tasks the class
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose: copies would double the memory
public record RowTable(int width, float[] features, int[] labels, int[] sources) {
  /**
   * @throws IllegalArgumentException where the lengths do not fit
   */
  public RowTable {
    if (width < 1 || features.length != (long) width * labels.length) {
      throw new IllegalArgumentException(
          "width="
              + width
              + ", features="
              + features.length
              + ", labels="
              + labels.length
              + " (expected features = width * labels)");
    }
    if (sources.length != labels.length) {
      throw new IllegalArgumentException(
          "sources=" + sources.length + ", labels=" + labels.length + " (expected equal numbers)");
    }
  }

  /** Number of rows. */
  public int rows() {
    return labels.length;
  }

  /**
   * An empty table whose sources are its classes.
   *
   * @throws IllegalArgumentException where it would not fit one array
   */
  static RowTable empty(int rows, int width) {
    long size = (long) rows * width;
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "rows="
              + rows
              + ", width="
              + width
              + " (expected a product of at most "
              + (Integer.MAX_VALUE - 8)
              + ")");
    }
    int[] labels = new int[rows];
    return new RowTable(width, new float[(int) size], labels, labels);
  }

  void copyRow(int row, Batch.Rows into, int place) {
    System.arraycopy(features, row * width, into.features(), place * width, width);
    into.labels()[place] = labels[row];
  }
}
