package org.estafette.algorithm.data;

/**
 * Images as bytes, 0 … 255, each with a class: a quarter of the memory that floats would take. Not
 * copied, not changed.
 *
 * @param form size of each image
 * @param pixels image after image, each as the form says
 * @param labels a class for each image, from 0 on
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose: copies would double the memory
public record ImageTable(ImageForm form, byte[] pixels, int[] labels) {
  /**
   * @throws IllegalArgumentException where the lengths do not fit
   */
  public ImageTable {
    if (labels.length < 1 || pixels.length != (long) form.size() * labels.length) {
      throw new IllegalArgumentException(
          "pixels=%d, labels=%d (expected pixels = %d * labels, labels >= 1)"
              .formatted(pixels.length, labels.length, form.size()));
    }
  }

  /** Number of images. */
  public int rows() {
    return labels.length;
  }

  /**
   * An empty table.
   *
   * @throws IllegalArgumentException where it would not fit one array
   */
  static ImageTable empty(ImageForm form, int rows) {
    long size = (long) rows * form.size();
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "%d images of %s are %d bytes (expected at most %d)"
              .formatted(rows, form, size, Integer.MAX_VALUE - 8));
    }
    return new ImageTable(form, new byte[(int) size], new int[rows]);
  }
}
