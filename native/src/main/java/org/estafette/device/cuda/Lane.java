package org.estafette.device.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One thread's way to a GPU: a stream, in which its operations run in the order of their calls, a
 * handle of cuBLAS, pinned memory for small copies, and working space for both, allocated in one
 * piece before the first operation. Used by that thread only.
 */
final class Lane {
  private static final int PARAMETERS = 256;

  /**
   * Working space of operations. The backward pass of a layer norm needs 32 bytes for each element
   * of a row and each multiprocessor, which is the most; so this is enough for rows of 7,900 on 132
   * multiprocessors. An operation that needs more allocates it when it is first called.
   */
  private static final long SCRATCH = 32L << 20;

  final Gpu gpu;
  private final CudaDriver driver;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment parameters = arena.allocate(PARAMETERS, 16);
  private final long working;
  private long scratch;
  private long scratchBytes = SCRATCH;
  private int end;

  final Thread owner = Thread.currentThread();
  final long stream;
  final long blas;
  final Staging staging;

  Lane(Gpu gpu) {
    this.gpu = gpu;
    this.driver = gpu.parts.driver();
    long forBlas = forBlas(gpu.architecture);
    this.working = gpu.allocateBytes("working space of a thread", bytes(gpu.architecture));
    this.scratch = working + forBlas;
    long madeStream = 0;
    long madeBlas = 0;
    try {
      madeStream = driver.createStream();
      madeBlas = gpu.parts.blas().create(madeStream, working, forBlas);
      this.staging = new Staging(driver, madeStream);
    } catch (RuntimeException e) {
      if (madeBlas != 0) {
        gpu.parts.blas().destroy(madeBlas);
      }
      if (madeStream != 0) {
        driver.destroyStream(madeStream);
      }
      driver.free(working);
      arena.close();
      throw e;
    }
    this.stream = madeStream;
    this.blas = madeBlas;
  }

  /** Bytes of the GPU's memory that a lane takes. */
  static long bytes(int architecture) {
    return forBlas(architecture) + SCRATCH;
  }

  /** What NVIDIA recommends cuBLAS to be given: from Hopper on 32 MiB, before it 4 MiB. */
  private static long forBlas(int architecture) {
    return architecture >= 90 ? 32L << 20 : 4L << 20;
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
      freeGrown();
      scratch = working + bytes(gpu.architecture) - SCRATCH;
      scratchBytes = SCRATCH;
      long size = Long.highestOneBit(bytes - 1) << 1;
      scratch = gpu.allocateBytes("working space of a large operation", size);
      scratchBytes = size;
    }
    return scratch;
  }

  private void freeGrown() {
    if (scratchBytes > SCRATCH) {
      driver.free(scratch);
    }
  }

  void synchronize() {
    driver.synchronize(stream);
  }

  /** Gives all back; the owner must not be using it. */
  void close() {
    driver.synchronize(stream);
    staging.close();
    freeGrown();
    gpu.parts.blas().destroy(blas);
    driver.free(working);
    driver.destroyStream(stream);
    arena.close();
  }
}
