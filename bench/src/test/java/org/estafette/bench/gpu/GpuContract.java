package org.estafette.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.estafette.device.ComputePrecision;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.Devices;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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

  /** To the bit: a run with quantized pushes does not depend on who trains where. */
  @Test
  void aQuantizedVectorShouldBeThatOfTheCpu() {
    Random random = new Random(seed);
    float[] x = new float[5003];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.scalb(random.nextGaussian(), i / 256 * 9 - 100);
    }
    x[700] = Float.NaN;
    x[1000] = Float.NEGATIVE_INFINITY;
    x[1300] = Float.MAX_VALUE;
    Arrays.fill(x, 1536, 1792, 0);
    Arrays.fill(x, 1792, 2048, Float.MIN_VALUE);
    for (int bits : new int[] {8, 4}) {
      for (int from : new int[] {0, 1}) {
        int[] gpu = quantized(open(ComputePrecision.FLOAT32), x, from, bits);
        assertThat(gpu)
            .as("bits=%d from=%d, replay: -Dtests.seed=%d", bits, from, seed)
            .isEqualTo(quantized(Devices.open("cpu"), x, from, bits));
      }
    }
  }

  /** The bits of the elements behind {@code from}, rounded; closes the device. */
  private int[] quantized(Device on, float[] x, int from, int bits) {
    try (on;
        DeviceArena arena = on.allocate("test", x.length)) {
      on.upload(x, 0, x.length, arena.all());
      on.quantize(arena.all().slice(from, x.length - from), bits, seed);
      float[] back = new float[x.length];
      on.download(arena.all(), back, x.length);
      return IntStream.range(0, x.length).map(i -> Float.floatToRawIntBits(back[i])).toArray();
    }
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
