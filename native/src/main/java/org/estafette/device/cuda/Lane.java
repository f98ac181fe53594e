package org.estafette.device.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One thread's way to a GPU: a stream, in which its operations run in the order of their calls, a
 * handle of cuBLAS, pinned memory for small copies, and working space. Used by that thread only.
 */
final class Lane {
  private static final int PARAMETERS = 256;

  /** Working space at first; the first operation that needs more makes it grow. */
  private static final long SCRATCH = 16L << 20;

  final Gpu gpu;
  private final CudaDriver driver;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment parameters = arena.allocate(PARAMETERS, 16);
  private long scratch;
  private long scratchBytes;
  private int end;

  final Thread owner = Thread.currentThread();
  final long stream;
  final long blas;
  final Staging staging;

  Lane(Gpu gpu) {
    this.gpu = gpu;
    this.driver = gpu.parts.driver();
    this.stream = driver.createStream();
    this.blas = gpu.parts.blas().create(stream);
    this.staging = new Staging(driver, stream);
  }

  /** Begins a launch's parameters. */
  Lane with(long address) {
    end = 0;
    return and(address);
  }

  /** The next parameter, an address or a long. */
  Lane and(long value) {
    end = (end + 7) & ~7;
    parameters.set(JAVA_LONG, end, value);
    end += Long.BYTES;
    return this;
  }

  /** The next parameter, an int. */
  Lane and(int value) {
    parameters.set(JAVA_INT, end, value);
    end += Integer.BYTES;
    return this;
  }

  /** The next parameter, a float. */
  Lane and(float value) {
    parameters.set(JAVA_FLOAT, end, value);
    end += Float.BYTES;
    return this;
  }

  /** The next parameter, 1 or 0. */
  Lane and(boolean value) {
    return and(value ? 1 : 0);
  }

  /** Queues a kernel with the parameters that were given. */
  void run(String kernel, int gridX, int gridY, int gridZ, int block, int shared) {
    Kernels.Kernel k = gpu.kernels.get(kernel, shared);
    driver.launch(
        k.function(), gridX, gridY, gridZ, block, shared, stream, parameters, end, kernel);
  }

  /** Queues a kernel that goes over {@code n} elements. */
  void runOver(String kernel, long n, boolean wide) {
    if (n > 0) {
      run(kernel, gpu.blocksFor(n, wide), 1, 1, Gpu.BLOCK, 0);
    }
  }

  /** Working space of at least so many bytes, whose content the next user overwrites. */
  long scratch(long bytes) {
    if (bytes > scratchBytes) {
      driver.synchronize(stream);
      if (scratch != 0) {
        driver.free(scratch);
        scratch = 0;
        scratchBytes = 0;
      }
      long size = Math.max(SCRATCH, Long.highestOneBit(Math.max(bytes - 1, 1)) << 1);
      scratch = gpu.allocateBytes("working space of operations", size);
      scratchBytes = size;
    }
    return scratch;
  }

  void synchronize() {
    driver.synchronize(stream);
  }

  /** Gives all back; the owner must not be using it. */
  void close() {
    driver.synchronize(stream);
    staging.close();
    if (scratch != 0) {
      driver.free(scratch);
    }
    gpu.parts.blas().destroy(blas);
    driver.destroyStream(stream);
    arena.close();
  }
}
