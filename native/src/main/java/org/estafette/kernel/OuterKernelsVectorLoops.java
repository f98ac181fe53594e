package org.estafette.kernel;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Plain elementwise loops; {@code n} is in elements, the tail goes to the scalar reference. */
final class OuterKernelsVectorLoops {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final int WIDTH = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final OuterKernelsScalar TAIL = new OuterKernelsScalar();

  private OuterKernelsVectorLoops() {}

  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(FLOATS, VectorsMemory.ALL, address, ORDER);
  }

  static void store(FloatVector v, long address) {
    v.intoMemorySegment(VectorsMemory.ALL, address, ORDER);
  }

  static void fill(long x, int n, float value) {
    FloatVector v = FloatVector.broadcast(FLOATS, value);
    int full = n - n % WIDTH;
    for (int i = 0; i < full; i += WIDTH) {
      store(v, x + 4L * i);
    }
    TAIL.fill(x + 4L * full, n - full, value);
  }

  static void scale(long x, int n, float a) {
    FloatVector factor = FloatVector.broadcast(FLOATS, a);
    int full = n - n % WIDTH;
    for (int i = 0; i < full; i += WIDTH) {
      long o = 4L * i;
      store(load(x + o).mul(factor), x + o);
    }
    TAIL.scale(x + 4L * full, n - full, a);
  }

  static void axpy(long y, long x, int n, float a) {
    FloatVector factor = FloatVector.broadcast(FLOATS, a);
    int full = n - n % WIDTH;
    for (int i = 0; i < full; i += WIDTH) {
      long o = 4L * i;
      store(load(x + o).fma(factor, load(y + o)), y + o);
    }
    TAIL.axpy(y + 4L * full, x + 4L * full, n - full, a);
  }

  static void difference(long into, long a, long b, int n) {
    int full = n - n % WIDTH;
    for (int i = 0; i < full; i += WIDTH) {
      long o = 4L * i;
      store(load(a + o).sub(load(b + o)), into + o);
    }
    long o = 4L * full;
    TAIL.difference(into + o, a + o, b + o, n - full);
  }

  static void delayCompensate(long g, long now, long atPull, int n, float lambda) {
    FloatVector factor = FloatVector.broadcast(FLOATS, lambda);
    int full = n - n % WIDTH;
    for (int i = 0; i < full; i += WIDTH) {
      long o = 4L * i;
      FloatVector d = load(g + o);
      FloatVector moved = load(now + o).sub(load(atPull + o));
      store(factor.mul(d).mul(d).fma(moved, d), g + o);
    }
    long o = 4L * full;
    TAIL.delayCompensate(g + o, now + o, atPull + o, n - full, lambda);
  }
}
