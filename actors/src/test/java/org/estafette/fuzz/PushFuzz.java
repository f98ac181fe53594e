package org.estafette.fuzz;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.estafette.kernel.BlockQuantizer;

/**
 * Packed pushes: the bytes of one are unpacked to numbers that are packed and unpacked to the same,
 * or they are refused; nothing is written beside the vector.
 */
public final class PushFuzz {
  private static final long GUARD = 0x5AFEC0DE5AFEC0DEL;

  private PushFuzz() {}

  /** A byte that chooses the bits, then packed bytes; those that are missing are 0. */
  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    BlockQuantizer quantizer = BlockQuantizer.of((data[0] & 1) == 0 ? 8 : 4);
    int length = Math.min(2000, data.length);
    int bytes = (int) quantizer.packedBytes(length);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment x = guarded(arena, length);
      MemorySegment again = guarded(arena, length);
      MemorySegment.copy(data, 1, x, ValueLayout.JAVA_BYTE, 8, Math.min(data.length - 1, bytes));
      try {
        quantizer.unpack(x.address() + 8, length, x.address() + 8);
      } catch (IllegalArgumentException e) {
        check(x);
        return;
      }
      // What has the lowest level in a block of the largest scale is on no grid.
      if (quantizer.pack(x.address() + 8, length, again.address() + 8)) {
        quantizer.unpack(again.address() + 8, length, again.address() + 8);
        if (x.mismatch(again) >= 0) {
          throw new IllegalStateException("packed and unpacked, byte " + x.mismatch(again));
        }
      }
      check(x);
      check(again);
    }
  }

  private static MemorySegment guarded(Arena arena, int length) {
    MemorySegment m = arena.allocate(16 + 4L * length, 64);
    m.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, GUARD);
    m.set(ValueLayout.JAVA_LONG_UNALIGNED, 8 + 4L * length, GUARD);
    return m;
  }

  private static void check(MemorySegment m) {
    if (m.get(ValueLayout.JAVA_LONG_UNALIGNED, 0) != GUARD
        || m.get(ValueLayout.JAVA_LONG_UNALIGNED, m.byteSize() - 8) != GUARD) {
      throw new IllegalStateException("written beside a vector of " + (m.byteSize() - 16) / 4);
    }
  }

  static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int n : new int[] {1, 2, 257, 600}) {
      byte[] seed = new byte[n];
      for (int i = 0; i < n; i++) {
        // Every byte a scale in the middle, or a level.
        seed[i] = (byte) (100 + i % 30);
      }
      seeds.add(seed);
    }
    return seeds;
  }
}
