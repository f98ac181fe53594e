package org.estafette.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Softmax rows and cross-entropy by the Vector API, one row per call. */
final class RowKernelsVectorSoftmax {
  private static final float LOWEST = Float.NEGATIVE_INFINITY;

  private RowKernelsVectorSoftmax() {}

  /** x = softmax(scale·x) over the first {@code length} columns, 0 in the others. */
  static void softmax(long x, int length, int columns, float scale) {
    int whole = Lanes.bound(length + Lanes.L - 1);
    if (whole <= columns && length > 0) {
      // The last vector is filled up with what becomes 0: no incomplete one is left to treat apart.
      if (whole > length) {
        long last = x + 4L * (whole - Lanes.L);
        VectorMask<Float> tail = Lanes.first(length - whole + Lanes.L);
        Lanes.store(Lanes.all(LOWEST).blend(Lanes.load(last, tail), tail), last);
      }
      normalize(x, whole, columns, scale);
    } else {
      normalize(x, length, columns, scale);
    }
  }

  private static void normalize(long x, int length, int columns, float scale) {
    float max = max(x, length);
    float sum = exponentials(x, x, length, max, scale);
    float factor = 1 / sum;
    int bound = Lanes.bound(length);
    for (int i = 0; i < bound; i += Lanes.L) {
      Lanes.store(Lanes.load(x + 4L * i).mul(factor), x + 4L * i);
    }
    if (bound < length) {
      VectorMask<Float> tail = Lanes.first(length - bound);
      Lanes.store(Lanes.load(x + 4L * bound, tail).mul(factor), x + 4L * bound, tail);
    }
    if (length < columns) {
      zero(x + 4L * length, columns - length);
    }
  }

  /** d = scale·p·(d − Σ p·d) over the first {@code length} columns, 0 in the others. */
  static void softmaxBackward(long d, long p, int length, int columns, float scale) {
    int bound = Lanes.bound(length);
    FloatVector sums = Lanes.zero();
    for (int i = 0; i < bound; i += Lanes.L) {
      sums = Lanes.load(p + 4L * i).fma(Lanes.load(d + 4L * i), sums);
    }
    VectorMask<Float> tail = Lanes.first(length - bound);
    if (bound < length) {
      sums = Lanes.load(p + 4L * bound, tail).fma(Lanes.load(d + 4L * bound, tail), sums);
    }
    FloatVector sum = Lanes.all(Lanes.sum(sums));
    FloatVector factor = Lanes.all(scale);
    for (int i = 0; i < bound; i += Lanes.L) {
      long at = 4L * i;
      FloatVector centered = Lanes.load(d + at).sub(sum);
      Lanes.store(centered.mul(Lanes.load(p + at).mul(factor)), d + at);
    }
    int done = length;
    if (bound < length) {
      long at = 4L * bound;
      FloatVector centered = Lanes.load(d + at, tail).sub(sum);
      // Beyond the row's length p is loaded as 0, and so is the result.
      FloatVector last = centered.mul(Lanes.load(p + at, tail).mul(factor));
      int whole = bound + Lanes.L;
      if (whole <= columns) {
        Lanes.store(last, d + at);
        done = whole;
      } else {
        Lanes.store(last, d + at, tail);
      }
    }
    if (done < columns) {
      zero(d + 4L * done, columns - done);
    }
  }

  static double crossEntropy(long logits, int target, int width) {
    float max = max(logits, width);
    float sum = sumOfExponentials(logits, width, max);
    return max + Math.log(sum) - Lanes.get(logits + 4L * target);
  }

  static double crossEntropyBackward(long logits, int target, int width, float gradientScale) {
    float right = Lanes.get(logits + 4L * target);
    float max = max(logits, width);
    float sum = exponentials(logits, logits, width, max, 1f);
    float factor = gradientScale / sum;
    int bound = Lanes.bound(width);
    for (int i = 0; i < bound; i += Lanes.L) {
      Lanes.store(Lanes.load(logits + 4L * i).mul(factor), logits + 4L * i);
    }
    if (bound < width) {
      VectorMask<Float> tail = Lanes.first(width - bound);
      long at = logits + 4L * bound;
      Lanes.store(Lanes.load(at, tail).mul(factor), at, tail);
    }
    long hit = logits + 4L * target;
    Lanes.set(hit, Lanes.get(hit) - gradientScale);
    return max + Math.log(sum) - right;
  }

  private static float max(long x, int length) {
    int bound = Lanes.bound(length);
    FloatVector max = Lanes.all(LOWEST);
    for (int i = 0; i < bound; i += Lanes.L) {
      max = Lanes.larger(max, Lanes.load(x + 4L * i));
    }
    if (bound < length) {
      VectorMask<Float> tail = Lanes.first(length - bound);
      max = max.blend(Lanes.larger(max, Lanes.load(x + 4L * bound, tail)), tail);
    }
    return Lanes.max(max);
  }

  /** out = exp(scale·(x − max)); returns its sum. */
  private static float exponentials(long out, long x, int length, float max, float scale) {
    int bound = Lanes.bound(length);
    FloatVector factor = Lanes.all(scale);
    FloatVector shift = Lanes.all(max);
    FloatVector sum = Lanes.zero();
    for (int i = 0; i < bound; i += Lanes.L) {
      // Subtracted first, nothing is above 0, however large the logits are.
      FloatVector e = Lanes.expOfNegative(Lanes.load(x + 4L * i).sub(shift).mul(factor));
      Lanes.store(e, out + 4L * i);
      sum = sum.add(e);
    }
    float rest = 0;
    if (bound < length) {
      rest = exponentialsTail(out + 4L * bound, x + 4L * bound, length - bound, max, scale);
    }
    return Lanes.sum(sum) + rest;
  }

  private static float exponentialsTail(long out, long x, int count, float max, float scale) {
    VectorMask<Float> tail = Lanes.first(count);
    FloatVector shifted = Lanes.load(x, tail).sub(max).mul(scale);
    FloatVector e = Lanes.expOfNegative(shifted);
    Lanes.store(e, out, tail);
    return Lanes.sum(Lanes.zero().blend(e, tail));
  }

  private static float sumOfExponentials(long x, int length, float max) {
    int bound = Lanes.bound(length);
    FloatVector shift = Lanes.all(max);
    FloatVector sum = Lanes.zero();
    for (int i = 0; i < bound; i += Lanes.L) {
      sum = sum.add(Lanes.expOfNegative(Lanes.load(x + 4L * i).sub(shift)));
    }
    float rest = 0;
    if (bound < length) {
      rest = sumOfExponentialsTail(x + 4L * bound, length - bound, max);
    }
    return Lanes.sum(sum) + rest;
  }

  private static float sumOfExponentialsTail(long x, int count, float max) {
    VectorMask<Float> tail = Lanes.first(count);
    FloatVector e = Lanes.expOfNegative(Lanes.load(x, tail).sub(max));
    return Lanes.sum(Lanes.zero().blend(e, tail));
  }

  private static void zero(long x, int count) {
    int bound = Lanes.bound(count);
    for (int i = 0; i < bound; i += Lanes.L) {
      Lanes.store(Lanes.zero(), x + 4L * i);
    }
    if (bound < count) {
      Lanes.store(Lanes.zero(), x + 4L * bound, Lanes.first(count - bound));
    }
  }
}
