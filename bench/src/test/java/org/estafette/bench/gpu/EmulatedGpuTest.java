package org.estafette.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import org.estafette.device.ComputePrecision;
import org.estafette.device.Device;
import org.estafette.device.cuda.Emulation;
import org.junit.jupiter.api.Test;

/** The kernels as they are, compiled by g++ and run by the CPU. */
class EmulatedGpuTest extends GpuContract {
  private static final long MEMORY = 1L << 30;

  @Override
  Device open(ComputePrecision precision) {
    return emulation(0).open(precision);
  }

  static Emulation emulation(int order) {
    assumeTrue(
        Emulation.possible(),
        "skipped: GPU kernels are emulated with g++ on x86-64 Linux, and there is none here");
    return new Emulation(MEMORY, order);
  }

  @Test
  void everyKernelShouldBeRunByTheCasesAndAllMemoryGivenBack() {
    Emulation emulation = emulation(1);
    for (ComputePrecision precision : ComputePrecision.values()) {
      try (Device device = emulation.open(precision)) {
        Correctness correctness = new Correctness(device, precision);
        assertThat(correctness.operations(7)).allMatch(Agreement::holds);
        assertThat(correctness.models(7)).allMatch(Agreement::holds);
      }
    }
    assertThat(emulation.ran()).doesNotContainValue(0);
    assertThat(emulation.used()).isZero();
    assertThat(Map.copyOf(emulation.ran())).isNotEmpty();
  }
}
