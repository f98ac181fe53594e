package org.estafette.kernel;

import static org.estafette.kernel.OuterKernelsVectorLoops.FLOATS;
import static org.estafette.kernel.OuterKernelsVectorLoops.WIDTH;
import static org.estafette.kernel.OuterKernelsVectorLoops.load;
import static org.estafette.kernel.OuterKernelsVectorLoops.store;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Sums over vectors and over elements. */
final class OuterKernelsVectorSums {
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final OuterKernelsScalar REFERENCE = new OuterKernelsScalar();

  /** Partial sums on their way out of the registers; one array for each thread. */
  private static final ThreadLocal<double[]> SUMS =
      ThreadLocal.withInitial(() -> new double[OuterKernels.LANES]);

  private OuterKernelsVectorSums() {}

  /** Four vectors of the sum at a time are held in registers while j runs over the operands. */
  static void weightedSum(long into, long from, long[] xs, double[] weights, int count, int n) {
    int step = 4 * WIDTH;
    int full = n - n % step;
    for (int i = 0; i < full; i += step) {
      weightedSum4(into, from + 4L * i, xs, weights, count);
    }
    for (int i = full; i < n; i++) {
      long o = from + 4L * i;
      float sum = 0;
      for (int j = 0; j < count; j++) {
        sum = Math.fma((float) weights[j], VectorsMemory.get(xs[j] + o), sum);
      }
      VectorsMemory.set(into + o, sum);
    }
  }

  private static void weightedSum4(long into, long o, long[] xs, double[] weights, int count) {
    long bytes = 4L * WIDTH;
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int j = 0; j < count; j++) {
      FloatVector w = FloatVector.broadcast(FLOATS, (float) weights[j]);
      long x = xs[j] + o;
      s0 = load(x).fma(w, s0);
      s1 = load(x + bytes).fma(w, s1);
      s2 = load(x + 2 * bytes).fma(w, s2);
      s3 = load(x + 3 * bytes).fma(w, s3);
    }
    store(s0, into + o);
    store(s1, into + o + bytes);
    store(s2, into + o + 2 * bytes);
    store(s3, into + o + 3 * bytes);
  }

  /** A finite number times 0 is 0; NaN and infinity become NaN, which no addition takes back. */
  static boolean isFinite(long x, int n) {
    FloatVector zero = FloatVector.zero(FLOATS);
    FloatVector s0 = zero;
    FloatVector s1 = zero;
    int step = 2 * WIDTH;
    int full = n - n % step;
    for (int i = 0; i < full; i += step) {
      long o = x + 4L * i;
      s0 = load(o).fma(zero, s0);
      s1 = load(o + 4L * WIDTH).fma(zero, s1);
    }
    return !s0.add(s1).test(VectorOperators.IS_NAN).anyTrue()
        && REFERENCE.isFinite(x + 4L * full, n - full);
  }

  static double dot(long a, long b, long length) {
    return switch (FLOATS.vectorBitSize()) {
      case 512 -> Wide.dot(a, b, length);
      case 256 -> Half.dot(a, b, length);
      default -> REFERENCE.dot(a, b, length);
    };
  }

  /** Adds the products from element {@code from} on, and then all partial sums. */
  private static double rest(double[] sums, long a, long b, long from, long length) {
    for (long i = from; i < length; i++) {
      sums[(int) (i - from)] +=
          (double) VectorsMemory.get(a + 4 * i) * VectorsMemory.get(b + 4 * i);
    }
    return OuterKernelsScalar.tree(sums);
  }

  /** The 32 partial sums as 4 vectors of 8. */
  private static final class Wide {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
    private static final VectorSpecies<Double> D = DoubleVector.SPECIES_512;

    private static DoubleVector widen(long address) {
      return (DoubleVector)
          FloatVector.fromMemorySegment(F, VectorsMemory.ALL, address, ORDER).castShape(D, 0);
    }

    static double dot(long a, long b, long length) {
      DoubleVector s0 = DoubleVector.zero(D);
      DoubleVector s1 = s0;
      DoubleVector s2 = s0;
      DoubleVector s3 = s0;
      long full = length - length % OuterKernels.LANES;
      for (long i = 0; i < full; i += OuterKernels.LANES) {
        long p = a + 4 * i;
        long q = b + 4 * i;
        s0 = widen(p).fma(widen(q), s0);
        s1 = widen(p + 32).fma(widen(q + 32), s1);
        s2 = widen(p + 64).fma(widen(q + 64), s2);
        s3 = widen(p + 96).fma(widen(q + 96), s3);
      }
      double[] sums = SUMS.get();
      s0.intoArray(sums, 0);
      s1.intoArray(sums, 8);
      s2.intoArray(sums, 16);
      s3.intoArray(sums, 24);
      return rest(sums, a, b, full, length);
    }
  }

  /** The 32 partial sums as 8 vectors of 4. */
  private static final class Half {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_128;
    private static final VectorSpecies<Double> D = DoubleVector.SPECIES_256;

    private static DoubleVector widen(long address) {
      return (DoubleVector)
          FloatVector.fromMemorySegment(F, VectorsMemory.ALL, address, ORDER).castShape(D, 0);
    }

    private static DoubleVector product(DoubleVector sum, long p, long q) {
      return widen(p).fma(widen(q), sum);
    }

    static double dot(long a, long b, long length) {
      DoubleVector s0 = DoubleVector.zero(D);
      DoubleVector s1 = s0;
      DoubleVector s2 = s0;
      DoubleVector s3 = s0;
      DoubleVector s4 = s0;
      DoubleVector s5 = s0;
      DoubleVector s6 = s0;
      DoubleVector s7 = s0;
      long full = length - length % OuterKernels.LANES;
      for (long i = 0; i < full; i += OuterKernels.LANES) {
        long p = a + 4 * i;
        long q = b + 4 * i;
        s0 = product(s0, p, q);
        s1 = product(s1, p + 16, q + 16);
        s2 = product(s2, p + 32, q + 32);
        s3 = product(s3, p + 48, q + 48);
        s4 = product(s4, p + 64, q + 64);
        s5 = product(s5, p + 80, q + 80);
        s6 = product(s6, p + 96, q + 96);
        s7 = product(s7, p + 112, q + 112);
      }
      double[] sums = SUMS.get();
      s0.intoArray(sums, 0);
      s1.intoArray(sums, 4);
      s2.intoArray(sums, 8);
      s3.intoArray(sums, 12);
      s4.intoArray(sums, 16);
      s5.intoArray(sums, 20);
      s6.intoArray(sums, 24);
      s7.intoArray(sums, 28);
      return rest(sums, a, b, full, length);
    }
  }
}
