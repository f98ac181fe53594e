package org.estafette.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.estafette.device.ComputePrecision;
import org.estafette.device.Device;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds of a GPU, real or emulated. */
abstract class GpuContract {
  /** Replay: -Dtests.seed=N. */
  private final long seed = Long.getLong("tests.seed", 20261129);

  private @Nullable Device device;

  /** Opens the device, or skips the test and says why. */
  abstract Device open(ComputePrecision precision);

  @BeforeEach
  void none() {
    device = null;
  }

  @AfterEach
  void close() {
    if (device != null) {
      device.close();
    }
  }

  private Device opened(ComputePrecision precision) {
    Device opened = open(precision);
    device = opened;
    return opened;
  }

  private void assertAgreement(List<Agreement> all) {
    assertThat(all).isNotEmpty();
    List<Agreement> bad = all.stream().filter(a -> !a.holds()).toList();
    assertThat(bad)
        .as(
            "replay with FAST_ARGS or -DargLine: -Dtests.seed=%d%n%s",
            seed, bad.stream().map(Object::toString).collect(Collectors.joining("\n")))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyOperationShouldAgreeWithTheCpu(ComputePrecision precision) {
    assertAgreement(new Correctness(opened(precision), precision).operations(seed));
  }

  @ParameterizedTest
  @EnumSource
  void everyModelsGradientShouldAgreeWithTheCpu(ComputePrecision precision) {
    assertAgreement(new Correctness(opened(precision), precision).models(seed));
  }

  @ParameterizedTest
  @EnumSource
  @Tag("nightly")
  void theSameInputShouldGiveTheSameBits(ComputePrecision precision) {
    assertThat(new Correctness(opened(precision), precision).unrepeatable(seed)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aShortTrainingRunShouldFollowTheCpu(ComputePrecision precision) {
    assertAgreement(List.of(new Correctness(opened(precision), precision).curve()));
  }
}
