package org.estafette.device.cuda;

import java.lang.foreign.MemorySegment;

/**
 * What is used of CUDA's driver API. Handles and device addresses are plain numbers. All functions
 * but those that ask for devices work in the context that the calling thread has made current.
 * Every failure is a {@link CudaException}.
 */
interface CudaDriver {
  int MULTIPROCESSORS = 16;
  int MAJOR = 75;
  int MINOR = 76;
  int SHARED_MEMORY_OPTIN = 97;

  /** Version of the driver API: 13010 is 13.1. */
  int version();

  /** GPUs. */
  int devices();

  String deviceName(int ordinal);

  int attribute(int attribute, int ordinal);

  /** Bytes of the GPU's memory. */
  long totalMemory(int ordinal);

  /**
   * The GPU's primary context, which all users in the process share. It is kept until the process
   * ends: cuBLAS works in it too, and is not made for a second one.
   */
  long retainContext(int ordinal);

  void makeCurrent(long context);

  /**
   * Loads compiled kernels.
   *
   * @param name the source's name, for messages
   */
  long loadModule(byte[] image, String name);

  void unloadModule(long module);

  /** 0 where the module has no such kernel. */
  long function(long module, String name);

  /** Lets a kernel be launched with up to so many bytes of dynamic shared memory. */
  void allowShared(long function, int bytes, String name);

  /**
   * Queues a kernel.
   *
   * @param parameters the parameters, each at its natural alignment
   * @param bytes of them
   * @param name for messages
   */
  void launch(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int block,
      int shared,
      long stream,
      MemorySegment parameters,
      int bytes,
      String name);

  long allocate(long bytes, String purpose);

  void free(long address);

  /** Bytes that are free on the GPU of the current context. */
  long freeMemory();

  void fill(long address, int word, long words, long stream);

  void copyToDevice(long to, long from, long bytes, long stream);

  void copyToHost(long to, long from, long bytes, long stream);

  void copyOnDevice(long to, long from, long bytes, long stream);

  /** Memory of the host that the GPU reads and writes directly. */
  long allocateHost(long bytes);

  void freeHost(long address);

  /** Makes memory of the host such memory. */
  void registerHost(long address, long bytes);

  void unregisterHost(long address);

  long createStream();

  void destroyStream(long stream);

  void synchronize(long stream);

  long createEvent();

  void destroyEvent(long event);

  void record(long event, long stream);

  /** What is queued on the stream from now on waits for the event. */
  void waitFor(long stream, long event);

  void synchronizeEvent(long event);

  /** Whether all that was recorded in the event is done; asks and does not wait. */
  boolean reached(long event);
}
