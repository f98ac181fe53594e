package org.estafette.algorithm.model;

import org.estafette.algorithm.data.Batch;

/** Checks of batches of rows, before they reach memory that nobody checks. */
final class RowsCheck {
  private RowsCheck() {}

  static Batch.Rows rows(Batch given, int most, int width) {
    if (!(given instanceof Batch.Rows rows)) {
      throw new IllegalArgumentException(
          "batch=" + given.getClass().getSimpleName() + " (expected Rows: features with classes)");
    }
    if (rows.size() < 1 || rows.size() > most || rows.width() != width) {
      throw new IllegalArgumentException(
          "batch of %d rows of %d features (expected 1 … %d rows of %d)"
              .formatted(rows.size(), rows.width(), most, width));
    }
    return rows;
  }

  static void labels(Batch.Rows rows, int classes) {
    for (int i = 0; i < rows.size(); i++) {
      int label = rows.labels()[i];
      if (label < 0 || label >= classes) {
        throw new IllegalArgumentException(
            "label %d of row %d (expected 0 … %d)".formatted(label, i, classes - 1));
      }
    }
  }
}
