package org.estafette.kernel;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Biases and activations by the Vector API, one row per call. Where an exponential is in the loop,
 * the last, incomplete vector has a method of its own: both in one would be too much for the JIT,
 * which then leaves calls in the loop and makes objects of vectors.
 */
final class RowKernelsVectorActivation {
  private RowKernelsVectorActivation() {}

  static void addBias(long x, long bias, int width) {
    int bound = Lanes.bound(width);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      Lanes.store(Lanes.load(x + at).add(Lanes.load(bias + at)), x + at);
    }
    if (bound < width) {
      long at = 4L * bound;
      VectorMask<Float> tail = Lanes.first(width - bound);
      Lanes.store(Lanes.load(x + at, tail).add(Lanes.load(bias + at, tail)), x + at, tail);
    }
  }

  /** dBias += column sums: four vectors of columns at a time, down all rows. */
  static void biasGradient(long dBias, long dOut, int rows, int width) {
    int i = 0;
    for (; i + 4 * Lanes.L <= width; i += 4 * Lanes.L) {
      columns4(dBias + 4L * i, dOut + 4L * i, rows, width);
    }
    for (; i < width; i += Lanes.L) {
      columns(dBias + 4L * i, dOut + 4L * i, rows, width, Math.min(Lanes.L, width - i));
    }
  }

  private static void columns4(long dBias, long d, int rows, int width) {
    FloatVector s0 = Lanes.load(dBias);
    FloatVector s1 = Lanes.load(dBias + Lanes.BYTES);
    FloatVector s2 = Lanes.load(dBias + 2L * Lanes.BYTES);
    FloatVector s3 = Lanes.load(dBias + 3L * Lanes.BYTES);
    for (int r = 0; r < rows; r++) {
      long at = d + 4L * r * width;
      s0 = s0.add(Lanes.load(at));
      s1 = s1.add(Lanes.load(at + Lanes.BYTES));
      s2 = s2.add(Lanes.load(at + 2L * Lanes.BYTES));
      s3 = s3.add(Lanes.load(at + 3L * Lanes.BYTES));
    }
    Lanes.store(s0, dBias);
    Lanes.store(s1, dBias + Lanes.BYTES);
    Lanes.store(s2, dBias + 2L * Lanes.BYTES);
    Lanes.store(s3, dBias + 3L * Lanes.BYTES);
  }

  private static void columns(long dBias, long d, int rows, int width, int count) {
    VectorMask<Float> mask = Lanes.F.indexInRange(0, count);
    FloatVector sum = Lanes.load(dBias, mask);
    for (int r = 0; r < rows; r++) {
      sum = sum.add(Lanes.load(d + 4L * r * width, mask));
    }
    Lanes.store(sum, dBias, mask);
  }

  /** In two passes over a row, which stays in the first-level cache: one would be too much. */
  static void biasGelu(long out, long x, long bias, int width) {
    geluGates(out, x, bias, width);
    geluOfGates(out, x, width);
  }

  /** x += bias, out = gate of x. */
  private static void geluGates(long out, long x, long bias, int width) {
    int bound = Lanes.bound(width);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector v = Lanes.load(x + at).add(Lanes.load(bias + at));
      Lanes.store(v, x + at);
      Lanes.store(Lanes.geluGate(v), out + at);
    }
    if (bound < width) {
      long at = 4L * bound;
      geluGatesTail(out + at, x + at, bias + at, width - bound);
    }
  }

  private static void geluGatesTail(long out, long x, long bias, int count) {
    VectorMask<Float> tail = Lanes.first(count);
    FloatVector v = Lanes.load(x, tail).add(Lanes.load(bias, tail));
    Lanes.store(v, x, tail);
    Lanes.store(Lanes.geluGate(v), out, tail);
  }

  /** out = x·out, x = slope, with the gates in out. */
  private static void geluOfGates(long out, long x, int width) {
    int bound = Lanes.bound(width);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector v = Lanes.load(x + at);
      FloatVector gate = Lanes.load(out + at);
      Lanes.store(v.mul(gate), out + at);
      Lanes.store(Lanes.geluSlope(v, gate), x + at);
    }
    if (bound < width) {
      long at = 4L * bound;
      VectorMask<Float> tail = Lanes.first(width - bound);
      FloatVector v = Lanes.load(x + at, tail);
      FloatVector gate = Lanes.load(out + at, tail);
      Lanes.store(v.mul(gate), out + at, tail);
      Lanes.store(Lanes.geluSlope(v, gate), x + at, tail);
    }
  }

  /**
   * d = d·slope, dBias += column sums of d, in one pass: so many columns at a time, down all rows.
   */
  static void geluBackward(long d, long dBias, long slope, int rows, int width) {
    int i = 0;
    for (; i + 4 * Lanes.L <= width; i += 4 * Lanes.L) {
      geluColumns4(d + 4L * i, dBias + 4L * i, slope + 4L * i, rows, width);
    }
    for (; i < width; i += Lanes.L) {
      int count = Math.min(Lanes.L, width - i);
      geluColumns(d + 4L * i, dBias + 4L * i, slope + 4L * i, rows, width, count);
    }
  }

  private static void geluColumns4(long d, long dBias, long slope, int rows, int width) {
    FloatVector s0 = Lanes.load(dBias);
    FloatVector s1 = Lanes.load(dBias + Lanes.BYTES);
    FloatVector s2 = Lanes.load(dBias + 2L * Lanes.BYTES);
    FloatVector s3 = Lanes.load(dBias + 3L * Lanes.BYTES);
    for (int r = 0; r < rows; r++) {
      long at = 4L * r * width;
      FloatVector d0 = Lanes.load(d + at).mul(Lanes.load(slope + at));
      Lanes.store(d0, d + at);
      s0 = s0.add(d0);
      at += Lanes.BYTES;
      FloatVector d1 = Lanes.load(d + at).mul(Lanes.load(slope + at));
      Lanes.store(d1, d + at);
      s1 = s1.add(d1);
      at += Lanes.BYTES;
      FloatVector d2 = Lanes.load(d + at).mul(Lanes.load(slope + at));
      Lanes.store(d2, d + at);
      s2 = s2.add(d2);
      at += Lanes.BYTES;
      FloatVector d3 = Lanes.load(d + at).mul(Lanes.load(slope + at));
      Lanes.store(d3, d + at);
      s3 = s3.add(d3);
    }
    Lanes.store(s0, dBias);
    Lanes.store(s1, dBias + Lanes.BYTES);
    Lanes.store(s2, dBias + 2L * Lanes.BYTES);
    Lanes.store(s3, dBias + 3L * Lanes.BYTES);
  }

  private static void geluColumns(long d, long dBias, long slope, int rows, int width, int count) {
    VectorMask<Float> mask = Lanes.F.indexInRange(0, count);
    FloatVector sum = Lanes.load(dBias, mask);
    for (int r = 0; r < rows; r++) {
      long at = 4L * r * width;
      FloatVector v = Lanes.load(d + at, mask).mul(Lanes.load(slope + at, mask));
      Lanes.store(v, d + at, mask);
      sum = sum.add(v);
    }
    Lanes.store(sum, dBias, mask);
  }

  static void biasRelu(long x, long bias, int width) {
    int bound = Lanes.bound(width);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      Lanes.store(Lanes.load(x + at).add(Lanes.load(bias + at)).max(0f), x + at);
    }
    if (bound < width) {
      long at = 4L * bound;
      VectorMask<Float> tail = Lanes.first(width - bound);
      Lanes.store(Lanes.load(x + at, tail).add(Lanes.load(bias + at, tail)).max(0f), x + at, tail);
    }
  }

  static void reluBackward(long d, long out, int count) {
    int bound = Lanes.bound(count);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      VectorMask<Float> open = Lanes.load(out + at).compare(GT, 0f);
      Lanes.store(Lanes.zero().blend(Lanes.load(d + at), open), d + at);
    }
    if (bound < count) {
      long at = 4L * bound;
      VectorMask<Float> tail = Lanes.first(count - bound);
      VectorMask<Float> open = Lanes.load(out + at, tail).compare(GT, 0f);
      Lanes.store(Lanes.zero().blend(Lanes.load(d + at, tail), open), d + at, tail);
    }
  }

  static void biasTanh(long x, long bias, int width) {
    int bound = Lanes.bound(width);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      Lanes.store(Lanes.tanh(Lanes.load(x + at).add(Lanes.load(bias + at))), x + at);
    }
    if (bound < width) {
      biasTanhTail(x + 4L * bound, bias + 4L * bound, width - bound);
    }
  }

  private static void biasTanhTail(long x, long bias, int count) {
    VectorMask<Float> tail = Lanes.first(count);
    Lanes.store(Lanes.tanh(Lanes.load(x, tail).add(Lanes.load(bias, tail))), x, tail);
  }

  static void tanhBackward(long d, long out, int count) {
    int bound = Lanes.bound(count);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector y = Lanes.load(out + at);
      Lanes.store(Lanes.load(d + at).mul(Lanes.all(1f).sub(y.mul(y))), d + at);
    }
    if (bound < count) {
      long at = 4L * bound;
      VectorMask<Float> tail = Lanes.first(count - bound);
      FloatVector y = Lanes.load(out + at, tail);
      Lanes.store(Lanes.load(d + at, tail).mul(Lanes.all(1f).sub(y.mul(y))), d + at, tail);
    }
  }
}
