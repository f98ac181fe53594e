package org.estafette.bench.gpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.estafette.device.ComputePrecision;
import org.estafette.device.Device;
import org.estafette.device.DeviceProvider;
import org.estafette.device.Devices;

/** The first GPU of this machine, where there is one. */
class RealGpuTest extends GpuContract {
  @Override
  Device open(ComputePrecision precision) {
    DeviceProvider cuda =
        Devices.providers().stream().filter(p -> p.kind().equals("cuda")).findFirst().orElseThrow();
    assumeTrue(cuda.count() > 0, () -> "skipped: " + cuda.reason());
    return cuda.open(0, precision);
  }
}
