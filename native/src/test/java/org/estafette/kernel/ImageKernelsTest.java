package org.estafette.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Holds the fast image kernels to the scalar ones over awkward sizes, and checks that no float
 * behind is touched.
 */
class ImageKernelsTest {
  private static final int[] CHANNELS = {1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 64, 65};
  private static final int GUARD = 16;
  private static final float MARK = 12345.75f;

  private final ImageKernels scalar = ImageKernels.scalar();
  private final ImageKernels fast = ImageKernels.best();

  /** Buffers that an operation gets, the same for both kernels. */
  private static final class Buffers {
    private final Arena arena;
    private final Random random;
    private final List<long[]> made = new ArrayList<>();

    Buffers(Arena arena, long seed) {
      this.arena = arena;
      this.random = new Random(seed);
    }

    long buffer(int count) {
      long address = Numbers.random(arena, random, count + GUARD);
      for (int i = count; i < count + GUARD; i++) {
        Lanes.set(address + 4L * i, MARK);
      }
      made.add(new long[] {address, count});
      return address;
    }

    /** Few different numbers, so that windows have several that are the largest. */
    long coarse(int count) {
      long address = buffer(count);
      for (int i = 0; i < count; i++) {
        Lanes.set(address + 4L * i, Math.round(Lanes.get(address + 4L * i)));
      }
      return address;
    }

    long positive(int count) {
      long address = buffer(count);
      for (int i = 0; i < count; i++) {
        Lanes.set(address + 4L * i, 0.1f + Math.abs(Lanes.get(address + 4L * i)));
      }
      return address;
    }
  }

  private interface Operation {
    void run(ImageKernels kernels, Buffers buffers);
  }

  private void compare(String name, double tolerance, long seed, Operation operation) {
    try (Arena arena = Arena.ofConfined()) {
      Buffers expected = new Buffers(arena, seed);
      Buffers actual = new Buffers(arena, seed);
      operation.run(scalar, expected);
      operation.run(fast, actual);
      for (int b = 0; b < expected.made.size(); b++) {
        int count = (int) expected.made.get(b)[1];
        float[] want = Numbers.read(expected.made.get(b)[0], count + GUARD);
        float[] got = Numbers.read(actual.made.get(b)[0], count + GUARD);
        for (int i = 0; i < want.length; i++) {
          assertThat((double) got[i])
              .as("%s seed=%d buffer=%d element=%d of %d", name, seed, b, i, count)
              .isCloseTo(want[i], within(tolerance * (1 + Math.abs(want[i]))));
        }
      }
    }
  }

  private static List<Windows> convolutions() {
    List<Windows> all = new ArrayList<>();
    for (int channels : CHANNELS) {
      all.add(new Windows(5, 7, channels, 3, 3, 1, 1));
      all.add(new Windows(6, 5, channels, 3, 3, 2, 1));
      all.add(new Windows(4, 5, channels, 1, 1, 2, 0));
      all.add(new Windows(1, 1, channels, 3, 3, 1, 2));
      all.add(new Windows(7, 3, channels, 5, 2, 3, 1));
    }
    return all;
  }

  private static List<Windows> pools() {
    List<Windows> all = new ArrayList<>();
    for (int channels : CHANNELS) {
      all.add(Windows.tiles(5, 7, channels, 2));
      all.add(Windows.whole(3, 4, channels));
      all.add(new Windows(6, 5, channels, 3, 3, 2, 0));
      all.add(new Windows(4, 4, channels, 1, 2, 2, 0));
    }
    return all;
  }

  @Test
  void unfoldingAndFoldingShouldAgreeFromAnyWindowOn() {
    for (Windows w : convolutions()) {
      int images = 3;
      int in = images * w.imageSize();
      for (int from : new int[] {0, 1, w.count(), images * w.count() - 1}) {
        int count = Math.min(images * w.count() - from, w.count() + 2);
        String name = w + " from=" + from + " count=" + count;
        compare(
            "unfold " + name,
            0,
            from,
            (k, b) -> k.unfold(b.buffer(count * w.windowSize()), b.buffer(in), w, from, count));
        compare(
            "fold " + name,
            1e-6,
            from,
            (k, b) -> k.fold(b.buffer(in), b.buffer(count * w.windowSize()), w, from, count));
      }
    }
  }

  @Test
  void poolingShouldAgreeAlsoWhereSeveralAreTheLargest() {
    for (Windows w : pools()) {
      for (int images : new int[] {0, 1, 3}) {
        int in = images * w.imageSize();
        int out = images * w.count() * w.channels();
        compare("maxPool " + w, 0, 1, (k, b) -> k.maxPool(b.buffer(out), b.coarse(in), w, images));
        compare(
            "maxPoolBackward " + w,
            1e-6,
            2,
            (k, b) -> {
              long top = b.buffer(out);
              long from = b.coarse(in);
              k.maxPool(top, from, w, images);
              k.maxPoolBackward(b.buffer(in), b.buffer(out), top, from, w, images);
            });
        compare(
            "averagePool " + w,
            1e-5,
            3,
            (k, b) -> k.averagePool(b.buffer(out), b.buffer(in), w, images));
        compare(
            "averagePoolBackward " + w,
            1e-6,
            4,
            (k, b) -> k.averagePoolBackward(b.buffer(in), b.buffer(out), w, images));
      }
    }
  }

