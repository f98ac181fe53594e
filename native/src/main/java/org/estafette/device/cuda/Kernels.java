package org.estafette.device.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The kernels, compiled for one GPU and loaded into its context. */
final class Kernels {
  /** Dynamic shared memory that a kernel may use without being allowed to. */
  private static final int ALWAYS_ALLOWED = 48 << 10;

  private final CudaDriver driver;
  private final int sharedLimit;
  private final Map<String, Kernel> kernels = new HashMap<>();
  private final List<Long> modules = new ArrayList<>();
  private final Map<String, Integer> allowed = new ConcurrentHashMap<>();

  /** A kernel that can be launched. */
  record Kernel(String name, long function) {}

  /**
   * Compiles and loads all kernels into the current context.
   *
   * @param sharedLimit most shared memory of a block
   */
  Kernels(CudaParts parts, int architecture, int sharedLimit) {
    this.driver = parts.driver();
    this.sharedLimit = sharedLimit;
    for (String file : KernelSources.FILES) {
      long module = driver.loadModule(parts.compiler().compile(file, architecture), file);
      modules.add(module);
      for (String name : KernelSources.kernels(file)) {
        long function = driver.function(module, name);
        if (function == 0) {
          throw new IllegalStateException(
              file + " was compiled without " + name + " (expected: it is in the source)");
        }
        kernels.put(name, new Kernel(name, function));
      }
    }
  }

  /** A kernel, ready to be launched with so much dynamic shared memory. */
  Kernel get(String name, int shared) {
    Kernel kernel = kernels.get(name);
    if (kernel == null) {
      throw new IllegalArgumentException("there is no kernel " + name);
    }
    if (shared > ALWAYS_ALLOWED && shared > allowed.getOrDefault(name, 0)) {
      allow(kernel, shared);
    }
    return kernel;
  }

  /** One thread at a time: what is allowed last holds, and must not be less than before. */
  private synchronized void allow(Kernel kernel, int shared) {
    if (shared > sharedLimit) {
      throw new IllegalArgumentException(
          "%s needs %,d bytes of shared memory (expected at most %,d on this GPU)"
              .formatted(kernel.name(), shared, sharedLimit));
    }
    if (shared > allowed.getOrDefault(kernel.name(), 0)) {
      driver.allowShared(kernel.function(), shared, kernel.name());
      allowed.put(kernel.name(), shared);
    }
  }

  /** Unloads them; their context must be current, and nothing of them be queued. */
  void close() {
    modules.forEach(driver::unloadModule);
    modules.clear();
  }
}
