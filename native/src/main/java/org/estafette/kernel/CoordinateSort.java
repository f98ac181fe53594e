package org.estafette.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Order statistics of each coordinate of some vectors. A block of coordinates of all vectors is
 * sorted at a time, by a sorting network whose comparators work on whole rows: minima and maxima of
 * arrays, which the JIT turns into vector instructions. Used by one thread at a time; nothing is
 * allocated once it has seen as many vectors.
 */
public final class CoordinateSort {
  /** Coordinates of a block: with 16 vectors, 32 KB. */
  private static final int BLOCK = 512;

  private float[][] rows = new float[0][];
  private int[] network = {};
  private int networkOf;

  /**
   * into ← mean of what is left of each coordinate's values without the {@code trim} smallest and
   * the {@code trim} largest, added from the smallest on. {@code into} may be one of the xs. The
   * numbers are finite.
   *
   * @param xs addresses of {@code count} vectors
   * @param trim 0 <= trim, 2·trim < count
   */
  public void trimmedMean(long into, long[] xs, int count, int trim, long length) {
    reserve(count);
    float share = 1f / (count - 2 * trim);
    for (long done = 0; done < length; done += BLOCK) {
      int n = (int) Math.min(BLOCK, length - done);
      for (int j = 0; j < count; j++) {
        MemorySegment.copy(
            VectorsMemory.ALL, ValueLayout.JAVA_FLOAT, xs[j] + 4 * done, rows[j], 0, n);
      }
      sort(n);
      float[] sum = rows[trim];
      for (int j = trim + 1; j < count - trim; j++) {
        add(sum, rows[j], n);
      }
      if (count - 2 * trim > 1) {
        scale(sum, share, n);
      }
      MemorySegment.copy(sum, 0, VectorsMemory.ALL, ValueLayout.JAVA_FLOAT, into + 4 * done, n);
    }
  }

  private void reserve(int count) {
    if (rows.length < count) {
      int had = rows.length;
      rows = Arrays.copyOf(rows, count);
      for (int j = had; j < count; j++) {
        rows[j] = new float[BLOCK];
      }
    }
    if (networkOf != count) {
      network = network(count);
      networkOf = count;
    }
  }

  private void sort(int n) {
    for (int c = 0; c < network.length; c += 2) {
      exchange(rows[network[c]], rows[network[c + 1]], n);
    }
  }

  private static void exchange(float[] low, float[] high, int n) {
    for (int i = 0; i < n; i++) {
      float a = low[i];
      float b = high[i];
      low[i] = Math.min(a, b);
      high[i] = Math.max(a, b);
    }
  }

  private static void add(float[] sum, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] += x[i];
    }
  }

  private static void scale(float[] x, float a, int n) {
    for (int i = 0; i < n; i++) {
      x[i] *= a;
    }
  }

  /** Batcher's merge exchange (Knuth 5.2.2M) for any number of rows: pairs, the lower first. */
  static int[] network(int count) {
    int[] pairs = new int[Math.max(2, 2 * count * count)];
    int size = 0;
    int top = count <= 1 ? 0 : Integer.highestOneBit(count - 1);
    for (int p = top; p > 0; p /= 2) {
      int q = top;
      int r = 0;
      int d = p;
      while (true) {
        for (int i = 0; i < count - d; i++) {
          if ((i & p) == r) {
            pairs[size++] = i;
            pairs[size++] = i + d;
          }
        }
        if (q == p) {
          break;
        }
        d = q - p;
        q /= 2;
        r = p;
      }
    }
    return Arrays.copyOf(pairs, size);
  }
}
