package org.estafette.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Layer norm by the Vector API. Rows are read twice, from the first-level cache. */
final class RowKernelsVectorNorm {
  private static final float EPSILON = (float) RowKernelsScalar.EPSILON;

  private RowKernelsVectorNorm() {}

  static void layerNorm(
      long out, long mean, long rstd, long in, long gamma, long beta, int rows, int width) {
    for (int r = 0; r < rows; r++) {
      long row = 4L * r * width;
      normalize(
          out + row,
          mean + 4L * r,
          rstd + 4L * r,
          in + row,
          sum(in + row, width),
          gamma,
          beta,
          width);
    }
  }

  static void residualLayerNorm(
      long out,
      long sum,
      long mean,
      long rstd,
      long in,
      long branch,
      long bias,
      long gamma,
      long beta,
      int rows,
      int width) {
    for (int r = 0; r < rows; r++) {
      long row = 4L * r * width;
      float total = residual(sum + row, in + row, branch + row, bias, width);
      normalize(out + row, mean + 4L * r, rstd + 4L * r, sum + row, total, gamma, beta, width);
    }
  }

  private static float sum(long in, int width) {
    int bound = Lanes.bound(width);
    FloatVector sum = Lanes.zero();
    for (int i = 0; i < bound; i += Lanes.L) {
      sum = sum.add(Lanes.load(in + 4L * i));
    }
    if (bound < width) {
      sum = sum.add(Lanes.load(in + 4L * bound, Lanes.first(width - bound)));
    }
    return Lanes.sum(sum);
  }

