package org.estafette.kernel;

import static org.estafette.kernel.OuterKernelsVectorLoops.FLOATS;
import static org.estafette.kernel.OuterKernelsVectorLoops.WIDTH;
import static org.estafette.kernel.OuterKernelsVectorLoops.load;
import static org.estafette.kernel.OuterKernelsVectorLoops.store;

import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Whole blocks of {@link BlockQuantizer}, bit for bit as it does them element by element. */
final class BlockQuantizerVector {
  private static final int BLOCK = BlockQuantizer.BLOCK;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, INTS.vectorShape());
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, INTS.vectorShape());
  private static final LongVector PLACES =
      LongVector.zero(LONGS).addIndex(1).mul(SplitMix64.GOLDEN);

  private BlockQuantizerVector() {}

  /** Whether vectors are as long as these loops need them. */
  static boolean possible() {
    return WIDTH == 8 || WIDTH == 16;
  }

  static int largest(long x) {
    IntVector largest = IntVector.zero(INTS);
    for (int i = 0; i < BLOCK; i += WIDTH) {
      IntVector bits = IntVector.fromMemorySegment(INTS, VectorsMemory.ALL, x + 4L * i, ORDER);
      largest = largest.max(bits.and(0x7fffffff));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  /** A vector of longs has the random numbers of two vectors of floats, in their order. */
  static void round(long x, float scale, float inverse, int above, long key, long group) {
    for (int i = 0; i < BLOCK; i += 2 * WIDTH) {
      LongVector z = PLACES.add(key + SplitMix64.GOLDEN * (group + i / 4 + 1));
      z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 30));
      z = z.mul(SplitMix64.FIRST);
      z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 27));
      z = z.mul(SplitMix64.SECOND);
      z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 31));
      ShortVector random = (ShortVector) z.reinterpretShape(SHORTS, 0);
      for (int half = 0; half < 2; half++) {
        long at = x + 4L * (i + half * WIDTH);
        IntVector sixteen =
            (IntVector) random.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, half);
        FloatVector up = toFloat(sixteen).mul(0x1p-16f).add(above);
        IntVector level = toInt(load(at).mul(inverse).add(up)).sub(above);
        store(toFloat(level).mul(scale), at);
      }
    }
  }

  private static FloatVector toFloat(IntVector v) {
    return (FloatVector) v.convertShape(VectorOperators.I2F, FLOATS, 0);
  }

  private static IntVector toInt(FloatVector v) {
    return (IntVector) v.convertShape(VectorOperators.F2I, INTS, 0);
  }

  /** Levels of 8 bits; false where an element is not on the grid. */
  static boolean pack(long x, float scale, float inverse, long to) {
    IntVector lost = IntVector.zero(INTS);
    for (int i = 0; i < BLOCK; i += WIDTH) {
      FloatVector v = load(x + 4L * i);
      IntVector level = toInt(v.mul(inverse));
      lost =
          lost.or(
              toFloat(level)
                  .mul(scale)
                  .reinterpretAsInts()
                  .lanewise(VectorOperators.XOR, v.reinterpretAsInts()));
      level
          .convertShape(VectorOperators.I2B, Bytes.SPECIES, 0)
          .intoMemorySegment(VectorsMemory.ALL, to + i, ORDER);
    }
    return lost.reduceLanes(VectorOperators.OR) == 0;
  }

  /** Levels of 8 bits, from the last one on. */
  static void unpack(long packed, float scale, long x) {
    for (int i = BLOCK - WIDTH; i >= 0; i -= WIDTH) {
      IntVector level =
          (IntVector)
              ByteVector.fromMemorySegment(Bytes.SPECIES, VectorsMemory.ALL, packed + i, ORDER)
                  .convertShape(VectorOperators.B2I, INTS, 0);
      store(toFloat(level).mul(scale), x + 4L * i);
    }
  }

  /** A byte for each float of a vector; there is none where vectors are shorter. */
  private static final class Bytes {
    static final VectorSpecies<Byte> SPECIES =
        VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * WIDTH));
  }
}
