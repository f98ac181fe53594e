package org.estafette.device.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** {@code libcuda}, the driver that comes with the GPU. */
final class CudaDriverLibrary implements CudaDriver {
  private static final int SHARED_BYTES = 8;
  private static final int NON_BLOCKING = 1;
  private static final int FOR_ALL_CONTEXTS = 1;
  private static final int DISABLE_TIMING = 2;
  private static final int NOT_READY = 600;

  private final Functions f;
  private final MethodHandle launch;
  private final MethodHandle toDevice;
  private final MethodHandle toHost;
  private final MethodHandle onDevice;
  private final MethodHandle fill;
  private final MethodHandle errorName;
  private final MethodHandle errorText;

  private CudaDriverLibrary(Binding b) throws CudaUnavailableException {
    this.errorName = b.link("cuGetErrorName", JAVA_INT, JAVA_LONG);
    this.errorText = b.link("cuGetErrorString", JAVA_INT, JAVA_LONG);
    this.f = new Functions(b);
    this.launch =
        b.link(
            "cuLaunchKernel",
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG);
    this.toDevice = b.link("cuMemcpyHtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    this.toHost = b.link("cuMemcpyDtoHAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    this.onDevice = b.link("cuMemcpyDtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    this.fill = b.link("cuMemsetD32Async", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  }

  /** Loads and initializes the driver. */
  static CudaDriverLibrary open(CudaLibraries.Found found) throws CudaUnavailableException {
    SymbolLookup symbols = found.open();
    CudaDriverLibrary driver = new CudaDriverLibrary(new Binding(symbols, found.toString()));
    try {
      driver.call(driver.f.init, "cuInit", "starting the driver", 0);
    } catch (CudaException e) {
      throw new CudaUnavailableException(
          "The driver in " + found + " finds no GPU that it can use (" + e.getMessage() + ").", e);
    }
    return driver;
  }

  private String meaning(int code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment slot = Binding.slot(arena);
      int _ = (int) errorName.invokeExact(code, slot.address());
      String name = Binding.text(slot.get(JAVA_LONG, 0));
      slot.set(JAVA_LONG, 0, 0);
      int _ = (int) errorText.invokeExact(code, slot.address());
      return name + " (" + Binding.text(slot.get(JAVA_LONG, 0)) + ")";
    } catch (Throwable e) {
      return "unknown";
    }
  }

  private void check(int code, String function, String doing) {
    if (code != 0) {
      throw new CudaException(function, code, meaning(code), doing);
    }
  }

  /** For calls that are seldom made. */
  private void call(MethodHandle handle, String function, String doing, Object... arguments) {
    int code;
    try {
      code = (int) handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw Binding.notCalled(function, e);
    }
    check(code, function, doing);
  }

  /** As {@link #call}, with a place for the result in front of the arguments. */
  private long ask(MethodHandle handle, String function, String doing, Object... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment slot = Binding.slot(arena);
      Object[] all = new Object[arguments.length + 1];
      all[0] = slot.address();
      System.arraycopy(arguments, 0, all, 1, arguments.length);
      call(handle, function, doing, all);
      return slot.get(JAVA_LONG, 0);
    }
  }

  @Override
  public int version() {
    return (int) ask(f.version, "cuDriverGetVersion", "asking for the driver's version");
  }

  @Override
  public int devices() {
    return (int) ask(f.count, "cuDeviceGetCount", "counting GPUs");
  }

  private int device(int ordinal) {
    return (int) ask(f.device, "cuDeviceGet", "looking for GPU " + ordinal, ordinal);
  }

  @Override
  public String deviceName(int ordinal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(256);
      call(
          f.name, "cuDeviceGetName", "naming GPU " + ordinal, text.address(), 255, device(ordinal));
      return text.getString(0, StandardCharsets.UTF_8);
    }
  }

  @Override
  public int attribute(int attribute, int ordinal) {
    String doing = "asking for attribute " + attribute + " of GPU " + ordinal;
    return (int) ask(f.attribute, "cuDeviceGetAttribute", doing, attribute, device(ordinal));
  }

  @Override
  public long totalMemory(int ordinal) {
    return ask(f.totalMemory, "cuDeviceTotalMem", "sizing GPU " + ordinal, device(ordinal));
  }

  @Override
  public long retainContext(int ordinal) {
    return ask(f.retain, "cuDevicePrimaryCtxRetain", "opening GPU " + ordinal, device(ordinal));
  }

  @Override
  public void makeCurrent(long context) {
    call(f.current, "cuCtxSetCurrent", "turning to a GPU", context);
  }

