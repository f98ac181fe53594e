package org.estafette.algorithm.quadratic;

import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;

/**
 * One least-squares function a worker, as in the RelaySGD paper (arXiv 2110.04175, appendix):
 *
 * <pre>
 * grad_i(x) = A_iᵀ(A_i·x − b_i)             what worker i steps along; no factor 2
 * f(x)      = (1/n)·Σ_i ‖A_i·x − b_i‖²      its gradient is twice the mean of the grad_i
 * error(x)  = f(x) − f(x*)
 * ζ²        = (1/n)·Σ_i ‖grad_i(x*)‖²
 * </pre>
 *
 * <p>Immutable. Kept as H_i = A_iᵀA_i and c_i = A_iᵀb_i, so that a gradient is one product.
 */
public final class RandomQuadratics {
  private final int dimension;
  private final double[][] hessians;
  private final double[][] offsets;

  /** ‖b_i‖². */
  private final double[] constants;

  private final double[] meanHessian;
  private final Float64Vector optimum;
  private final double zeta2;

  private RandomQuadratics(double[][] hessians, double[][] offsets, double[] constants) {
    this.dimension = offsets[0].length;
    this.hessians = hessians;
    this.offsets = offsets;
    this.constants = constants;
    this.meanHessian = mean(hessians);
    double[] x = Cholesky.solve(meanHessian, mean(offsets));
    this.optimum = Float64Vector.of(x);
    double squares = 0;
    double[] g = new double[dimension];
    for (int i = 0; i < hessians.length; i++) {
      gradient(i, x, g);
      for (double v : g) {
        squares += v * v;
      }
    }
    this.zeta2 = squares / hessians.length;
  }

