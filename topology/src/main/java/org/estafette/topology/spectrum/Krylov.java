package org.estafette.topology.spectrum;

import java.util.SplittableRandom;
import org.hipparchus.complex.Complex;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionNonSymmetric;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/**
 * The largest absolute eigenvalue of a matrix that is known by what it does to a vector (Arnoldi, and
 * Lanczos for symmetric ones, with full orthogonalisation).
 */
final class Krylov {
  /** y = A x. */
  @FunctionalInterface
  interface Operator {
    void apply(double[] x, double[] y);
  }

  private static final int STRIDE = 16;
  private static final double SETTLED = 1e-14;

  private final Operator operator;
  private final int dimension;
  private final boolean symmetric;
  private final double[][] basis;
  private final double[][] projected;

  private Krylov(Operator operator, int dimension, boolean symmetric) {
    this.operator = operator;
    this.dimension = dimension;
    this.symmetric = symmetric;
    this.basis = new double[dimension + 1][];
    this.projected = new double[dimension + 1][];
  }

  static double largest(Operator operator, int dimension, boolean symmetric) {
    return new Krylov(operator, dimension, symmetric).run();
  }

  private double run() {
    // Any start that leans to no symmetry of the graph; seeded, so that a run repeats itself.
    SplittableRandom random = new SplittableRandom(0x5EED);
    double[] start = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      start[i] = random.nextDouble() - 0.5;
    }
    scale(start, 1 / norm(start));
    basis[0] = start;
    double before = Double.NaN;
    int settled = 0;
    for (int k = 1; k <= dimension; k++) {
      double rest = extend(k);
      boolean last = k == dimension || rest < 1e-14;
      if (last || k % STRIDE == 0) {
        double now = ofProjection(k);
        settled = Math.abs(now - before) <= SETTLED * Math.max(1e-300, now) ? settled + 1 : 0;
        if (last || settled == 2) {
          return now;
        }
        before = now;
      }
    }
    throw new IllegalStateException("unreachable: dimension=" + dimension);
  }

  /** Adds the k-th direction; returns the length of what was new in it. */
  private double extend(int k) {
    double[] next = new double[dimension];
    operator.apply(basis[k - 1], next);
    double[] column = new double[k + 1];
    // Twice is enough (Kahan, Parlett) for a basis orthogonal to rounding.
    for (int pass = 0; pass < 2; pass++) {
      for (int j = 0; j < k; j++) {
        double dot = dot(basis[j], next);
        column[j] += dot;
        for (int i = 0; i < dimension; i++) {
          next[i] -= dot * basis[j][i];
        }
      }
    }
    double rest = norm(next);
    column[k] = rest;
    projected[k - 1] = column;
    if (rest > 0) {
      scale(next, 1 / rest);
    }
    basis[k] = next;
    return rest;
  }

  private double ofProjection(int k) {
    double[][] h = new double[k][k];
    for (int j = 0; j < k; j++) {
      for (int i = 0; i < Math.min(k, projected[j].length); i++) {
        h[i][j] = projected[j][i];
      }
    }
    double largest = 0;
    if (symmetric) {
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < i; j++) {
          h[i][j] = (h[i][j] + h[j][i]) / 2;
          h[j][i] = h[i][j];
        }
      }
      for (double v :
          new EigenDecompositionSymmetric(new Array2DRowRealMatrix(h, false)).getEigenvalues()) {
        largest = Math.max(largest, Math.abs(v));
      }
    } else {
      for (Complex v :
          new EigenDecompositionNonSymmetric(new Array2DRowRealMatrix(h, false)).getEigenvalues()) {
        largest = Math.max(largest, v.norm());
      }
    }
    return largest;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double norm(double[] a) {
    return Math.sqrt(dot(a, a));
  }

  private static void scale(double[] a, double by) {
    for (int i = 0; i < a.length; i++) {
      a[i] *= by;
    }
  }
}
