package org.estafette.device.cuda;

import java.lang.foreign.MemorySegment;

/**
 * Pinned memory that copies go through whose other end is not pinned: a few slots in turn, so that
 * the GPU copies one while the processor fills or empties another.
 */
final class Staging {
  private static final int SLOTS = 4;
  static final int SLOT = 2 << 20;
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private final CudaDriver driver;
  private final long stream;
  private final long memory;
  private final long[] events = new long[SLOTS];
  private int next;

  Staging(CudaDriver driver, long stream) {
    this.driver = driver;
    this.stream = stream;
    this.memory = driver.allocateHost((long) SLOTS * SLOT);
    for (int i = 0; i < SLOTS; i++) {
      events[i] = driver.createEvent();
      driver.record(events[i], stream);
    }
  }

  /** Copies memory of the host, which may be changed after the call, to the GPU. */
  void upload(MemorySegment source, long target) {
    long bytes = source.byteSize();
    for (long at = 0; at < bytes; at += SLOT) {
      long size = Math.min(SLOT, bytes - at);
      int slot = take();
      MemorySegment.copy(source, at, ALL, address(slot), size);
      driver.copyToDevice(target + at, address(slot), size, stream);
      driver.record(events[slot], stream);
    }
  }

  /** Copies from the GPU, after all that is queued, and waits until it is there. */
  void download(long source, MemorySegment target) {
    long bytes = target.byteSize();
    int first = next;
    long begun = 0;
    for (long done = 0; done < bytes; ) {
      while (begun < bytes && begun - done < (long) SLOTS * SLOT) {
        int slot = take();
        long size = Math.min(SLOT, bytes - begun);
        driver.copyToHost(address(slot), source + begun, size, stream);
        driver.record(events[slot], stream);
        begun += size;
      }
      driver.synchronizeEvent(events[first]);
      long size = Math.min(SLOT, bytes - done);
      MemorySegment.copy(ALL, address(first), target, done, size);
      first = (first + 1) % SLOTS;
      done += size;
    }
  }

  private int take() {
    int slot = next;
    next = (next + 1) % SLOTS;
    driver.synchronizeEvent(events[slot]);
    return slot;
  }

  private long address(int slot) {
    return memory + (long) slot * SLOT;
  }

  void close() {
    for (long event : events) {
      driver.destroyEvent(event);
    }
    driver.freeHost(memory);
  }
}