  /**
   * The functions of these matrices and vectors.
   *
   * @param a A_i, shape [n][rows][d]
   * @param b b_i, shape [n][rows]
   * @throws IllegalArgumentException where the shapes do not fit, or Σ A_iᵀA_i is singular
   */
  public static RandomQuadratics of(double[][][] a, double[][] b) {
    if (a.length == 0 || a.length != b.length || a[0].length == 0) {
      throw new IllegalArgumentException(
          "matrices=%d, vectors=%d (expected as many, at least one, with a row)"
              .formatted(a.length, b.length));
    }
    int d = a[0][0].length;
    for (int i = 0; i < a.length; i++) {
      if (a[i].length != b[i].length) {
        throw new IllegalArgumentException(
            "worker %d: rows of A=%d, length of b=%d (expected equal)"
                .formatted(i, a[i].length, b[i].length));
      }
      for (double[] row : a[i]) {
        if (row.length != d) {
          throw new IllegalArgumentException(
              "worker %d: row of %d columns (expected %d)".formatted(i, row.length, d));
        }
      }
    }
    double[][] hessians = new double[a.length][d * d];
    double[][] offsets = new double[a.length][d];
    double[] constants = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      normal(a[i], b[i], hessians[i], offsets[i]);
      for (double v : b[i]) {
        constants[i] += v * v;
      }
    }
    return new RandomQuadratics(hessians, offsets, constants);
  }

  private static void normal(double[][] a, double[] b, double[] h, double[] c) {
    int d = c.length;
    for (int r = 0; r < a.length; r++) {
      for (int k = 0; k < d; k++) {
        c[k] += a[r][k] * b[r];
        for (int l = 0; l < d; l++) {
          h[k * d + l] += a[r][k] * a[r][l];
        }
      }
    }
  }

  private static double[] mean(double[][] rows) {
    double[] mean = new double[rows[0].length];
    for (double[] row : rows) {
      for (int k = 0; k < mean.length; k++) {
        mean[k] += row[k] / rows.length;
      }
    }
    return mean;
  }

  /** n, workers. */
  public int workers() {
    return hessians.length;
  }

  /** d, parameters. */
  public int dimension() {
    return dimension;
  }

  /** ζ², how much the workers' functions differ at the optimum. */
  public double zeta2() {
    return zeta2;
  }

  /** x*, a copy. */
  public Float64Vector optimum() {
    return Float64Vector.of(optimum.toArray());
  }

  /** f(x*). */
  public double valueAtOptimum() {
    double sum = 0;
    for (int i = 0; i < hessians.length; i++) {
      // ‖Ax − b‖² = xᵀ(Hx − 2c) + ‖b‖²
      double value = constants[i];
      for (int k = 0, at = 0; k < dimension; k++) {
        double row = -2 * offsets[i][k];
        for (int l = 0; l < dimension; l++) {
          row += hessians[i][at++] * optimum.get(l);
        }
        value += row * optimum.get(k);
      }
      sum += value;
    }
    return sum / hessians.length;
  }

  /** error(x) = f(x) − f(x*) = (x − x*)ᵀ·H̄·(x − x*), exact down to the last bits of x. */
  public double error(FlatVector x) {
    double sum = 0;
    for (int k = 0; k < dimension; k++) {
      double row = 0;
      for (int l = 0; l < dimension; l++) {
        row += meanHessian[k * dimension + l] * (x.get(l) - optimum.get(l));
      }
      sum += row * (x.get(k) - optimum.get(k));
    }
    return sum;
  }

  /** ‖x − x*‖². */
  public double distance2(FlatVector x) {
    double sum = 0;
    for (int k = 0; k < dimension; k++) {
      double difference = x.get(k) - optimum.get(k);
      sum += difference * difference;
    }
    return sum;
  }

  /** The functions of some workers only: what is left to optimise when others are gone. */
  public RandomQuadratics only(int... workers) {
    double[][] h = new double[workers.length][];
    double[][] c = new double[workers.length][];
    double[] b2 = new double[workers.length];
    for (int i = 0; i < workers.length; i++) {
      h[i] = hessians[workers[i]];
      c[i] = offsets[workers[i]];
      b2[i] = constants[workers[i]];
    }
    return new RandomQuadratics(h, c, b2);
  }

  private void gradient(int worker, double[] x, double[] into) {
    double[] h = hessians[worker];
    double[] c = offsets[worker];
    for (int k = 0, at = 0; k < dimension; k++) {
      double sum = -c[k];
      for (int l = 0; l < dimension; l++) {
        sum += h[at++] * x[l];
      }
      into[k] = sum;
    }
  }

  /**
   * Gradients for one thread.
   *
   * @param sigma σ of the noise: grad += σ/√d·N(0, I), a pure function of (seed, worker, step)
   * @param seed of the noise
   */
  public Gradients gradients(double sigma, long seed) {
    return new Gradients(sigma, seed);
  }

  /** Gradients of the workers' functions; one worker after another, on one thread. */
  public final class Gradients implements ReferenceTrainer.Objective {
    private final double scale;
    private final long key;
    private final double[] x = new double[dimension];
    private final double[] g = new double[dimension];

    private Gradients(double sigma, long seed) {
      if (!(sigma >= 0)) {
        throw new IllegalArgumentException("sigma=" + sigma + " (expected >= 0)");
      }
      this.scale = sigma / Math.sqrt(dimension);
      this.key = CounterRandom.key(seed, 0x9E01);
    }

    /**
     * into ← grad_worker(at), with the noise of that step.
     *
     * @param step the worker's steps before this one
     */
    public void gradient(int worker, long step, FlatVector at, FlatVector into) {
      for (int k = 0; k < x.length; k++) {
        x[k] = at.get(k);
      }
      RandomQuadratics.this.gradient(worker, x, g);
      if (scale > 0) {
        long noise = CounterRandom.key(key, worker, step);
        for (int k = 0; k < g.length; k++) {
          g[k] += scale * CounterRandom.gaussian(noise, k);
        }
      }
      for (int k = 0; k < g.length; k++) {
        into.set(k, g[k]);
      }
    }

    /** The gradient, and ½‖A_i·x − b_i‖² less its constant ½‖b_i‖² as the loss. */
    @Override
    public double lossAndGradient(
        int shard, long step, Float64Vector at, Float64Vector gradientInto) {
      gradient(shard, step, at, gradientInto);
      double loss = 0;
      double[] c = offsets[shard];
      for (int k = 0; k < x.length; k++) {
        loss += 0.5 * x[k] * (g[k] - c[k]);
      }
      return loss;
    }
  }
}
