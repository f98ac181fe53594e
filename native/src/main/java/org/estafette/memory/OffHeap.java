package org.estafette.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * Zeroed memory outside the heap, aligned to {@value #ALIGNMENT} bytes, given back when it is
 * garbage.
 *
 * <p>Small pieces are cut from shared slabs: a simulation holds thousands of vectors of a few
 * elements each, and a cleaner, an allocation and a reservation for every one of them would cost
 * far more than their content. A slab lives as long as any piece of it.
 */
final class OffHeap {
  static final long ALIGNMENT = 64;
  private static final long SLAB = 1 << 18;
  private static final long LARGEST_PIECE = SLAB / 16;
  private static final Object LOCK = new Object();

  private static SegmentAllocator slab = SegmentAllocator.slicingAllocator(newSlab());
  private static long left = SLAB;

  private OffHeap() {}

  static MemorySegment allocate(long bytes) {
    if (bytes > LARGEST_PIECE) {
      return Arena.ofAuto().allocate(bytes, ALIGNMENT);
    }
    long taken = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    synchronized (LOCK) {
      if (taken > left) {
        slab = SegmentAllocator.slicingAllocator(newSlab());
        left = SLAB;
      }
      left -= taken;
      return slab.allocate(bytes, ALIGNMENT);
    }
  }

  private static MemorySegment newSlab() {
    return Arena.ofAuto().allocate(SLAB, ALIGNMENT);
  }
}
