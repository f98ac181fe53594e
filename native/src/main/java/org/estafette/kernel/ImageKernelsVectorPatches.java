package org.estafette.kernel;

import jdk.incubator.vector.VectorMask;

/**
 * Unfolding and folding by the Vector API. A row of a window is one run of windowWidth·channels
 * numbers, cut where it reaches into the padding; so is a row of the image.
 */
final class ImageKernelsVectorPatches {
  private ImageKernelsVectorPatches() {}

  static void unfold(long patches, long in, Windows w, long from, int count) {
    int outWidth = w.outWidth();
    int outHeight = w.outHeight();
    int size = w.windowSize();
    long image = in + 4L * w.imageSize() * (from / w.count());
    int y = (int) (from % w.count()) / outWidth;
    int x = (int) (from % w.count()) % outWidth;
    long to = patches;
    for (int i = 0; i < count; i++) {
      unfold(to, image, w, y * w.stride() - w.padding(), x * w.stride() - w.padding());
      to += 4L * size;
      if (++x == outWidth) {
        x = 0;
        if (++y == outHeight) {
          y = 0;
          image += 4L * w.imageSize();
        }
      }
    }
  }

  private static void unfold(long to, long image, Windows w, int top, int left) {
    int channels = w.channels();
    int run = w.windowWidth() * channels;
    int before = Math.max(0, -left) * channels;
    int end = Math.min(w.windowWidth(), w.width() - left) * channels;
    long row = image + 4L * (top * w.width() + left) * channels;
    long at = to;
    for (int wy = 0; wy < w.windowHeight(); wy++) {
      if (top + wy < 0 || top + wy >= w.height()) {
        zero(at, run);
      } else {
        zero(at, before);
        copy(at + 4L * before, row + 4L * before, end - before);
        zero(at + 4L * end, run - end);
      }
      row += 4L * w.width() * channels;
      at += 4L * run;
    }
  }

  static void fold(long in, long patches, Windows w, long from, int count) {
    int outWidth = w.outWidth();
    int outHeight = w.outHeight();
    int size = w.windowSize();
    long image = in + 4L * w.imageSize() * (from / w.count());
    int y = (int) (from % w.count()) / outWidth;
    int x = (int) (from % w.count()) % outWidth;
    long patch = patches;
    for (int i = 0; i < count; i++) {
      fold(image, patch, w, y * w.stride() - w.padding(), x * w.stride() - w.padding());
      patch += 4L * size;
      if (++x == outWidth) {
        x = 0;
        if (++y == outHeight) {
          y = 0;
          image += 4L * w.imageSize();
        }
      }
    }
  }

  private static void fold(long image, long patch, Windows w, int top, int left) {
    int channels = w.channels();
    int run = w.windowWidth() * channels;
    int before = Math.max(0, -left) * channels;
    int end = Math.min(w.windowWidth(), w.width() - left) * channels;
    long row = image + 4L * (top * w.width() + left) * channels;
    long at = patch;
    for (int wy = 0; wy < w.windowHeight(); wy++) {
      if (top + wy >= 0 && top + wy < w.height()) {
        add(row + 4L * before, at + 4L * before, end - before);
      }
      row += 4L * w.width() * channels;
      at += 4L * run;
    }
  }

  private static void zero(long to, int count) {
    int bound = Lanes.bound(count);
    for (int i = 0; i < bound; i += Lanes.L) {
      Lanes.store(Lanes.zero(), to + 4L * i);
    }
    if (bound < count) {
      Lanes.store(Lanes.zero(), to + 4L * bound, Lanes.first(count - bound));
    }
  }

  private static void copy(long to, long from, int count) {
    int bound = Lanes.bound(count);
    for (int i = 0; i < bound; i += Lanes.L) {
      Lanes.store(Lanes.load(from + 4L * i), to + 4L * i);
    }
    if (bound < count) {
      VectorMask<Float> tail = Lanes.first(count - bound);
      Lanes.store(Lanes.load(from + 4L * bound, tail), to + 4L * bound, tail);
    }
  }

  private static void add(long to, long from, int count) {
    int bound = Lanes.bound(count);
    for (int i = 0; i < bound; i += Lanes.L) {
      Lanes.store(Lanes.load(to + 4L * i).add(Lanes.load(from + 4L * i)), to + 4L * i);
    }
    if (bound < count) {
      long at = 4L * bound;
      VectorMask<Float> tail = Lanes.first(count - bound);
      Lanes.store(Lanes.load(to + at, tail).add(Lanes.load(from + at, tail)), to + at, tail);
    }
  }
}
