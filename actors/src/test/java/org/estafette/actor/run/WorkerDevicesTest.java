package org.estafette.actor.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.device.ComputePrecision;
import org.estafette.device.Devices;
import org.junit.jupiter.api.Test;

class WorkerDevicesTest {
  private final List<String> notices = new ArrayList<>();

  private WorkerDevices open(String names, ComputePrecision precision) {
    return WorkerDevices.open(new RunConfig.Processors(names, precision), notices::add);
  }

  @Test
  void workersShouldTakeTheDevicesInTurn() {
    try (WorkerDevices devices = open("cpu, cpu", ComputePrecision.FLOAT32)) {
      assertThat(devices.of(0)).isNotSameAs(devices.of(1));
      assertThat(devices.of(2)).isSameAs(devices.of(0));
      assertThat(devices.of(5)).isSameAs(devices.of(1));
      assertThat(devices.describe()).isEqualTo("cpu, cpu");
      assertThat(notices).isEmpty();
    }
  }

  @Test
  void aDeviceThatIsNotThereShouldBeAConfigurationsError() {
    assertThatThrownBy(() -> open("cuda:999", ComputePrecision.FLOAT32))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("estafette.device: device=cuda:999: ");
    assertThatThrownBy(() -> open("cpu", ComputePrecision.BFLOAT16))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("expected float32");
  }

  @Test
  void autoShouldSayWhereItLeavesThePrecisionAside() {
    try (WorkerDevices devices = open("auto", ComputePrecision.BFLOAT16)) {
      if (devices.describe().equals("cpu")) {
        assertThat(notices)
            .containsExactly(
                "compute.precision=bfloat16 is for GPUs; the CPU takes float32. "
                    + Devices.autoReason());
      } else {
        assertThat(notices).isEmpty();
      }
    }
  }

  @Test
  void precisionShouldBeReadFromTheConfiguration() {
    assertThat(ConfigReader.read(null, java.util.Map.of("compute.precision", "bfloat16")).device())
        .isEqualTo(new RunConfig.Processors("auto", ComputePrecision.BFLOAT16));
    assertThatThrownBy(
            () -> ConfigReader.read(null, java.util.Map.of("compute.precision", "float16")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("compute.precision")
        .hasMessageContaining("bfloat16");
  }
}
