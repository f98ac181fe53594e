package org.estafette.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.estafette.kernel.GemmProviders;
import org.estafette.kernel.RowKernels;
import org.estafette.memory.Float32Vector;
import org.junit.jupiter.api.Test;

class DevicesTest {
  private final Device device = Devices.open("cpu");

  private static DeviceProvider cuda() {
    return Devices.providers().stream()
        .filter(p -> p.kind().equals("cuda"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldRefuseAGpuThatIsNotThereAndSayWhy() {
    assertThatThrownBy(() -> Devices.open("cuda:99"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("device=cuda:99: " + cuda().reason())
        .hasMessageContaining("(expected ");
  }

  @Test
  void autoShouldTakeAGpuOrTheCpuAndSayWhy() {
    try (Device taken = Devices.open("auto")) {
      assertThat(taken.name()).isEqualTo(cuda().count() > 0 ? "cuda:0" : "cpu");
      assertThat(Devices.autoReason())
          .startsWith("auto takes " + (cuda().count() > 0 ? "cuda:0" : "the CPU") + ": ")
          .endsWith(cuda().reason());
    }
  }

  @Test
  void theCpuShouldKnowFloat32Only() {
    assertThatThrownBy(() -> Devices.open("cpu", ComputePrecision.BFLOAT16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("device=cpu with precision=bfloat16 (expected float32");
  }

  @Test
  void aListShouldNameItsDevicesInOrder() {
    assertThat(Devices.named("cuda:1, cuda:0,cpu")).containsExactly("cuda:1", "cuda:0", "cpu");
    if (cuda().count() == 0) {
      assertThatThrownBy(() -> Devices.named("cuda:*"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("device=cuda:*: " + cuda().reason());
    } else {
      assertThat(Devices.named("cuda:*")).hasSize(cuda().count()).startsWith("cuda:0");
    }
  }

  @Test
  void everyLibraryOfAGpuShouldBeAccountedFor() {
    assertThat(cuda().findings())
        .extracting(DeviceProvider.Finding::what)
        .contains("NVIDIA driver", "NVRTC", "cuBLAS");
    assertThat(cuda().findings()).allSatisfy(f -> assertThat(f.found()).isNotBlank());
  }

  @Test
  void aCopyThatWasStartedShouldBeThereWhenItWasAwaited() {
    Float32Vector back = Float32Vector.allocate(100);
    try (DeviceArena arena = device.allocate("test", 100)) {
      device.fill(arena.all(), 3);
      try (PendingCopy copy = device.startDownload(arena.all(), back)) {
        copy.await();
      }
      assertThat(back.get(99)).isEqualTo(3);
    }
  }

  @Test
  void shouldRefuseAnUnknownDeviceAndNameTheKnownOnes() {
    assertThatThrownBy(() -> Devices.open("tpu"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("device=tpu (expected auto, cpu or cuda:N)");
  }

  @Test
  void shouldSayHowMuchMemoryIsMissing() {
    assertThatThrownBy(() -> device.allocate("a very large model", 1L << 50))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining("a very large model needs 4,503,599,627,370,496 bytes")
        .hasMessageContaining("are available");
  }

  @Test
  void shouldGiveZeroedMemoryOfAnySizeAlignedToACacheLine() {
    for (long elements : new long[] {0, 1, 17, 100_000, 3_000_001}) {
      try (DeviceArena arena = device.allocate("test", elements)) {
        assertThat(arena.all().length()).isEqualTo(elements);
        assertThat(arena.all().address() % 64).isZero();
        assertThat(device.squaredNorm(arena.all())).isZero();
        device.fill(arena.all(), 1);
        assertThat(device.squaredNorm(arena.all())).isEqualTo(elements);
      }
    }
  }

  @Test
  void shouldRefuseAVectorThatIsTooShortBeforeAnythingChanges() {
    try (DeviceArena arena = device.allocate("test", 64)) {
      DeviceVector x = arena.all().slice(0, 5);
      assertThatThrownBy(() -> device.addBias(x, arena.all(), 2, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("x: length=5 (expected >= 6)");
      assertThatThrownBy(() -> arena.all().slice(60, 5))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("offset=60, length=5");
    }
  }

  @Test
  void shouldBringBackWhatWasUploaded() {
    Float32Vector numbers = Float32Vector.allocate(1001);
    for (int i = 0; i < 1001; i++) {
      numbers.set(i, Math.sin(i));
    }
    Float32Vector back = Float32Vector.allocate(1001);
    try (DeviceArena arena = device.allocate("test", 2048)) {
      device.upload(numbers, arena.all());
      device.synchronize();
      device.download(arena.all(), back);
    }
    for (int i = 0; i < 1001; i++) {
      assertThat(back.get(i)).isEqualTo(numbers.get(i));
    }
  }

  /** Attention against the definition in float64, and its gradient against central differences. */
  @Test
  void attentionShouldFollowItsDefinitionAndItsGradientTheDifferences() {
    for (AttentionShape shape :
        new AttentionShape[] {
          new AttentionShape(1, 1, 1, 1),
          new AttentionShape(2, 5, 3, 7),
          new AttentionShape(1, 64, 2, 4),
          new AttentionShape(1, 65, 1, 16),
          new AttentionShape(1, 131, 2, 8)
        }) {
      attention(shape, 11);
    }
  }

  private void attention(AttentionShape shape, long seed) {
    Random random = new Random(seed);
    int n = shape.rows() * shape.width();
    float[] qkv = new float[3 * n];
    float[] weights = new float[n];
    for (int i = 0; i < qkv.length; i++) {
      qkv[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < n; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    long kept = device.attentionKept(shape);
    long scratch = device.attentionScratch(shape);
    try (DeviceArena arena = device.allocate("test", 10L * n + kept + scratch)) {
      DeviceVector x = arena.all().slice(0, 3L * n);
      DeviceVector out = arena.all().slice(3L * n, n);
      DeviceVector dOut = arena.all().slice(4L * n, n);
      DeviceVector dx = arena.all().slice(5L * n, 3L * n);
      DeviceVector keep = arena.all().slice(8L * n, kept);
      DeviceVector work = arena.all().slice(8L * n + kept, scratch);
      device.upload(qkv, 0, 3 * n, x);
      device.upload(weights, 0, n, dOut);
      device.attention(out, keep, x, shape);
      float[] got = new float[n];
      device.download(out, got, n);
      double[] want = reference(qkv, shape);
      for (int i = 0; i < n; i++) {
        assertThat((double) got[i])
            .as("%s seed=%d [%d]", shape, seed, i)
            .isCloseTo(want[i], within(5e-6));
      }
      device.attentionBackward(dx, dOut, out, keep, x, work, shape);
      float[] gradient = new float[3 * n];
      device.download(dx, gradient, 3 * n);
      for (int probe = 0; probe < 20; probe++) {
        int i = random.nextInt(3 * n);
        float[] moved = qkv.clone();
        moved[i] = qkv[i] + 1e-2f;
        double up = dot(reference(moved, shape), weights);
        double upBy = (double) moved[i] - qkv[i];
        moved[i] = qkv[i] - 1e-2f;
        double down = dot(reference(moved, shape), weights);
        double slope = (up - down) / (upBy + qkv[i] - moved[i]);
        assertThat((double) gradient[i])
            .as("%s seed=%d gradient[%d]", shape, seed, i)
            .isCloseTo(slope, within(2e-3 * (1 + Math.abs(slope))));
      }
    }
  }

  private static double dot(double[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[] reference(float[] qkv, AttentionShape s) {
    int width = s.width();
    double[] out = new double[s.rows() * width];
    for (int b = 0; b < s.sequences(); b++) {
      for (int h = 0; h < s.heads(); h++) {
        for (int i = 0; i < s.tokens(); i++) {
          int row = (b * s.tokens() + i) * 3 * width + h * s.headWidth();
          double[] p = new double[i + 1];
          double sum = 0;
          for (int j = 0; j <= i; j++) {
            int key = (b * s.tokens() + j) * 3 * width + width + h * s.headWidth();
            double score = 0;
            for (int d = 0; d < s.headWidth(); d++) {
              score += (double) qkv[row + d] * qkv[key + d];
            }
            p[j] = Math.exp(score / Math.sqrt(s.headWidth()));
            sum += p[j];
          }
          for (int j = 0; j <= i; j++) {
            int value = (b * s.tokens() + j) * 3 * width + 2 * width + h * s.headWidth();
            for (int d = 0; d < s.headWidth(); d++) {
              out[(b * s.tokens() + i) * width + h * s.headWidth() + d] +=
                  p[j] / sum * qkv[value + d];
            }
          }
        }
      }
    }
    return out;
  }

  @Test
  void everyGemmProviderShouldGiveTheSameAttentionWithinRounding() {
    AttentionShape shape = new AttentionShape(1, 70, 2, 8);
    int n = shape.rows() * shape.width();
    float[] qkv = new float[3 * n];
    for (int i = 0; i < qkv.length; i++) {
      qkv[i] = (float) Math.sin(0.3 * i);
    }
    double[] want = reference(qkv, shape);
    for (var provider : GemmProviders.all()) {
      if (provider.gemm() == null) {
        continue;
      }
      Device cpu = new CpuDevice(provider.gemm(), RowKernels.scalar());
      try (DeviceArena arena = cpu.allocate("test", 4L * n + cpu.attentionKept(shape))) {
        DeviceVector x = arena.all().slice(0, 3L * n);
        DeviceVector out = arena.all().slice(3L * n, n);
        DeviceVector keep = arena.all().slice(4L * n, cpu.attentionKept(shape));
        cpu.upload(qkv, 0, 3 * n, x);
        cpu.attention(out, keep, x, shape);
        float[] got = new float[n];
        cpu.download(out, got, n);
        for (int i = 0; i < n; i++) {
          assertThat((double) got[i]).as(provider.name()).isCloseTo(want[i], within(5e-6));
        }
      }
    }
  }
}