  private static float residual(long out, long in, long branch, long bias, int width) {
    int bound = Lanes.bound(width);
    FloatVector sum = Lanes.zero();
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector x = Lanes.load(in + at).add(Lanes.load(branch + at).add(Lanes.load(bias + at)));
      Lanes.store(x, out + at);
      sum = sum.add(x);
    }
    if (bound < width) {
      long at = 4L * bound;
      VectorMask<Float> tail = Lanes.first(width - bound);
      FloatVector x =
          Lanes.load(in + at, tail)
              .add(Lanes.load(branch + at, tail).add(Lanes.load(bias + at, tail)));
      Lanes.store(x, out + at, tail);
      sum = sum.add(x);
    }
    return Lanes.sum(sum);
  }

  private static void normalize(
      long out, long mean, long rstd, long in, float sum, long gamma, long beta, int width) {
    int bound = Lanes.bound(width);
    float mu = sum / width;
    FloatVector center = Lanes.all(mu);
    FloatVector squares = Lanes.zero();
    for (int i = 0; i < bound; i += Lanes.L) {
      FloatVector d = Lanes.load(in + 4L * i).sub(center);
      squares = d.fma(d, squares);
    }
    float rest = 0;
    if (bound < width) {
      rest = squaresTail(in + 4L * bound, mu, width - bound);
    }
    float variance = (Lanes.sum(squares) + rest) / width;
    float scale = (float) (1 / Math.sqrt(variance + EPSILON));
    Lanes.set(mean, mu);
    Lanes.set(rstd, scale);
    FloatVector factor = Lanes.all(scale);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector normed = Lanes.load(in + at).sub(center).mul(factor);
      Lanes.store(normed.fma(Lanes.load(gamma + at), Lanes.load(beta + at)), out + at);
    }
    if (bound < width) {
      long at = 4L * bound;
      scaleTail(out + at, in + at, mu, scale, gamma + at, beta + at, width - bound);
    }
  }

  private static float squaresTail(long in, float mean, int count) {
    VectorMask<Float> tail = Lanes.first(count);
    FloatVector d = Lanes.load(in, tail).sub(mean);
    return Lanes.sum(Lanes.zero().blend(d.mul(d), tail));
  }

  private static void scaleTail(
      long out, long in, float mean, float scale, long gamma, long beta, int count) {
    VectorMask<Float> tail = Lanes.first(count);
    FloatVector normed = Lanes.load(in, tail).sub(mean).mul(scale);
    Lanes.store(normed.fma(Lanes.load(gamma, tail), Lanes.load(beta, tail)), out, tail);
  }

  static void layerNormBackward(
      long dIn,
      long dGamma,
      long dBeta,
      long dOut,
      long in,
      long mean,
      long rstd,
      long gamma,
      int rows,
      int width,
      boolean accumulate) {
    for (int r = 0; r < rows; r++) {
      long row = 4L * r * width;
      backwardRow(
          dIn + row,
          dGamma,
          dBeta,
          dOut + row,
          in + row,
          Lanes.get(mean + 4L * r),
          Lanes.get(rstd + 4L * r),
          gamma,
          width,
          accumulate);
    }
  }

  private static void backwardRow(
      long dIn,
      long dGamma,
      long dBeta,
      long dOut,
      long in,
      float mean,
      float rstd,
      long gamma,
      int width,
      boolean accumulate) {
    int bound = Lanes.bound(width);
    long at = 4L * bound;
    long sums = sums(dGamma, dBeta, dOut, in, mean, rstd, gamma, bound);
    float sum = first(sums);
    float product = second(sums);
    if (bound < width) {
      long rest =
          sumsTail(
              dGamma + at, dBeta + at, dOut + at, in + at, mean, rstd, gamma + at, width - bound);
      sum += first(rest);
      product += second(rest);
    }
    float meanSum = sum / width;
    float meanProduct = product / width;
    apply(dIn, dOut, in, mean, rstd, gamma, meanSum, meanProduct, bound, accumulate);
    if (bound < width) {
      applyTail(
          dIn + at,
          dOut + at,
          in + at,
          mean,
          rstd,
          gamma + at,
          meanSum,
          meanProduct,
          width - bound,
          accumulate);
    }
  }

  /** Two floats as one number, so that a kernel gives both without an object. */
  private static long pair(float first, float second) {
    return ((long) Float.floatToRawIntBits(first) << 32)
        | Integer.toUnsignedLong(Float.floatToRawIntBits(second));
  }

  private static float first(long pair) {
    return Float.intBitsToFloat((int) (pair >>> 32));
  }

  private static float second(long pair) {
    return Float.intBitsToFloat((int) pair);
  }

  /**
   * Adds to dGamma and dBeta; gives Σ dOut·gamma and Σ dOut·gamma·normed of {@code bound} elements.
   */
  private static long sums(
      long dGamma, long dBeta, long dOut, long in, float mean, float rstd, long gamma, int bound) {
    FloatVector center = Lanes.all(mean);
    FloatVector factor = Lanes.all(rstd);
    FloatVector sums = Lanes.zero();
    FloatVector products = Lanes.zero();
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector normed = Lanes.load(in + at).sub(center).mul(factor);
      FloatVector d = Lanes.load(dOut + at);
      FloatVector dNormed = d.mul(Lanes.load(gamma + at));
      sums = sums.add(dNormed);
      products = dNormed.fma(normed, products);
      Lanes.store(d.fma(normed, Lanes.load(dGamma + at)), dGamma + at);
      Lanes.store(d.add(Lanes.load(dBeta + at)), dBeta + at);
    }
    return pair(Lanes.sum(sums), Lanes.sum(products));
  }

  private static long sumsTail(
      long dGamma, long dBeta, long dOut, long in, float mean, float rstd, long gamma, int count) {
    VectorMask<Float> tail = Lanes.first(count);
    FloatVector normed = Lanes.load(in, tail).sub(mean).mul(rstd);
    FloatVector d = Lanes.load(dOut, tail);
    FloatVector dNormed = d.mul(Lanes.load(gamma, tail));
    Lanes.store(d.fma(normed, Lanes.load(dGamma, tail)), dGamma, tail);
    Lanes.store(d.add(Lanes.load(dBeta, tail)), dBeta, tail);
    return pair(Lanes.sum(dNormed), Lanes.sum(dNormed.mul(normed)));
  }

  private static void apply(
      long dIn,
      long dOut,
      long in,
      float mean,
      float rstd,
      long gamma,
      float meanSum,
      float meanProduct,
      int bound,
      boolean accumulate) {
    FloatVector center = Lanes.all(mean);
    FloatVector factor = Lanes.all(rstd);
    FloatVector sum = Lanes.all(meanSum);
    FloatVector product = Lanes.all(-meanProduct);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector normed = Lanes.load(in + at).sub(center).mul(factor);
      FloatVector d = Lanes.load(dOut + at).mul(Lanes.load(gamma + at)).sub(sum);
      FloatVector dx = normed.fma(product, d).mul(factor);
      Lanes.store(accumulate ? dx.add(Lanes.load(dIn + at)) : dx, dIn + at);
    }
  }

  private static void applyTail(
      long dIn,
      long dOut,
      long in,
      float mean,
      float rstd,
      long gamma,
      float meanSum,
      float meanProduct,
      int count,
      boolean accumulate) {
    VectorMask<Float> tail = Lanes.first(count);
    FloatVector normed = Lanes.load(in, tail).sub(mean).mul(rstd);
    FloatVector d = Lanes.load(dOut, tail).mul(Lanes.load(gamma, tail)).sub(meanSum);
    FloatVector dx = normed.fma(Lanes.all(-meanProduct), d).mul(rstd);
    Lanes.store(accumulate ? dx.add(Lanes.load(dIn, tail)) : dx, dIn, tail);
  }
}
