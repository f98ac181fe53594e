package org.estafette.device;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An arena in main memory. On Linux it is mapped in huge pages where the kernel grants them: a
 * training step walks through all of it, and with 4-KiB pages a noticeable part of the time goes
 * into address translation.
 */
final class CpuMemory implements DeviceArena {
  private static final long HUGE_PAGE = 2L << 20;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;

  private final DeviceVector all;
  private final @Nullable Arena arena;
  private final long mapped;
  private final long mappedBytes;
  private final AtomicBoolean closed = new AtomicBoolean();

  private CpuMemory(DeviceVector all, @Nullable Arena arena, long mapped, long mappedBytes) {
    this.all = all;
    this.arena = arena;
    this.mapped = mapped;
    this.mappedBytes = mappedBytes;
  }

  static CpuMemory allocate(String purpose, long elements) {
    long bytes = Math.multiplyExact(Math.max(elements, 16), (long) Float.BYTES);
    long available = availableBytes();
    if (bytes > available) {
      throw new DeviceMemoryException(
          "cpu: %s needs %,d bytes, and %,d bytes are available (expected at most that; take a"
                  .formatted(purpose, bytes, available)
              + " smaller batch, fewer workers or a smaller model)");
    }
    if (bytes >= HUGE_PAGE && Mapping.AVAILABLE) {
      long whole = Math.addExact(bytes, HUGE_PAGE);
      long start = Mapping.map(whole);
      if (start != -1) {
        long aligned = (start + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
        Mapping.adviseHuge(aligned, bytes);
        return new CpuMemory(new DeviceVector(aligned, elements), null, start, whole);
      }
    }
    Arena arena = Arena.ofShared();
    try {
      MemorySegment segment = arena.allocate(bytes, 64);
      return new CpuMemory(new DeviceVector(segment.address(), elements), arena, 0, 0);
    } catch (OutOfMemoryError e) {
      arena.close();
      throw new DeviceMemoryException(
          "cpu: %s needs %,d bytes outside the heap (%s)"
              .formatted(purpose, bytes, e.getMessage()));
    }
  }

  @Override
  public DeviceVector all() {
    return all;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      if (arena != null) {
        arena.close();
      } else {
        Mapping.unmap(mapped, mappedBytes);
      }
    }
  }

  /** What the kernel says can be had without swapping; without such a statement, no limit. */
  private static long availableBytes() {
    Path info = Path.of("/proc/meminfo");
    if (!Files.isReadable(info)) {
      return Long.MAX_VALUE;
    }
    try {
      for (String line : Files.readAllLines(info)) {
        if (line.startsWith("MemAvailable:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
    return Long.MAX_VALUE;
  }

  /** The three calls of Linux. */
  private static final class Mapping {
    static final boolean AVAILABLE = "Linux".equals(System.getProperty("os.name"));
    private static final MethodHandle MMAP =
        link(
            "mmap",
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MADVISE =
        link("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MUNMAP =
        link("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

    private static MethodHandle link(String name, FunctionDescriptor descriptor) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    static long map(long bytes) {
      try {
        return (long) MMAP.invokeExact(0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      } catch (Throwable e) {
        throw new IllegalStateException("mmap could not be called", e);
      }
    }

    /** A refusal only costs speed. */
    static void adviseHuge(long address, long bytes) {
      try {
        int _ = (int) MADVISE.invokeExact(address, bytes, MADV_HUGEPAGE);
      } catch (Throwable e) {
        throw new IllegalStateException("madvise could not be called", e);
      }
    }

    static void unmap(long address, long bytes) {
      int status;
      try {
        status = (int) MUNMAP.invokeExact(address, bytes);
      } catch (Throwable e) {
        throw new IllegalStateException("munmap could not be called", e);
      }
      if (status != 0) {
        throw new IllegalStateException("munmap of " + bytes + " bytes failed: status=" + status);
      }
    }
  }
}
