package org.estafette.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.estafette.kernel.GemmProviders;
import org.estafette.kernel.RowKernels;
import org.estafette.kernel.Windows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Convolutions against their definition as plain sums in float64. */
class ImageOpsTest {
  private static final long SEED = 11;

  private final Random random = new Random(SEED);

  private static Device device(boolean scalar) {
    return new CpuDevice(GemmProviders.get(), scalar ? RowKernels.scalar() : RowKernels.best());
  }

  private static List<ConvolutionShape> shapes() {
    List<ConvolutionShape> shapes = new ArrayList<>();
    for (int channels : new int[] {1, 3, 16, 19}) {
      shapes.add(new ConvolutionShape(3, new Windows(7, 5, channels, 3, 3, 1, 1), 6));
      shapes.add(new ConvolutionShape(2, new Windows(6, 7, channels, 3, 3, 2, 1), 17));
      shapes.add(new ConvolutionShape(4, new Windows(3, 3, channels, 1, 1, 1, 0), 5));
      shapes.add(new ConvolutionShape(3, new Windows(5, 4, channels, 1, 1, 2, 0), 8));
      shapes.add(new ConvolutionShape(1, new Windows(2, 2, channels, 5, 5, 1, 2), 1));
    }
    // More windows than are unfolded at once, and a last part that is smaller.
    shapes.add(new ConvolutionShape(5, new Windows(30, 31, 16, 3, 3, 1, 1), 3));
    return shapes;
  }

  private float[] numbers(long count) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** A term of the convolution: out[o] += weight[f]·in[i]. */
  private interface Term {
    void at(int out, int in, int weight);
  }

  private static void terms(ConvolutionShape s, Term term) {
    Windows w = s.windows();
    int out = 0;
    for (int i = 0; i < s.images(); i++) {
      for (int y = 0; y < w.outHeight(); y++) {
        for (int x = 0; x < w.outWidth(); x++) {
          for (int f = 0; f < s.filters(); f++, out++) {
            int weight = f * w.windowSize();
            for (int r = 0; r < w.windowHeight(); r++) {
              for (int c = 0; c < w.windowWidth(); c++) {
                int row = y * w.stride() - w.padding() + r;
                int column = x * w.stride() - w.padding() + c;
                boolean inside = row >= 0 && row < w.height() && column >= 0 && column < w.width();
                for (int k = 0; k < w.channels(); k++, weight++) {
                  if (inside) {
                    int in = ((i * w.height() + row) * w.width() + column) * w.channels() + k;
                    term.at(out, in, weight);
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void convolutionAndItsGradientsShouldBeTheSumsThatDefineThem(boolean scalar) {
    Device device = device(scalar);
    for (ConvolutionShape s : shapes()) {
      float[] in = numbers(s.inSize());
      float[] weight = numbers(s.weightSize());
      float[] dOut = numbers(s.outSize());
      double[] out = new double[dOut.length];
      double[] dIn = new double[in.length];
      double[] dWeight = new double[weight.length];
      terms(
          s,
          (o, i, f) -> {
            out[o] += (double) weight[f] * in[i];
            dIn[i] += (double) dOut[o] * weight[f];
            dWeight[f] += (double) dOut[o] * in[i];
          });
      ImageOps ops = device.images();
      long scratchSize = ops.convolutionScratch(s);
      long all = 2 * (s.inSize() + s.weightSize() + s.outSize()) + scratchSize;
      try (DeviceArena arena = device.allocate("test", all)) {
        Cuts cuts = new Cuts(arena.all());
        DeviceVector x = cuts.next(device, in);
        DeviceVector w = cuts.next(device, weight);
        DeviceVector d = cuts.next(device, dOut);
        DeviceVector y = cuts.next(device, numbers(s.outSize()));
        DeviceVector dx = cuts.next(device, numbers(s.inSize()));
        DeviceVector dw = cuts.next(device, new float[weight.length]);
        DeviceVector scratch = cuts.next(device, numbers(scratchSize));
        ops.convolution(y, x, w, scratch, s);
        check(device, s + " out", y, out, 1);
        ops.convolutionInputGradient(dx, d, w, scratch, s);
        check(device, s + " dIn", dx, dIn, 1);
        ops.convolutionWeightGradient(dw, d, x, scratch, s);
        check(device, s + " dWeight", dw, dWeight, 1);
        ops.convolutionWeightGradient(dw, d, x, scratch, s);
        check(device, s + " dWeight added to", dw, dWeight, 2);
      }
    }
  }

  private static final class Cuts {
    private final DeviceVector all;
    private long used;

    Cuts(DeviceVector all) {
      this.all = all;
    }

    DeviceVector next(Device device, float[] content) {
      DeviceVector v = all.slice(used, content.length);
      device.upload(content, 0, content.length, v);
      used += content.length;
      return v;
    }
  }

  private static void check(
      Device device, String name, DeviceVector actual, double[] expected, double times) {
    float[] got = new float[expected.length];
    device.download(actual, got, got.length);
    for (int i = 0; i < got.length; i++) {
      double want = times * expected[i];
      assertThat((double) got[i])
          .as("%s[%d], seed=%d", name, i, SEED)
          .isCloseTo(want, within(1e-4 * (1 + Math.abs(want))));
    }
  }

  @Test
  void shouldRefuseAVectorThatIsTooShortBeforeAnythingChanges() {
    Device device = device(false);
    ConvolutionShape s = new ConvolutionShape(1, new Windows(4, 4, 2, 3, 3, 1, 1), 3);
    try (DeviceArena arena = device.allocate("test", 1024)) {
      DeviceVector all = arena.all();
      assertThatThrownBy(() -> device.images().convolution(all.slice(0, 47), all, all, all, s))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("out: length=47 (expected >= 48)");
      assertThatThrownBy(() -> device.images().convolution(all, all, all, all.slice(0, 1), s))
          .hasMessageContaining("scratch: length=1 (expected >= 288)");
      assertThatThrownBy(() -> device.images().maxPool(all, all, s.windows(), 1))
          .hasMessageContaining("padding=1 (expected 0)");
      assertThat(device.squaredNorm(all)).isZero();
    }
  }

  @Test
  void groupsThatAreNoEqualPartsShouldBeRefused() {
    assertThatThrownBy(() -> new GroupShape(1, 4, 6, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("groups=4 (expected a divisor of channels=6)");
  }
}
