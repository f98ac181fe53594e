package org.estafette.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.FutureTask;
import org.estafette.device.ComputePrecision;
import org.estafette.device.DeviceMemoryException;
import org.junit.jupiter.api.Test;

class LaneTest {
  private static final long MIB = 1 << 20;

  @Test
  void workingSpaceShouldGrowForALargeOperationAndAllBeGivenBack() {
    assumeTrue(Emulation.possible(), "skipped: GPU kernels are emulated with g++");
    Emulation emulation = new Emulation(1 << 30, 0);
    Gpu gpu = new Gpu(emulation.parts, 0, ComputePrecision.FLOAT32);
    Lane lane = gpu.lane();
    assertThat(emulation.used()).isEqualTo(64 * MIB);
    long first = lane.scratch(32 * MIB);
    assertThat(lane.scratch(8)).isEqualTo(first);
    assertThat(emulation.used()).isEqualTo(64 * MIB);
    lane.scratch(32 * MIB + 8);
    assertThat(emulation.used()).isEqualTo(128 * MIB);
    lane.scratch(100 * MIB);
    assertThat(emulation.used()).isEqualTo(192 * MIB);
    assertThatThrownBy(() -> lane.scratch(800 * MIB))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining("cuda:0: working space of a large operation needs 1,073,741,824 ");
    assertThat(lane.scratch(8)).as("as before it was tried").isEqualTo(first);
    gpu.close();
    assertThat(emulation.used()).isZero();
  }

  /** A worker that was killed is replaced in its process, and must fit where it did. */
  @Test
  void whoComesAfterAThreadThatHasEndedShouldFitWhereThatOneDid() throws Exception {
    assumeTrue(Emulation.possible(), "skipped: GPU kernels are emulated with g++");
    Emulation emulation = new Emulation(1 << 30, 0);
    Gpu gpu = new Gpu(emulation.parts, 0, ComputePrecision.FLOAT32);
    long most = (1024 - 256 - 64) * MIB / 4;
    for (int life = 0; life < 3; life++) {
      FutureTask<Long> held =
          new FutureTask<>(() -> {
            try (CudaArena arena = gpu.allocate("a worker", most)) {
              return arena.all().length();
            }
          });
      Thread worker = new Thread(held);
      worker.start();
      assertThat(held.get()).isEqualTo(most);
      worker.join();
    }
    gpu.close();
    assertThat(emulation.used()).isZero();
  }

  @Test
  void nothingShouldBeHeldWhereCublasDoesNotStart() {
    assumeTrue(Emulation.possible(), "skipped: GPU kernels are emulated with g++");
    Emulation emulation = new Emulation(1 << 30, 0);
    CudaParts parts = emulation.parts;
    CudaBlas refusing =
        new EmulatedBlas((EmulatedDriver) parts.driver()) {
          @Override
          public synchronized long create(long stream, long workspace, long bytes) {
            throw new CudaException("cublasCreate", 3, "allocation failed", "starting cuBLAS");
          }
        };
    Gpu gpu =
        new Gpu(
            new CudaParts(parts.driver(), parts.compiler(), refusing), 0, ComputePrecision.FLOAT32);
    assertThatThrownBy(gpu::lane).isInstanceOf(CudaException.class);
    assertThat(emulation.used()).isZero();
    gpu.close();
  }
}
