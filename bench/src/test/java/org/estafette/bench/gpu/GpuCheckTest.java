package org.estafette.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.estafette.device.ComputePrecision;
import org.estafette.device.Device;
import org.estafette.device.DeviceProvider;
import org.estafette.device.Devices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuCheckTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private GpuCheck check(String... options) {
    return new GpuCheck(
        Options.of(options), new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void withoutAGpuItShouldSayWhyAndEndWithItsOwnStatus() throws Exception {
    DeviceProvider cuda = Devices.providers().getFirst();
    assumeTrue(cuda.count() == 0, "skipped: there is a GPU here");
    Path json = folder.resolve("report.json");
    assertThat(check("--json", json.toString()).run()).isEqualTo(GpuCheck.NO_GPU);
    assertThat(printed()).contains("no GPU: " + cuda.reason());
    assertThat(Files.readString(json)).startsWith("{\"machine\": {").contains("\"no_gpu\": \"");
  }

  @Test
  void speedAndExchangeShouldBeMeasuredOnAnEmulatedGpu() {
    GpuCheck check =
        check(
            "--small",
            "--batch",
            "2",
            "--rounds",
            "1",
            "--steps",
            "1",
            "--local-steps",
            "2",
            "--only",
            "exchange");
    try (Device device = EmulatedGpuTest.emulation(0).open(ComputePrecision.BFLOAT16)) {
      check.check(device, ComputePrecision.BFLOAT16);
    }
    assertThat(printed()).contains("with H=2").contains("push, step, answer").contains(" of it");
    assertThat(printed()).contains("overlapped      ").contains(" of bare");
    assertThat(Json.of(check.report()))
        .contains("\"exchange_ratio\": ")
        .contains("\"overlapped_ratio\": ");
  }

  @Test
  void anUnknownOptionShouldBeRefusedByName() {
    assertThatThrownBy(() -> Options.of("--sped", "1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected --small or one of [--device");
  }

  @Test
  void modelFlopsShouldCountEveryProductOnce() {
    // 6·(124,475,904 − 1024·768) + 12·12·768·1024, by hand.
    assertThat(Gpt2.of124Million(1).operationsPerToken())
        .isEqualTo(6 * 123_689_472.0 + 113_246_208);
    assertThat(Peak.of("cuda:0: NVIDIA H200, compute").getAsDouble()).isEqualTo(989e12);
    assertThat(Peak.of("something else")).isEmpty();
  }
}
