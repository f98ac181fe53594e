package org.estafette.kernel;

/** {@link ImageKernels} as plain loops, with sums in float64. */
final class ImageKernelsScalar implements ImageKernels {
  private static float get(long base, long index) {
    return VectorsMemory.get(base + 4 * index);
  }

  private static void set(long base, long index, double value) {
    VectorsMemory.set(base + 4 * index, (float) value);
  }

  private static void add(long base, long index, double value) {
    set(base, index, get(base, index) + value);
  }

  @Override
  public String name() {
    return "scalar";
  }

  /** What is done with a number of a window and its place in the image; −1 is padding. */
  private interface Place {
    void at(int element, long index);
  }

  private static void window(Windows w, long which, Place place) {
    long image = which / w.count();
    int y = (int) (which % w.count()) / w.outWidth();
    int x = (int) (which % w.count()) % w.outWidth();
    int element = 0;
    for (int wy = 0; wy < w.windowHeight(); wy++) {
      for (int wx = 0; wx < w.windowWidth(); wx++) {
        int row = y * w.stride() - w.padding() + wy;
        int column = x * w.stride() - w.padding() + wx;
        boolean inside = row >= 0 && row < w.height() && column >= 0 && column < w.width();
        long pixel = (image * w.height() + row) * w.width() + column;
        for (int c = 0; c < w.channels(); c++) {
          place.at(element++, inside ? pixel * w.channels() + c : -1);
        }
      }
    }
  }

  @Override
  public void unfold(long patches, long in, Windows w, long from, int count) {
    for (int i = 0; i < count; i++) {
      long row = (long) i * w.windowSize();
      window(w, from + i, (e, at) -> set(patches, row + e, at < 0 ? 0 : get(in, at)));
    }
  }

  @Override
  public void fold(long in, long patches, Windows w, long from, int count) {
    for (int i = 0; i < count; i++) {
      long row = (long) i * w.windowSize();
      window(
          w,
          from + i,
          (e, at) -> {
            if (at >= 0) {
              add(in, at, get(patches, row + e));
            }
          });
    }
  }

  @Override
  public void maxPool(long out, long in, Windows w, int images) {
    for (long i = 0; i < (long) images * w.count(); i++) {
      long first = i * w.channels();
      window(
          w,
          i,
          (e, at) -> {
            long to = first + e % w.channels();
            set(out, to, e < w.channels() ? get(in, at) : Math.max(get(out, to), get(in, at)));
          });
    }
  }

  @Override
  public void maxPoolBackward(long dIn, long dOut, long out, long in, Windows w, int images) {
    zero(dIn, (long) images * w.imageSize());
    for (long i = 0; i < (long) images * w.count(); i++) {
      long first = i * w.channels();
      boolean[] given = new boolean[w.channels()];
      window(
          w,
          i,
          (e, at) -> {
            int c = e % w.channels();
            if (!given[c] && get(in, at) == get(out, first + c)) {
              given[c] = true;
              add(dIn, at, get(dOut, first + c));
            }
          });
    }
  }

  @Override
  public void averagePool(long out, long in, Windows w, int images) {
    for (long i = 0; i < (long) images * w.count(); i++) {
      double[] sums = new double[w.channels()];
      window(w, i, (e, at) -> sums[e % w.channels()] += get(in, at));
      for (int c = 0; c < w.channels(); c++) {
        set(out, i * w.channels() + c, sums[c] / (w.windowHeight() * w.windowWidth()));
      }
    }
  }

  @Override
  public void averagePoolBackward(long dIn, long dOut, Windows w, int images) {
    zero(dIn, (long) images * w.imageSize());
    double share = 1.0 / (w.windowHeight() * w.windowWidth());
    for (long i = 0; i < (long) images * w.count(); i++) {
      long first = i * w.channels();
      window(w, i, (e, at) -> add(dIn, at, share * get(dOut, first + e % w.channels())));
    }
  }

  private static void zero(long base, long count) {
    for (long i = 0; i < count; i++) {
      set(base, i, 0);
    }
  }

  @Override
  public void groupNorm(
      long out,
      long mean,
      long rstd,
      long in,
      long gamma,
      long beta,
      int images,
      int pixels,
      int channels,
      int groups) {
    int size = channels / groups;
    for (int i = 0; i < images; i++) {
      for (int g = 0; g < groups; g++) {
        long first = (long) i * pixels * channels + (long) g * size;
        double sum = 0;
        for (int e = 0; e < pixels * size; e++) {
          sum += get(in, first + (long) (e / size) * channels + e % size);
        }
        double mu = sum / (pixels * size);
        double squares = 0;
        for (int e = 0; e < pixels * size; e++) {
          double d = get(in, first + (long) (e / size) * channels + e % size) - mu;
          squares += d * d;
        }
        double scale = 1 / Math.sqrt(squares / (pixels * size) + RowKernelsScalar.EPSILON);
        for (int e = 0; e < pixels * size; e++) {
          long at = first + (long) (e / size) * channels + e % size;
          int c = g * size + e % size;
          set(out, at, (get(in, at) - mu) * scale * get(gamma, c) + get(beta, c));
        }
        for (int c = g * size; c < (g + 1) * size; c++) {
          set(mean, (long) i * channels + c, mu);
          set(rstd, (long) i * channels + c, scale);
        }
      }
    }
  }

  @Override
  public void groupNormBackward(
      long dIn,
      long dGamma,
      long dBeta,
      long dOut,
      long in,
      long mean,
      long rstd,
      long gamma,
      long scratch,
      int images,
      int pixels,
      int channels,
      int groups) {
    int size = channels / groups;
    for (int i = 0; i < images; i++) {
      for (int g = 0; g < groups; g++) {
        long first = (long) i * pixels * channels + (long) g * size;
        double mu = get(mean, (long) i * channels + (long) g * size);
        double scale = get(rstd, (long) i * channels + (long) g * size);
        double sum = 0;
        double product = 0;
        for (int e = 0; e < pixels * size; e++) {
          long at = first + (long) (e / size) * channels + e % size;
          int c = g * size + e % size;
          double normed = (get(in, at) - mu) * scale;
          sum += (double) get(dOut, at) * get(gamma, c);
          product += (double) get(dOut, at) * get(gamma, c) * normed;
          add(dBeta, c, get(dOut, at));
          add(dGamma, c, get(dOut, at) * normed);
        }
        for (int e = 0; e < pixels * size; e++) {
          long at = first + (long) (e / size) * channels + e % size;
          double normed = (get(in, at) - mu) * scale;
          double d = (double) get(dOut, at) * get(gamma, g * size + e % size);
          set(dIn, at, scale * (d - (sum + normed * product) / (pixels * size)));
        }
      }
    }
  }

  @Override
  public void relu(long x, long count) {
    for (long i = 0; i < count; i++) {
      set(x, i, Math.max(0, get(x, i)));
    }
  }
}
