package org.estafette.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockQuantizerTest {
  /** Replay: -Destafette.seed=N. */
  private static final long SEED = Long.getLong("estafette.seed", 20_261_130L);

  private static final int[] LENGTHS = {0, 1, 2, 3, 255, 256, 257, 511, 1000, 70_001};

  private final Random random = new Random(SEED);

  private static float[] quantized(int bits, float[] x, long key) {
    try (Arena arena = Arena.ofConfined()) {
      long at = Numbers.of(arena, x);
      BlockQuantizer.of(bits).quantize(at, x.length, key);
      return Numbers.read(at, x.length);
    }
  }

  private float[] normal(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      // Blocks of very different sizes, as the layers of a network have.
      x[i] = (float) Math.scalb(random.nextGaussian(), i / 256 % 12 * 3 - 20);
    }
    return x;
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 4})
  void everyElementShouldBeOnItsBlocksGridAndLessThanAScaleAway(int bits) {
    int most = (1 << bits - 1) - 1;
    for (int n : LENGTHS) {
      float[] x = normal(n);
      float[] q = quantized(bits, x, random.nextLong());
      for (int from = 0; from < n; from += 256) {
        int to = Math.min(n, from + 256);
        double max = 0;
        for (int i = from; i < to; i++) {
          max = Math.max(max, Math.abs(x[i]));
        }
        double scale = Math.pow(2, Math.ceil(Math.log(max / most) / Math.log(2)));
        for (int i = from; i < to; i++) {
          assertThat(q[i] / scale)
              .as("seed %d, element %d", SEED, i)
              .isEqualTo(Math.rint(q[i] / scale));
          assertThat(Math.abs(q[i])).isLessThanOrEqualTo((float) (most * scale));
          assertThat(Math.abs(q[i] - x[i])).isLessThan((float) scale);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 4})
  void theMeanOverManyKeysShouldBeTheVector(int bits) {
    float[] x = {1, -0.999f, 0.3f, -0.3f, 0.01f, -0.01f, 1e-4f, 0.5f, 0.77777f};
    int keys = 40_000;
    double[] sums = new double[x.length];
    for (int k = 0; k < keys; k++) {
      float[] q = quantized(bits, x, random.nextLong());
      for (int i = 0; i < x.length; i++) {
        sums[i] += q[i];
      }
    }
    // Five standard deviations of a mean of this many, each of at most half a scale.
    double scale = bits == 8 ? 1.0 / 64 : 1.0 / 4;
    double allowed = 5 * scale / 2 / Math.sqrt(keys);
    for (int i = 0; i < x.length; i++) {
      assertThat(sums[i] / keys)
          .as("seed %d, element %d", SEED, i)
          .isEqualTo(x[i], within(allowed));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 4})
  void whatWasRoundedShouldBePackedAndUnpackedInPlaceToTheBit(int bits) {
    BlockQuantizer quantizer = BlockQuantizer.of(bits);
    for (int n : LENGTHS) {
      float[] q = quantized(bits, normal(n), random.nextLong());
      assertThat(quantized(bits, q, random.nextLong())).as("rounded again").isEqualTo(q);
      try (Arena arena = Arena.ofConfined()) {
        long at = Numbers.of(arena, q);
        long buffer = arena.allocate(4L * n + 4, 64).address();
        assertThat(quantizer.pack(at, n, buffer)).isTrue();
        quantizer.unpack(buffer, n, buffer);
        assertThat(bitsOf(Numbers.read(buffer, n)))
            .as("n=%d, seed %d", n, SEED)
            .isEqualTo(bitsOf(q));
      }
    }
  }

  private static int[] bitsOf(float[] x) {
    int[] bits = new int[x.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(x[i]));
    return bits;
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 4})
  void wholeVectorsShouldGiveTheBitsOfOneElementAfterTheOther(int bits) {
    BlockQuantizer fast = BlockQuantizer.of(bits);
    BlockQuantizer plain = new BlockQuantizer(bits, false);
    for (int round = 0; round < 50; round++) {
      float[] x = normal(256 * 3 + random.nextInt(3));
      long key = random.nextLong();
      try (Arena arena = Arena.ofConfined()) {
        long a = Numbers.of(arena, x);
        long b = Numbers.of(arena, x);
        fast.quantize(a, x.length, key);
        plain.quantize(b, x.length, key);
        int[] expected = bitsOf(Numbers.read(b, x.length));
        assertThat(bitsOf(Numbers.read(a, x.length))).as("seed %d", SEED).isEqualTo(expected);
        int size = (int) plain.packedBytes(x.length);
        long p = arena.allocate(4L * x.length).address();
        long q = arena.allocate(4L * x.length).address();
        assertThat(fast.pack(a, x.length, p)).isTrue();
        assertThat(plain.pack(b, x.length, q)).isTrue();
        assertThat(bytes(p, size)).isEqualTo(bytes(q, size));
        fast.unpack(p, x.length, p);
        plain.unpack(q, x.length, q);
        assertThat(bitsOf(Numbers.read(p, x.length))).isEqualTo(expected);
        assertThat(bitsOf(Numbers.read(q, x.length))).isEqualTo(expected);
        VectorsMemory.set(a + 4L * 300, 0.123f);
        assertThat(fast.pack(a, x.length, p)).isEqualTo(plain.pack(a, x.length, q)).isFalse();
      }
    }
  }

  @Test
  void aPackedVectorShouldTakeAByteOrHalfOneForEachElementAndOneForEachBlock() {
    assertThat(BlockQuantizer.of(8).packedBytes(0)).isZero();
    assertThat(BlockQuantizer.of(8).packedBytes(1000)).isEqualTo(1000 + 4);
    assertThat(BlockQuantizer.of(4).packedBytes(1000)).isEqualTo(500 + 4);
    assertThat(BlockQuantizer.of(4).packedBytes(257)).isEqualTo(1 + 128 + 1 + 1);
  }

  /** What a node of another release sends must stay readable. */
  @Test
  void theFormShouldStayAsItIs() {
    float[] x = {1, -0.5f, 0.25f, 0.1f, -0.013f, 0, 3e-5f};
    assertThat(quantized(8, x, 42)).containsExactly(1, -0.5f, 0.25f, 0.109375f, 0, 0, 0);
    assertThat(quantized(4, x, 42)).containsExactly(1, -0.5f, 0.25f, 0.25f, 0, 0, 0);
    try (Arena arena = Arena.ofConfined()) {
      long at = Numbers.of(arena, 1, -0.5f, 0.25f);
      long to = arena.allocate(16, 64).address();
      assertThat(BlockQuantizer.of(4).pack(at, 3, to)).isTrue();
      // The scale is a quarter: 127 − 2; levels 4, −2 in a byte, then 1.
      assertThat(bytes(to, 3)).containsExactly(125, 0xE4, 1);
      assertThat(BlockQuantizer.of(8).pack(at, 3, to)).isTrue();
      assertThat(bytes(to, 4)).containsExactly(121, 64, 0xE0, 16);
    }
  }

  private static int[] bytes(long address, int n) {
    int[] bytes = new int[n];
    for (int i = 0; i < n; i++) {
      bytes[i] = VectorsMemory.ALL.get(java.lang.foreign.ValueLayout.JAVA_BYTE, address + i) & 255;
    }
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void aBlockThatIsNotFiniteShouldStayAndHaveNoPackedForm(float bad) {
    float[] x = normal(600);
    x[300] = bad;
    float[] q = quantized(8, x, 7);
    assertThat(Arrays.copyOfRange(q, 256, 512)).isEqualTo(Arrays.copyOfRange(x, 256, 512));
    assertThat(Arrays.copyOfRange(q, 0, 256)).isNotEqualTo(Arrays.copyOfRange(x, 0, 256));
    assertThat(packs(8, q)).isFalse();
  }

  @Test
  void whatIsNotOnTheGridShouldHaveNoPackedForm() {
    assertThat(packs(8, 1, 0.3f)).isFalse();
    assertThat(packs(8, 1, -0f)).as("minus zero would come back as zero").isFalse();
    assertThat(packs(8, 1, 0.25f)).isTrue();
    assertThat(packs(4, 1, 1 / 64f)).as("on the finer grid only").isFalse();
    assertThat(quantized(8, new float[] {1, -0f}, 3)).containsExactly(1f, 0f);
  }

  private static boolean packs(int bits, float... x) {
    try (Arena arena = Arena.ofConfined()) {
      long to = arena.allocate(4L * x.length + 4).address();
      return BlockQuantizer.of(bits).pack(Numbers.of(arena, x), x.length, to);
    }
  }

  @ParameterizedTest
  @ValueSource(
      floats = {
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.MIN_NORMAL,
        Float.MIN_VALUE,
        127,
        127.00001f,
        128,
        0
      })
  void theLargestAndSmallestNumbersShouldHaveAGridToo(float largest) {
    for (int bits : new int[] {8, 4}) {
      float[] q = quantized(bits, new float[] {largest, largest / 3, largest / 3, 0}, 11);
      assertThat(Math.abs(q[0])).isLessThanOrEqualTo(Float.MAX_VALUE);
      assertThat(packs(bits, q)).isEqualTo(Math.abs(largest) < Float.MAX_VALUE);
      assertThat(q[3]).isZero();
      if (Math.abs(largest) > 1e-30) {
        assertThat(q[0] / largest).isBetween(0.8f, 1.2f);
      }
    }
  }

  @Test
  void aScaleThatCannotBeShouldBeRefused() {
    try (Arena arena = Arena.ofConfined()) {
      for (int bits : new int[] {8, 4}) {
        BlockQuantizer quantizer = BlockQuantizer.of(bits);
        long packed = Numbers.of(arena, new float[300]);
        assertThatThrownBy(() -> quantizer.unpack(packed, 300, packed))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("exponent=-127 (expected -126 … " + (129 - bits) + ")");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 16, 32, -8})
  void otherBitsShouldBeRefused(int bits) {
    assertThatThrownBy(() -> BlockQuantizer.of(bits))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bits=" + bits + " (expected 8 or 4)");
  }
}