  @Override
  public long loadModule(byte[] image, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = Binding.chars(arena, image);
      return ask(f.load, "cuModuleLoadData", "loading " + name, copy.address());
    }
  }

  @Override
  public void unloadModule(long module) {
    call(f.unload, "cuModuleUnload", "unloading kernels", module);
  }

  @Override
  public long function(long module, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      try {
        return ask(
            f.function, "cuModuleGetFunction", "looking for " + name, module, text.address());
      } catch (CudaException e) {
        if (e.code() == 500) {
          return 0;
        }
        throw e;
      }
    }
  }

  @Override
  public void allowShared(long function, int bytes, String name) {
    call(
        f.setAttribute,
        "cuFuncSetAttribute",
        "giving " + name + " " + bytes + " bytes of shared memory",
        function,
        SHARED_BYTES,
        bytes);
  }

  /** Where a launch's parameters lie, in the driver's form; one for each thread. */
  private static final ThreadLocal<MemorySegment> EXTRA =
      ThreadLocal.withInitial(
          () -> Arena.ofAuto().allocate(MemoryLayout.sequenceLayout(6, JAVA_LONG)));

  @Override
  public void launch(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int block,
      int shared,
      long stream,
      MemorySegment parameters,
      int bytes,
      String name) {
    MemorySegment extra = EXTRA.get();
    extra.setAtIndex(JAVA_LONG, 0, 1); // CU_LAUNCH_PARAM_BUFFER_POINTER
    extra.setAtIndex(JAVA_LONG, 1, parameters.address());
    extra.setAtIndex(JAVA_LONG, 2, 2); // CU_LAUNCH_PARAM_BUFFER_SIZE
    extra.setAtIndex(JAVA_LONG, 3, extra.address() + 40);
    extra.setAtIndex(JAVA_LONG, 4, 0); // CU_LAUNCH_PARAM_END
    extra.setAtIndex(JAVA_LONG, 5, bytes);
    int code;
    try {
      code =
          (int)
              launch.invokeExact(
                  function, gridX, gridY, gridZ, block, 1, 1, shared, stream, 0L, extra.address());
    } catch (Throwable e) {
      throw Binding.notCalled("cuLaunchKernel", e);
    }
    if (code != 0) {
      check(
          code,
          "cuLaunchKernel",
          "starting %s with %d×%d×%d blocks of %d threads and %d bytes of shared memory"
              .formatted(name, gridX, gridY, gridZ, block, shared));
    }
  }

  @Override
  public long allocate(long bytes, String purpose) {
    return ask(f.allocate, "cuMemAlloc", "allocating " + bytes + " bytes for " + purpose, bytes);
  }

  @Override
  public void free(long address) {
    call(f.free, "cuMemFree", "giving memory back", address);
  }

  @Override
  public long freeMemory() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment total = Binding.slot(arena);
      return ask(f.memory, "cuMemGetInfo", "asking for free memory", total.address());
    }
  }

  @Override
  public void fill(long address, int word, long words, long stream) {
    int code;
    try {
      code = (int) fill.invokeExact(address, word, words, stream);
    } catch (Throwable e) {
      throw Binding.notCalled("cuMemsetD32Async", e);
    }
    check(code, "cuMemsetD32Async", "filling memory");
  }

  @Override
  public void copyToDevice(long to, long from, long bytes, long stream) {
    copy(toDevice, "cuMemcpyHtoDAsync", to, from, bytes, stream);
  }

  @Override
  public void copyToHost(long to, long from, long bytes, long stream) {
    copy(toHost, "cuMemcpyDtoHAsync", to, from, bytes, stream);
  }

  @Override
  public void copyOnDevice(long to, long from, long bytes, long stream) {
    copy(onDevice, "cuMemcpyDtoDAsync", to, from, bytes, stream);
  }

  private void copy(
      MethodHandle handle, String function, long to, long from, long bytes, long stream) {
    int code;
    try {
      code = (int) handle.invokeExact(to, from, bytes, stream);
    } catch (Throwable e) {
      throw Binding.notCalled(function, e);
    }
    check(code, function, "copying memory");
  }

  @Override
  public long allocateHost(long bytes) {
    return ask(f.allocateHost, "cuMemHostAlloc", "pinning " + bytes + " bytes", bytes, 0);
  }

  @Override
  public void freeHost(long address) {
    call(f.freeHost, "cuMemFreeHost", "giving pinned memory back", address);
  }

  @Override
  public void registerHost(long address, long bytes) {
    String doing = "pinning " + bytes + " bytes";
    call(f.register, "cuMemHostRegister", doing, address, bytes, FOR_ALL_CONTEXTS);
  }

  @Override
  public void unregisterHost(long address) {
    call(f.unregister, "cuMemHostUnregister", "unpinning memory", address);
  }

  @Override
  public long createStream() {
    return ask(f.createStream, "cuStreamCreate", "making a stream", NON_BLOCKING);
  }

  @Override
  public void destroyStream(long stream) {
    call(f.destroyStream, "cuStreamDestroy", "ending a stream", stream);
  }

  @Override
  public void synchronize(long stream) {
    call(f.synchronize, "cuStreamSynchronize", "waiting for what was queued before", stream);
  }

  @Override
  public long createEvent() {
    return ask(f.createEvent, "cuEventCreate", "making an event", DISABLE_TIMING);
  }

  @Override
  public void destroyEvent(long event) {
    call(f.destroyEvent, "cuEventDestroy", "ending an event", event);
  }

  @Override
  public void record(long event, long stream) {
    call(f.record, "cuEventRecord", "marking a place in a stream", event, stream);
  }

  @Override
  public void waitFor(long stream, long event) {
    call(f.waitEvent, "cuStreamWaitEvent", "ordering streams", stream, event, 0);
  }

  @Override
  public void synchronizeEvent(long event) {
    call(f.synchronizeEvent, "cuEventSynchronize", "waiting for a copy", event);
  }

  @Override
  public boolean reached(long event) {
    int code;
    try {
      code = (int) f.queryEvent.invokeExact(event);
    } catch (Throwable e) {
      throw Binding.notCalled("cuEventQuery", e);
    }
    if (code != NOT_READY) {
      check(code, "cuEventQuery", "asking for a copy");
    }
    return code != NOT_READY;
  }

  /** Functions that are called through {@link #call}. */
  private static final class Functions {
    final MethodHandle init;
    final MethodHandle version;
    final MethodHandle count;
    final MethodHandle device;
    final MethodHandle name;
    final MethodHandle attribute;
    final MethodHandle totalMemory;
    final MethodHandle retain;
    final MethodHandle current;
    final MethodHandle load;
    final MethodHandle unload;
    final MethodHandle function;
    final MethodHandle setAttribute;
    final MethodHandle allocate;
    final MethodHandle free;
    final MethodHandle memory;
    final MethodHandle allocateHost;
    final MethodHandle freeHost;
    final MethodHandle register;
    final MethodHandle unregister;
    final MethodHandle createStream;
    final MethodHandle destroyStream;
    final MethodHandle synchronize;
    final MethodHandle createEvent;
    final MethodHandle destroyEvent;
    final MethodHandle record;
    final MethodHandle waitEvent;
    final MethodHandle synchronizeEvent;
    final MethodHandle queryEvent;

    Functions(Binding b) throws CudaUnavailableException {
      init = b.link("cuInit", JAVA_INT);
      version = b.link("cuDriverGetVersion", JAVA_LONG);
      count = b.link("cuDeviceGetCount", JAVA_LONG);
      device = b.link("cuDeviceGet", JAVA_LONG, JAVA_INT);
      name = b.link("cuDeviceGetName", JAVA_LONG, JAVA_INT, JAVA_INT);
      attribute = b.link("cuDeviceGetAttribute", JAVA_LONG, JAVA_INT, JAVA_INT);
      totalMemory = b.link("cuDeviceTotalMem_v2", JAVA_LONG, JAVA_INT);
      retain = b.link("cuDevicePrimaryCtxRetain", JAVA_LONG, JAVA_INT);
      current = b.link("cuCtxSetCurrent", JAVA_LONG);
      load = b.link("cuModuleLoadData", JAVA_LONG, JAVA_LONG);
      unload = b.link("cuModuleUnload", JAVA_LONG);
      function = b.link("cuModuleGetFunction", JAVA_LONG, JAVA_LONG, JAVA_LONG);
      setAttribute = b.link("cuFuncSetAttribute", JAVA_LONG, JAVA_INT, JAVA_INT);
      allocate = b.link("cuMemAlloc_v2", JAVA_LONG, JAVA_LONG);
      free = b.link("cuMemFree_v2", JAVA_LONG);
      memory = b.link("cuMemGetInfo_v2", JAVA_LONG, JAVA_LONG);
      allocateHost = b.link("cuMemHostAlloc", JAVA_LONG, JAVA_LONG, JAVA_INT);
      freeHost = b.link("cuMemFreeHost", JAVA_LONG);
      register = b.link("cuMemHostRegister_v2", JAVA_LONG, JAVA_LONG, JAVA_INT);
      unregister = b.link("cuMemHostUnregister", JAVA_LONG);
      createStream = b.link("cuStreamCreate", JAVA_LONG, JAVA_INT);
      destroyStream = b.link("cuStreamDestroy_v2", JAVA_LONG);
      synchronize = b.link("cuStreamSynchronize", JAVA_LONG);
      createEvent = b.link("cuEventCreate", JAVA_LONG, JAVA_INT);
      destroyEvent = b.link("cuEventDestroy_v2", JAVA_LONG);
      record = b.link("cuEventRecord", JAVA_LONG, JAVA_LONG);
      waitEvent = b.link("cuStreamWaitEvent", JAVA_LONG, JAVA_LONG, JAVA_INT);
      synchronizeEvent = b.link("cuEventSynchronize", JAVA_LONG);
      queryEvent = b.link("cuEventQuery", JAVA_LONG);
    }
  }
}
