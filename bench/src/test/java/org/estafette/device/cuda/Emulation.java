package org.estafette.device.cuda;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.estafette.device.ComputePrecision;
import org.estafette.device.Device;

/** A {@link CudaDevice} on a machine without a GPU: the same kernels, run by the CPU. */
public final class Emulation {
  private final EmulatedDriver driver;
  final CudaParts parts;

  /**
   * @param bytes of each emulated GPU's memory
   * @param order 0 or 1: two orders in which threads and blocks run
   */
  public Emulation(long bytes, int order) {
    driver = new EmulatedDriver(bytes, order);
    KernelCompiler compiler =
        new KernelCompiler() {
          @Override
          public byte[] compile(String file, int architecture) {
            return file.getBytes(StandardCharsets.UTF_8);
          }

          @Override
          public String description() {
            return "g++";
          }
        };
    parts = new CudaParts(driver, compiler, new EmulatedBlas(driver));
  }

  /** Whether this machine can emulate. */
  public static boolean possible() {
    return EmulatedKernels.possible();
  }

  /** A device on the first emulated GPU. */
  public Device open(ComputePrecision precision) {
    return open(0, precision);
  }

  /** A device on the first or the second emulated GPU. */
  public Device open(int ordinal, ComputePrecision precision) {
    return new CudaDevice(parts, ordinal, precision);
  }

  /** Names of all kernels, with how often each was run. */
  public Map<String, Integer> ran() {
    Map<String, Integer> all = new TreeMap<>();
    KernelSources.FILES.forEach(f -> KernelSources.kernels(f).forEach(k -> all.put(k, 0)));
    all.putAll(driver.ran);
    return all;
  }

  /** Pieces of memory that were ever allocated. */
  public int allocations() {
    return driver.allocations;
  }

  /** Bytes of one GPU that are not given back. */
  public long used(int ordinal) {
    return driver.used(ordinal);
  }

  /** Bytes of the GPUs that are not given back. */
  public long used() {
    return driver.used();
  }
}
