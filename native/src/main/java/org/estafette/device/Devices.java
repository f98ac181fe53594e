package org.estafette.device;

import org.estafette.kernel.GemmProviders;
import org.estafette.kernel.RowKernels;

/** Opens devices by name. */
public final class Devices {
  private Devices() {}

  /**
   * Opens a device.
   *
   * @param name {@code auto} (the fastest there is), {@code cpu} or {@code cuda:N}
   * @throws IllegalArgumentException where there is no such device; the message says what to do
   */
  public static Device open(String name) {
    if (name.equals("auto") || name.equals("cpu")) {
      return new CpuDevice(GemmProviders.get(), RowKernels.best());
    }
    if (name.matches("cuda(:\\d+)?")) {
      throw new IllegalArgumentException(
          "device=" + name + ": this build has no CUDA device (expected auto or cpu)");
    }
    throw new IllegalArgumentException("device=" + name + " (expected auto, cpu or cuda:N)");
  }
}
