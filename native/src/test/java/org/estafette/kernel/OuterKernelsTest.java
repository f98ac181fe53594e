package org.estafette.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.estafette.kernel.OuterKernelsVector.BLOCK;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the vector kernels to the scalar reference, bit for bit, and to their own memory. */
class OuterKernelsTest {
  private static final long SEED = Long.getLong("estafette.seed", 20_261_120L);
  private static final int GUARD = 64;
  private static final int OPERANDS = 14;

  private final OuterKernels scalar = OuterKernels.scalar();
  private final OuterKernels vector = OuterKernels.best();

  /**
   * Random operands of this test's size, by misalignment: drawing them takes longer than the rest.
   */
  private final Map<Integer, Memory> filled = new HashMap<>();

  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 257, 1000,
        2047, 2048, 2049, 4096, 4099, 10_007
      })
  void shouldAgreeBitForBitOnEveryOperation(int n) {
    assertThat(vector).as(OuterKernels.remark()).isInstanceOf(OuterKernelsVector.class);
    check("fill", n, (k, p) -> k.fill(p[0], n, 0.1f));
    check("scale", n, (k, p) -> k.scale(p[0], n, -1.7f));
    check("axpy", n, (k, p) -> k.axpy(p[0], p[1], n, 0.37f));
    check("difference", n, (k, p) -> k.difference(p[0], p[1], p[2], n));
    check("difference onto itself", n, (k, p) -> k.difference(p[0], p[1], p[0], n));
    check("delayCompensate", n, (k, p) -> k.delayCompensate(p[0], p[1], p[2], n, 0.3f));
    double[] weights = {0.25, -1.5, 1.0 / 3, 0, 1e-9};
    for (int count = 0; count <= 5; count++) {
      int c = count;
      check(
          "weightedSum of " + c,
          n,
          (k, p) -> k.weightedSum(p[0], new long[] {p[1], p[0], p[2], p[3], p[4]}, weights, c, n));
    }
    for (long t : new long[] {1, 2, 1000}) {
      AdamStep step = new AdamStep(1e-3, 0.9, 0.95, 1e-8, 0.1, t, 0.7);
      check("adamStep " + t, n, (k, p) -> k.adamStep(p[0], p[1], p[2], p[3], step, n));
    }
    for (LinearStep s : LinearSteps.everyForm()) {
      LinearStep[] one = {s};
      check(
          s.toString(), n, (k, p) -> k.linearSteps(p[0], p[1], p[2], new long[] {p[3]}, one, 1, n));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16, 33, 1000, BLOCK, BLOCK + 1, 3 * BLOCK - 5})
  void shouldGiveManyStepsTheBitsOfOneAfterAnother(int n) {
    Random random = new Random(SEED + n);
    LinearStep[] forms = LinearSteps.everyForm().toArray(LinearStep[]::new);
    for (int round = 0; round < 40; round++) {
      int count = 1 + random.nextInt(9);
      LinearStep[] steps = new LinearStep[count];
      // Every other round holds runs of one form: those have loops of their own.
      boolean runs = round % 2 == 1;
      for (int j = 0; j < count; j++) {
        boolean again = runs && j > 0 && random.nextInt(5) > 0;
        steps[j] = again ? steps[j - 1] : forms[random.nextInt(forms.length)];
      }
      if (runs) {
        java.util.Arrays.fill(steps, 0, Math.min(count, 5), accumulating(random));
        if (count >= 4 && random.nextBoolean()) {
          steps[3] = refreshing(random);
        }
      }
      for (OuterKernels kernels : new OuterKernels[] {scalar, vector}) {
        Memory together = new Memory(filled(n, 0));
        kernels.linearSteps(
            together.at[0], together.at[1], together.at[2], pushes(together), steps, count, n);
        Memory apart = new Memory(filled(n, 0));
        for (int j = 0; j < count; j++) {
          long[] push = {pushes(apart)[j]};
          kernels.linearSteps(
              apart.at[0], apart.at[1], apart.at[2], push, new LinearStep[] {steps[j]}, 1, n);
        }
        assertThat(together.segment.mismatch(apart.segment))
            .as("%s, %d steps, replay with -Destafette.seed=%d", kernels.name(), count, SEED)
            .isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 8, 9, 15, 16, 17, 24, 25, 31, 32, 33, 63, 64, 65, 1000, 4099})
  void shouldReduceToTheSameBits(int n) {
    for (int misaligned : new int[] {0, 4}) {
      Memory memory = new Memory(n, misaligned, SEED);
      double dot = vector.dot(memory.at[0], memory.at[1], n);
      assertThat(dot).isEqualTo(scalar.dot(memory.at[0], memory.at[1], n));
      double exact = 0;
      for (int i = 0; i < n; i++) {
        exact +=
            (double) VectorsMemory.get(memory.at[0] + 4L * i)
                * VectorsMemory.get(memory.at[1] + 4L * i);
      }
      assertThat(dot).isCloseTo(exact, org.assertj.core.api.Assertions.within(1e-12 * (n + 1)));
      assertThat(vector.isFinite(memory.at[0], n)).isTrue();
      for (int i = 0; i < n; i += Math.max(1, n / 50)) {
        long address = memory.at[0] + 4L * i;
        float before = VectorsMemory.get(address);
        for (float bad : new float[] {Float.NaN, 1f / 0, -1f / 0}) {
          VectorsMemory.set(address, bad);
          assertThat(vector.isFinite(memory.at[0], n)).as("%s at %d", bad, i).isFalse();
        }
        VectorsMemory.set(address, before);
      }
    }
  }

  private static LinearStep accumulating(Random random) {
    double fromMomentum = random.nextBoolean() ? 0 : 0.3;
    return LinearStep.accumulate(random.nextDouble(), fromMomentum, random.nextDouble());
  }

  private static LinearStep refreshing(Random random) {
    return LinearStep.refresh(
        0.9, random.nextDouble(), random.nextDouble(), 0.4, random.nextInt(2) * 0.2, 0);
  }

  private void check(String operation, int n, BiConsumer<OuterKernels, long[]> call) {
    for (int misaligned : new int[] {0, 4, 20}) {
      Memory filled = filled(n, misaligned);
      Memory expected = new Memory(filled);
      Memory seen = new Memory(filled);
      call.accept(scalar, expected.at);
      call.accept(vector, seen.at);
      assertThat(seen.segment.mismatch(expected.segment))
          .as(
              "%s over %d floats, %d bytes off, replay with -Destafette.seed=%d",
              operation, n, misaligned, SEED)
          .isEqualTo(-1);
      assertThat(seen.guardsIntact()).as("%s over %d floats wrote outside", operation, n).isTrue();
    }
  }

  private Memory filled(int n, int misaligned) {
    return filled.computeIfAbsent(misaligned, k -> new Memory(n, misaligned, SEED));
  }

  private static long[] pushes(Memory memory) {
    long[] pushes = new long[10];
    System.arraycopy(memory.at, 3, pushes, 0, 10);
    return pushes;
  }

  /** Operands of n random floats each, with guards between them. */
  private static final class Memory {
    final MemorySegment segment;
    final long[] at = new long[OPERANDS];
    private final int n;

    Memory(int n, int misaligned, long seed) {
      this.n = n;
      Random random = new Random(seed);
      long stride = (4L * n + 63) / 64 * 64 + 2 * GUARD;
      segment = Arena.ofAuto().allocate(OPERANDS * stride + GUARD + misaligned, 64);
      segment.fill((byte) 0x5A);
      for (int k = 0; k < OPERANDS; k++) {
        at[k] = segment.address() + GUARD + k * stride + misaligned;
        for (int i = 0; i < n; i++) {
          // The second moment must not be negative.
          float value = (float) random.nextGaussian();
          VectorsMemory.set(at[k] + 4L * i, k == 2 ? Math.abs(value) : value);
        }
      }
    }

    Memory(Memory other) {
      n = other.n;
      segment = Arena.ofAuto().allocate(other.segment.byteSize(), 64);
      segment.copyFrom(other.segment);
      for (int k = 0; k < OPERANDS; k++) {
        at[k] = segment.address() + (other.at[k] - other.segment.address());
      }
    }

    boolean guardsIntact() {
      for (long address : at) {
        for (int i = 1; i <= 16; i++) {
          if (bits(address - 4L * i) != 0x5A5A5A5A
              || bits(address + 4L * (n + i - 1)) != 0x5A5A5A5A) {
            return false;
          }
        }
      }
      return true;
    }

    private static int bits(long address) {
      return VectorsMemory.ALL.get(ValueLayout.JAVA_INT, address);
    }
  }
}
