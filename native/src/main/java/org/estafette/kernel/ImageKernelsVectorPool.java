package org.estafette.kernel;

import static jdk.incubator.vector.VectorOperators.EQ;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Pooling and ReLU by the Vector API, one window and one vector of channels at a time. */
final class ImageKernelsVectorPool {
  private ImageKernelsVectorPool() {}

  /** What is done with the window that begins at {@code in}, and its place in the output. */
  private enum Kind {
    MAX,
    MAX_BACKWARD,
    AVERAGE,
    AVERAGE_BACKWARD
  }

  static void maxPool(long out, long in, Windows w, int images) {
    pool(Kind.MAX, out, 0, in, 0, w, images);
  }

  static void maxPoolBackward(long dIn, long dOut, long out, long in, Windows w, int images) {
    pool(Kind.MAX_BACKWARD, out, dOut, in, dIn, w, images);
  }

  static void averagePool(long out, long in, Windows w, int images) {
    pool(Kind.AVERAGE, out, 0, in, 0, w, images);
  }

  static void averagePoolBackward(long dIn, long dOut, Windows w, int images) {
    pool(Kind.AVERAGE_BACKWARD, 0, dOut, 0, dIn, w, images);
  }

  private static void pool(
      Kind kind, long out, long dOut, long in, long dIn, Windows w, int images) {
    int channels = w.channels();
    int rows = w.windowHeight();
    int run = w.windowWidth() * channels;
    int step = w.width() * channels;
    float share = 1f / (w.windowHeight() * w.windowWidth());
    long to = 0;
    for (int i = 0; i < images; i++) {
      for (int y = 0; y < w.outHeight(); y++) {
        for (int x = 0; x < w.outWidth(); x++) {
          long pixel = ((long) i * w.height() + y * w.stride()) * w.width() + x * w.stride();
          long from = 4 * pixel * channels;
          for (int c = 0; c < channels; c += Lanes.L) {
            int lanes = Math.min(Lanes.L, channels - c);
            long a = to + 4L * c;
            long b = from + 4L * c;
            switch (kind) {
              case MAX -> max(out + a, in + b, rows, run, step, channels, lanes);
              case MAX_BACKWARD ->
                  give(dIn + b, dOut + a, out + a, in + b, rows, run, step, channels, lanes);
              case AVERAGE -> mean(out + a, in + b, rows, run, step, channels, lanes, share);
              case AVERAGE_BACKWARD ->
                  spread(dIn + b, dOut + a, rows, run, step, channels, lanes, share);
            }
          }
          to += 4L * channels;
        }
      }
    }
  }

  private static void max(long out, long in, int rows, int run, int step, int channels, int lanes) {
    VectorMask<Float> mask = Lanes.first(lanes);
    FloatVector most = Lanes.load(in, mask);
    for (int r = 0; r < rows; r++) {
      long row = in + 4L * r * step;
      for (int i = 0; i < run; i += channels) {
        most = most.max(Lanes.load(row + 4L * i, mask));
      }
    }
    Lanes.store(most, out, mask);
  }

  /** What has been given to the first of the largest is not there for the next: zero is left. */
  private static void give(
      long dIn,
      long dOut,
      long out,
      long in,
      int rows,
      int run,
      int step,
      int channels,
      int lanes) {
    VectorMask<Float> mask = Lanes.first(lanes);
    FloatVector most = Lanes.load(out, mask);
    FloatVector left = Lanes.load(dOut, mask);
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < run; i += channels) {
        long at = 4L * (r * step + i);
        VectorMask<Float> here = Lanes.load(in + at, mask).compare(EQ, most);
        FloatVector given = Lanes.zero().blend(left, here);
        Lanes.store(Lanes.load(dIn + at, mask).add(given), dIn + at, mask);
        left = left.blend(0f, here);
      }
    }
  }

  private static void mean(
      long out, long in, int rows, int run, int step, int channels, int lanes, float share) {
    VectorMask<Float> mask = Lanes.first(lanes);
    FloatVector sum = Lanes.zero();
    for (int r = 0; r < rows; r++) {
      long row = in + 4L * r * step;
      for (int i = 0; i < run; i += channels) {
        sum = sum.add(Lanes.load(row + 4L * i, mask));
      }
    }
    Lanes.store(sum.mul(share), out, mask);
  }

  private static void spread(
      long dIn, long dOut, int rows, int run, int step, int channels, int lanes, float share) {
    VectorMask<Float> mask = Lanes.first(lanes);
    FloatVector d = Lanes.load(dOut, mask).mul(share);
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < run; i += channels) {
        long at = dIn + 4L * (r * step + i);
        Lanes.store(Lanes.load(at, mask).add(d), at, mask);
      }
    }
  }

  static void relu(long x, int count) {
    int bound = Lanes.bound(count);
    for (int i = 0; i < bound; i += Lanes.L) {
      Lanes.store(Lanes.load(x + 4L * i).max(0f), x + 4L * i);
    }
    if (bound < count) {
      VectorMask<Float> tail = Lanes.first(count - bound);
      Lanes.store(Lanes.load(x + 4L * bound, tail).max(0f), x + 4L * bound, tail);
    }
  }
}
