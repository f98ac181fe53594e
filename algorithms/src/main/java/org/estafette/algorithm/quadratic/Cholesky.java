package org.estafette.algorithm.quadratic;

/** Solves small symmetric positive definite systems. */
final class Cholesky {
  private Cholesky() {}

  /**
   * x with M·x = c.
   *
   * @param m M, d × d, row by row; not changed
   * @throws IllegalArgumentException where M is not positive definite
   */
  static double[] solve(double[] m, double[] c) {
    int d = c.length;
    double[] l = m.clone();
    for (int k = 0; k < d; k++) {
      for (int r = k; r < d; r++) {
        double sum = l[r * d + k];
        for (int s = 0; s < k; s++) {
          sum -= l[r * d + s] * l[k * d + s];
        }
        if (r == k) {
          if (!(sum > 0)) {
            throw new IllegalArgumentException(
                "the mean of A_iᵀA_i has a pivot of %s in row %d (expected > 0: one optimum)"
                    .formatted(sum, k));
          }
          l[k * d + k] = Math.sqrt(sum);
        } else {
          l[r * d + k] = sum / l[k * d + k];
        }
      }
    }
    double[] x = c.clone();
    for (int r = 0; r < d; r++) {
      for (int s = 0; s < r; s++) {
        x[r] -= l[r * d + s] * x[s];
      }
      x[r] /= l[r * d + r];
    }
    for (int r = d - 1; r >= 0; r--) {
      for (int s = r + 1; s < d; s++) {
        x[r] -= l[s * d + r] * x[s];
      }
      x[r] /= l[r * d + r];
    }
    return x;
  }
}
