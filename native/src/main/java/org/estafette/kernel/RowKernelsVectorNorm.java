package org.estafette.kernel;

import static jdk.incubator.vector.VectorOperators.ADD;

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
      normalize(out + row, mean + 4L * r, rstd + 4L * r, in + row, sum(in + row, width), gamma, beta, width);
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
    return sum.reduceLanes(ADD);
  }

  private static float residual(long out, long in, long branch, long bias, int width) {
    int bound = Lanes.bound(width);
    FloatVector sum = Lanes.zero();
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector x =
          Lanes.load(in + at).add(Lanes.load(branch + at).add(Lanes.load(bias + at)));
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
    return sum.reduceLanes(ADD);
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
      VectorMask<Float> tail = Lanes.first(width - bound);
      FloatVector d = Lanes.load(in + 4L * bound, tail).sub(center);
      rest = d.mul(d).reduceLanes(ADD, tail);
    }
    float variance = (squares.reduceLanes(ADD) + rest) / width;
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
      VectorMask<Float> tail = Lanes.first(width - bound);
      FloatVector normed = Lanes.load(in + at, tail).sub(center).mul(factor);
      Lanes.store(
          normed.fma(Lanes.load(gamma + at, tail), Lanes.load(beta + at, tail)), out + at, tail);
    }
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
    VectorMask<Float> tail = Lanes.first(width - bound);
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
    if (bound < width) {
      long at = 4L * bound;
      FloatVector normed = Lanes.load(in + at, tail).sub(center).mul(factor);
      FloatVector d = Lanes.load(dOut + at, tail);
      FloatVector dNormed = d.mul(Lanes.load(gamma + at, tail));
      sums = sums.add(dNormed);
      products = dNormed.fma(normed, products);
      Lanes.store(d.fma(normed, Lanes.load(dGamma + at, tail)), dGamma + at, tail);
      Lanes.store(d.add(Lanes.load(dBeta + at, tail)), dBeta + at, tail);
    }
    FloatVector meanSum = Lanes.all(sums.reduceLanes(ADD) / width);
    FloatVector meanProduct = Lanes.all(products.reduceLanes(ADD) / width);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector normed = Lanes.load(in + at).sub(center).mul(factor);
      FloatVector d = Lanes.load(dOut + at).mul(Lanes.load(gamma + at)).sub(meanSum);
      FloatVector dx = d.sub(normed.mul(meanProduct)).mul(factor);
      Lanes.store(accumulate ? dx.add(Lanes.load(dIn + at)) : dx, dIn + at);
    }
    if (bound < width) {
      long at = 4L * bound;
      FloatVector normed = Lanes.load(in + at, tail).sub(center).mul(factor);
      FloatVector d = Lanes.load(dOut + at, tail).mul(Lanes.load(gamma + at, tail)).sub(meanSum);
      FloatVector dx = d.sub(normed.mul(meanProduct)).mul(factor);
      Lanes.store(accumulate ? dx.add(Lanes.load(dIn + at, tail)) : dx, dIn + at, tail);
    }
  }
}
