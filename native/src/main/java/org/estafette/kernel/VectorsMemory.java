package org.estafette.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * All memory of the process as one segment that starts at address 0, so that a kernel takes plain
 * addresses: no segment object per operand, and one session check that is always the same.
 */
final class VectorsMemory {
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  private VectorsMemory() {}

  static float get(long address) {
    return ALL.get(F32, address);
  }

  static void set(long address, float value) {
    ALL.set(F32, address, value);
  }
}
