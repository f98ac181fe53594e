package org.estafette.algorithm.model;

/**
 * One term ½‖A·x − b‖² of a quadratic.
 *
 * @param a A, rows × d, row by row; not copied
 * @param b one number per row of A; not copied
 */
public record QuadraticTerm(float[][] a, float[] b) {
  /**
   * @throws IllegalArgumentException where the sizes do not fit
   */
  public QuadraticTerm {
    if (a.length == 0 || a.length != b.length) {
      throw new IllegalArgumentException(
          "rows of A=%d, length of b=%d (expected equal and >= 1)".formatted(a.length, b.length));
    }
    for (float[] row : a) {
      if (row.length != a[0].length || row.length == 0) {
        throw new IllegalArgumentException(
            "row of %d columns (expected %d, >= 1)".formatted(row.length, a[0].length));
      }
    }
  }

  /** Elements of x. */
  public int dimension() {
    return a[0].length;
  }
}
