package org.estafette.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Group norm of one image by the Vector API: sums go down the pixels, one vector of channels at a
 * time; what the channels of a group have in common is then settled in plain loops, and lies at
 * each of its channels for the next pass.
 */
final class ImageKernelsVectorGroup {
  private static final double EPSILON = RowKernelsScalar.EPSILON;

  private ImageKernelsVectorGroup() {}

  private static int lanes(int channels, int from) {
    return Math.min(Lanes.L, channels - from);
  }

  static void forward(
      long out,
      long mean,
      long rstd,
      long in,
      long gamma,
      long beta,
      int pixels,
      int channels,
      int size) {
    for (int c = 0; c < channels; c += Lanes.L) {
      sums(mean + 4L * c, in + 4L * c, pixels, channels, lanes(channels, c));
    }
    for (int c = 0; c < channels; c += size) {
      spread(mean + 4L * c, size, (float) (total(mean + 4L * c, size) / ((double) pixels * size)));
    }
    for (int c = 0; c < channels; c += Lanes.L) {
      squares(rstd + 4L * c, in + 4L * c, mean + 4L * c, pixels, channels, lanes(channels, c));
    }
    for (int c = 0; c < channels; c += size) {
      double variance = total(rstd + 4L * c, size) / ((double) pixels * size);
      spread(rstd + 4L * c, size, (float) (1 / Math.sqrt(variance + EPSILON)));
    }
    for (int c = 0; c < channels; c += Lanes.L) {
      long at = 4L * c;
      scale(
          out + at,
          in + at,
          mean + at,
          rstd + at,
          gamma + at,
          beta + at,
          pixels,
          channels,
          lanes(channels, c));
    }
  }

  private static double total(long x, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Lanes.get(x + 4L * i);
    }
    return sum;
  }

  private static void spread(long x, int count, float value) {
    for (int i = 0; i < count; i++) {
      Lanes.set(x + 4L * i, value);
    }
  }

  private static void sums(long to, long in, int pixels, int channels, int count) {
    VectorMask<Float> mask = Lanes.first(count);
    FloatVector sum = Lanes.zero();
    for (int p = 0; p < pixels; p++) {
      sum = sum.add(Lanes.load(in + 4L * p * channels, mask));
    }
    Lanes.store(sum, to, mask);
  }

  private static void squares(long to, long in, long mean, int pixels, int channels, int count) {
    VectorMask<Float> mask = Lanes.first(count);
    FloatVector center = Lanes.load(mean, mask);
    FloatVector sum = Lanes.zero();
    for (int p = 0; p < pixels; p++) {
      FloatVector d = Lanes.load(in + 4L * p * channels, mask).sub(center);
      sum = d.fma(d, sum);
    }
    Lanes.store(sum, to, mask);
  }

  private static void scale(
      long out,
      long in,
      long mean,
      long rstd,
      long gamma,
      long beta,
      int pixels,
      int channels,
      int count) {
    VectorMask<Float> mask = Lanes.first(count);
    FloatVector center = Lanes.load(mean, mask);
    FloatVector factor = Lanes.load(rstd, mask).mul(Lanes.load(gamma, mask));
    FloatVector shift = Lanes.load(beta, mask);
    for (int p = 0; p < pixels; p++) {
      long at = 4L * p * channels;
      Lanes.store(Lanes.load(in + at, mask).sub(center).fma(factor, shift), out + at, mask);
    }
  }

  static void backward(
      long dIn,
      long dGamma,
      long dBeta,
      long dOut,
      long in,
      long mean,
      long rstd,
      long gamma,
      long sums,
      long products,
      int pixels,
      int channels,
      int size) {
    for (int c = 0; c < channels; c += Lanes.L) {
      long at = 4L * c;
      sums(sums + at, dOut + at, pixels, channels, lanes(channels, c));
      products(
          products + at,
          dOut + at,
          in + at,
          mean + at,
          rstd + at,
          pixels,
          channels,
          lanes(channels, c));
    }
    for (int c = 0; c < channels; c += size) {
      long at = 4L * c;
      settle(
          dGamma + at,
          dBeta + at,
          sums + at,
          products + at,
          gamma + at,
          size,
          pixels * (long) size);
    }
    for (int c = 0; c < channels; c += Lanes.L) {
      long at = 4L * c;
      slopes(
          dIn + at,
          dOut + at,
          in + at,
          mean + at,
          rstd + at,
          gamma + at,
          sums + at,
          products + at,
          pixels,
          channels,
          lanes(channels, c));
    }
  }

  private static void products(
      long to, long dOut, long in, long mean, long rstd, int pixels, int channels, int count) {
    VectorMask<Float> mask = Lanes.first(count);
    FloatVector center = Lanes.load(mean, mask);
    FloatVector sum = Lanes.zero();
    for (int p = 0; p < pixels; p++) {
      long at = 4L * p * channels;
      FloatVector d = Lanes.load(in + at, mask).sub(center);
      sum = Lanes.load(dOut + at, mask).fma(d, sum);
    }
    Lanes.store(sum.mul(Lanes.load(rstd, mask)), to, mask);
  }

  /** Adds a group's sums to dBeta and dGamma, and leaves the group's means of d·gamma instead. */
  private static void settle(
      long dGamma, long dBeta, long sums, long products, long gamma, int size, long elements) {
    double sum = 0;
    double product = 0;
    for (int c = 0; c < size; c++) {
      long at = 4L * c;
      float factor = Lanes.get(gamma + at);
      sum += (double) factor * Lanes.get(sums + at);
      product += (double) factor * Lanes.get(products + at);
      Lanes.set(dBeta + at, Lanes.get(dBeta + at) + Lanes.get(sums + at));
      Lanes.set(dGamma + at, Lanes.get(dGamma + at) + Lanes.get(products + at));
    }
    spread(sums, size, (float) (sum / elements));
    spread(products, size, (float) (product / elements));
  }

  /** dIn = rstd·(d·gamma − mean sum − normed·mean product). */
  private static void slopes(
      long dIn,
      long dOut,
      long in,
      long mean,
      long rstd,
      long gamma,
      long sums,
      long products,
      int pixels,
      int channels,
      int count) {
    VectorMask<Float> mask = Lanes.first(count);
    FloatVector center = Lanes.load(mean, mask);
    FloatVector factor = Lanes.load(rstd, mask);
    FloatVector weight = Lanes.load(gamma, mask).mul(factor);
    FloatVector sum = Lanes.load(sums, mask).mul(factor);
    FloatVector slope = Lanes.load(products, mask).mul(factor).mul(factor).neg();
    for (int p = 0; p < pixels; p++) {
      long at = 4L * p * channels;
      FloatVector d = Lanes.load(in + at, mask).sub(center);
      FloatVector from = Lanes.load(dOut + at, mask).mul(weight).sub(sum);
      Lanes.store(d.fma(slope, from), dIn + at, mask);
    }
  }
}
