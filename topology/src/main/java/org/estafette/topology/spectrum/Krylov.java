package org.estafette.topology.spectrum;

import java.util.SplittableRandom;

/**
 * The largest absolute eigenvalue of a matrix that is known by what it does to a vector: Arnoldi's
 * projection onto a growing Krylov space, with full orthogonalisation.
 */
final class Krylov {
  /** y = A x. */
  @FunctionalInterface
  interface Operator {
    void apply(double[] x, double[] y);
  }

  private static final double SETTLED = 1e-13;

  private final Operator operator;
  private final int dimension;
  private final double[][] basis;
  private final double[][] columns;

  private Krylov(Operator operator, int dimension) {
    this.operator = operator;
    this.dimension = dimension;
    this.basis = new double[dimension + 1][];
    this.columns = new double[dimension][];
  }

  static double largest(Operator operator, int dimension) {
    return new Krylov(operator, dimension).run();
  }

  private double run() {
    // A start that leans to no symmetry of the graph; seeded, so that a run repeats itself.
    SplittableRandom random = new SplittableRandom(0x5EED);
    double[] start = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      start[i] = random.nextDouble() - 0.5;
    }
    scale(start, 1 / norm(start));
    basis[0] = start;
    double before = Double.NaN;
    int settled = 0;
    int look = 12;
    for (int k = 1; k <= dimension; k++) {
      double rest = extend(k);
      boolean whole = k == dimension || rest < 1e-14;
      if (whole || k == look) {
        double now = spectralRadius(projection(k));
        settled = Math.abs(now - before) <= SETTLED * now ? settled + 1 : 0;
        if (whole || settled == 2) {
          return now;
        }
        before = now;
        look += Math.max(8, look / 4);
      }
    }
    throw new IllegalStateException("dimension=" + dimension + " (expected at least 1)");
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
    columns[k - 1] = column;
    if (rest > 0) {
      scale(next, 1 / rest);
    }
    basis[k] = next;
    return rest;
  }

  private double[][] projection(int k) {
    double[][] h = new double[k][k];
    for (int j = 0; j < k; j++) {
      for (int i = 0; i < Math.min(k, columns[j].length); i++) {
        h[i][j] = columns[j][i];
      }
    }
    return h;
  }

  /**
   * Gelfand's formula, lim ‖H^N‖^(1/N), by squaring: N = 2⁵⁰ leaves nothing of the norm's constant.
   * The QR iterations of libraries may fail to converge on these matrices; this cannot.
   */
  static double spectralRadius(double[][] h) {
    double[][] power = h;
    double log = 0;
    double weight = 1;
    for (int i = 0; i < 50; i++) {
      double size = largestEntry(power);
      if (size == 0) {
        return 0;
      }
      log += weight * Math.log(size);
      for (double[] row : power) {
        scale(row, 1 / size);
      }
      power = squared(power);
      weight /= 2;
    }
    return Math.exp(log);
  }

  private static double largestEntry(double[][] a) {
    double largest = 0;
    for (double[] row : a) {
      for (double v : row) {
        largest = Math.max(largest, Math.abs(v));
      }
    }
    return largest;
  }

  private static double[][] squared(double[][] a) {
    int n = a.length;
    double[][] c = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < n; k++) {
        double left = a[i][k];
        if (left != 0) {
          for (int j = 0; j < n; j++) {
            c[i][j] += left * a[k][j];
          }
        }
      }
    }
    return c;
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