  @Test
  void aWindowsGradientShouldGoToTheFirstOfItsLargest() {
    try (Arena arena = Arena.ofConfined()) {
      long in = Numbers.of(arena, 1, 3, 3, 3);
      long out = Numbers.of(arena, 0);
      long d = Numbers.of(arena, 5);
      long dIn = Numbers.of(arena, 9, 9, 9, 9);
      Windows w = Windows.tiles(2, 2, 1, 2);
      for (ImageKernels kernels : List.of(scalar, fast)) {
        kernels.maxPool(out, in, w, 1);
        kernels.maxPoolBackward(dIn, d, out, in, w, 1);
        assertThat(Numbers.read(dIn, 4)).containsExactly(0, 5, 0, 0);
      }
    }
  }

  @Test
  void groupNormShouldAgreeForEveryNumberOfGroups() {
    for (int channels : new int[] {1, 3, 6, 16, 24, 32, 34, 64, 66}) {
      for (int groups = 1; groups <= channels; groups++) {
        if (channels % groups == 0) {
          for (int pixels : new int[] {1, 5, 49}) {
            groupNorm(2, pixels, channels, groups);
          }
        }
      }
    }
  }

  private void groupNorm(int images, int pixels, int channels, int groups) {
    String name = "groupNorm pixels=" + pixels + " channels=" + channels + " groups=" + groups;
    int all = images * pixels * channels;
    int kept = images * channels;
    // A group of one or two numbers may have next to no variance: its factor enlarges rounding.
    double tolerance = pixels * channels / groups < 4 ? 3e-3 : 1e-4;
    compare(
        name,
        tolerance,
        5,
        (k, b) ->
            k.groupNorm(
                b.buffer(all),
                b.buffer(kept),
                b.buffer(kept),
                b.buffer(all),
                b.buffer(channels),
                b.buffer(channels),
                images,
                pixels,
                channels,
                groups));
    compare(
        name + " backward",
        2e-4,
        6,
        (k, b) -> {
          long in = b.buffer(all);
          long mean = b.buffer(kept);
          long rstd = b.positive(kept);
          // Statistics of a group are alike at its channels.
          for (int c = 0; c < kept; c++) {
            int first = c - c % (channels / groups);
            Lanes.set(mean + 4L * c, Lanes.get(mean + 4L * first));
            Lanes.set(rstd + 4L * c, Lanes.get(rstd + 4L * first));
          }
          // The scratch is the kernel's own affair: it is not compared.
          long scratch = Numbers.of(b.arena, new float[2 * channels]);
          k.groupNormBackward(
              b.buffer(all),
              b.buffer(channels),
              b.buffer(channels),
              b.buffer(all),
              in,
              mean,
              rstd,
              b.buffer(channels),
              scratch,
              images,
              pixels,
              channels,
              groups);
        });
  }

  @Test
  void reluShouldAgree() {
    for (int count : new int[] {0, 1, 7, 16, 17, 100, 1003}) {
      compare("relu " + count, 0, 7, (k, b) -> k.relu(b.buffer(count), count));
    }
  }

  @Test
  void shouldGiveTheSameBitsBeforeAndAfterTheJitTakesOver() {
    Windows w = new Windows(6, 6, 20, 3, 3, 1, 1);
    int size = w.imageSize();
    try (Arena arena = Arena.ofConfined()) {
      Random random = new Random(8);
      long in = Numbers.random(arena, random, size);
      long gamma = Numbers.random(arena, random, 20);
      float[] first = null;
      for (int round = 0; round < 3000; round++) {
        try (Arena own = Arena.ofConfined()) {
          long patches = Numbers.of(own, new float[w.count() * w.windowSize()]);
          long out = Numbers.of(own, new float[4 * size]);
          long kept = Numbers.of(own, new float[80]);
          fast.unfold(patches, in, w, 0, w.count());
          fast.fold(out, patches, w, 0, w.count());
          long normed = out + 4L * size;
          fast.groupNorm(normed, kept, kept + 80, out, gamma, gamma, 1, 36, 20, 5);
          long dGamma = Numbers.of(own, new float[40]);
          long slopes = out + 8L * size;
          fast.groupNormBackward(
              slopes,
              dGamma,
              dGamma + 80,
              in,
              out,
              kept,
              kept + 80,
              gamma,
              kept + 160,
              1,
              36,
              20,
              5);
          fast.averagePool(out + 12L * size, slopes, Windows.whole(6, 6, 20), 1);
          float[] now = Numbers.read(out, 4 * size);
          if (first == null) {
            first = now;
          }
          assertThat(now).as("round %d", round).isEqualTo(first);
        }
      }
    }
  }

  @Test
  void windowsThatDoNotFitShouldBeRefused() {
    assertThatThrownBy(() -> new Windows(2, 2, 1, 3, 3, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("window=3x3 (expected at most the image with its padding, 2x2)");
    assertThatThrownBy(() -> new Windows(5, 5, 1, 3, 3, 1, 3))
        .hasMessageContaining("padding=3 (expected stride >= 1, 0 <= padding < window)");
    assertThatThrownBy(() -> Windows.tiles(0, 2, 1, 1)).hasMessageContaining("height=0");
  }
}
