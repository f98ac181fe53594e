package org.estafette.bench.outer;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.estafette.memory.Float32Vector;

/**
 * McCalpin's STREAM triad, a ← b + s·c, in float32 by the Vector API: the yardstick of memory
 * bandwidth. It counts two reads and one write per element, as STREAM does, although a cache also
 * reads the line that it is about to overwrite.
 */
final class StreamTriad {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private StreamTriad() {}

  static double bytes(long length) {
    return 3.0 * Float.BYTES * length;
  }

  /**
   * Lengths are a multiple of the vector width, up to what an int counts in bytes is walked in
   * chunks.
   */
  static void run(Float32Vector a, Float32Vector b, Float32Vector c, float s) {
    int chunk = 1 << 24;
    for (long done = 0; done < a.length(); done += chunk) {
      long n = Math.min(chunk, a.length() - done);
      triad(part(a, done, n), part(b, done, n), part(c, done, n), (int) n, s);
    }
  }

  private static MemorySegment part(Float32Vector v, long from, long n) {
    return v.segment().asSlice(from * Float.BYTES, n * Float.BYTES);
  }

  private static void triad(MemorySegment a, MemorySegment b, MemorySegment c, int n, float s) {
    FloatVector factor = FloatVector.broadcast(FLOATS, s);
    int full = n - n % FLOATS.length();
    for (int i = 0; i < full; i += FLOATS.length()) {
      long o = 4L * i;
      FloatVector bi = FloatVector.fromMemorySegment(FLOATS, b, o, ORDER);
      FloatVector ci = FloatVector.fromMemorySegment(FLOATS, c, o, ORDER);
      ci.fma(factor, bi).intoMemorySegment(a, o, ORDER);
    }
  }
}
