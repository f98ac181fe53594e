package org.estafette.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds the fast kernels to the scalar ones over awkward sizes, and checks that no float behind is
 * touched.
 */
class RowKernelsTest {
  private static final int[] WIDTHS = {
    1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 61, 64, 65, 97, 127, 131
  };
  private static final int GUARD = 16;
  private static final float MARK = 12345.75f;

  private final RowKernels scalar = RowKernels.scalar();
  private final RowKernels fast = RowKernels.best();

  /** Buffers that an operation gets; every call of {@link #buffer} is the same for both kernels. */
  private static final class Buffers {
    private final Arena arena;
    private final Random random;
    private final java.util.List<long[]> made = new java.util.ArrayList<>();

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

    long positive(int count) {
      long address = buffer(count);
      for (int i = 0; i < count; i++) {
        Lanes.set(address + 4L * i, Math.abs(Lanes.get(address + 4L * i)));
      }
      return address;
    }

    long ints(int count, int below) {
      long address = buffer(count);
      for (int i = 0; i < count; i++) {
        Lanes.setInt(address + 4L * i, random.nextInt(below));
      }
      return address;
    }
  }

  private interface Operation {
    double run(RowKernels kernels, Buffers buffers, int rows, int width);
  }

  private void compare(String name, double tolerance, Operation operation) {
    for (int width : WIDTHS) {
      for (int rows : new int[] {0, 1, 2, 5}) {
        compare(name, tolerance, operation, rows, width);
      }
    }
    compare(name, tolerance, operation, 37, 512);
  }

  private void compare(String name, double tolerance, Operation operation, int rows, int width) {
    try (Arena arena = Arena.ofConfined()) {
      long seed = 31L * rows + width;
      Buffers expected = new Buffers(arena, seed);
      Buffers actual = new Buffers(arena, seed);
      double number = operation.run(scalar, expected, rows, width);
      String where = name + " rows=" + rows + " width=" + width + " seed=" + seed;
      assertThat(operation.run(fast, actual, rows, width))
          .as(where)
          .isCloseTo(number, within(tolerance * (1 + Math.abs(number))));
      for (int b = 0; b < expected.made.size(); b++) {
        int count = (int) expected.made.get(b)[1];
        float[] want = Numbers.read(expected.made.get(b)[0], count + GUARD);
        float[] got = Numbers.read(actual.made.get(b)[0], count + GUARD);
        for (int i = 0; i < want.length; i++) {
          assertThat((double) got[i])
              .as("%s buffer=%d element=%d of %d", where, b, i, count)
              .isCloseTo(want[i], within(tolerance * (1 + Math.abs(want[i]))));
        }
      }
    }
  }

  @Test
  void layerNormShouldAgree() {
    compare(
        "layerNorm",
        1e-4,
        (k, b, r, w) -> {
          k.layerNorm(
              b.buffer(r * w),
              b.buffer(r),
              b.buffer(r),
              b.buffer(r * w),
              b.buffer(w),
              b.buffer(w),
              r,
              w);
          return 0;
        });
  }

  @Test
  void residualLayerNormShouldAgree() {
    compare(
        "residualLayerNorm",
        1e-4,
        (k, b, r, w) -> {
          k.residualLayerNorm(
              b.buffer(r * w),
              b.buffer(r * w),
              b.buffer(r),
              b.buffer(r),
              b.buffer(r * w),
              b.buffer(r * w),
              b.buffer(w),
              b.buffer(w),
              b.buffer(w),
              r,
              w);
          return 0;
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void layerNormBackwardShouldAgree(boolean accumulate) {
    compare(
        "layerNormBackward",
        5e-5,
        (k, b, r, w) -> {
          k.layerNormBackward(
              b.buffer(r * w),
              b.buffer(w),
              b.buffer(w),
              b.buffer(r * w),
              b.buffer(r * w),
              b.buffer(r),
              b.positive(r),
              b.buffer(w),
              r,
              w,
              accumulate);
          return 0;
        });
  }

  @Test
  void biasesShouldAgree() {
    compare(
        "addBias",
        1e-6,
        (k, b, r, w) -> {
          k.addBias(b.buffer(r * w), b.buffer(w), r, w);
          return 0;
        });
    compare(
        "biasGradient",
        1e-5,
        (k, b, r, w) -> {
          k.biasGradient(b.buffer(w), b.buffer(r * w), r, w);
          return 0;
        });
  }

  @Test
  void geluShouldAgree() {
    compare(
        "biasGelu",
        2e-6,
        (k, b, r, w) -> {
          k.biasGelu(b.buffer(r * w), b.buffer(r * w), b.buffer(w), r, w);
          return 0;
        });
    compare(
        "biasGeluBackward",
        1e-5,
        (k, b, r, w) -> {
          k.biasGeluBackward(b.buffer(r * w), b.buffer(w), b.buffer(r * w), r, w);
          return 0;
        });
  }

  @Test
  void otherActivationsShouldAgree() {
    compare(
        "biasRelu",
        1e-6,
        (k, b, r, w) -> {
          k.biasRelu(b.buffer(r * w), b.buffer(w), r, w);
          return 0;
        });
    compare(
        "reluBackward",
        0,
        (k, b, r, w) -> {
          k.reluBackward(b.buffer(r * w), b.buffer(r * w), (long) r * w);
          return 0;
        });
    compare(
        "biasTanh",
        1e-6,
        (k, b, r, w) -> {
          k.biasTanh(b.buffer(r * w), b.buffer(w), r, w);
          return 0;
        });
    compare(
        "tanhBackward",
        1e-5,
        (k, b, r, w) -> {
          k.tanhBackward(b.buffer(r * w), b.buffer(r * w), (long) r * w);
          return 0;
        });
  }

  @Test
  void causalSoftmaxShouldAgreeForEveryFirstLength() {
    for (int first : new int[] {1, 2, 16, 17, 600}) {
      compare(
          "causalSoftmax",
          2e-6,
          (k, b, r, w) -> {
            k.causalSoftmax(b.buffer(r * (w + 3)), w + 3, r, w, Math.min(first, w), 0.7f);
            return 0;
          });
      compare(
          "causalSoftmaxBackward",
          1e-5,
          (k, b, r, w) -> {
            long d = b.buffer(r * (w + 3));
            k.causalSoftmaxBackward(
                d, b.buffer(r * (w + 3)), w + 3, r, w, Math.min(first, w), 0.7f);
            return 0;
          });
    }
  }

  @Test
  void crossEntropyShouldAgree() {
    compare(
        "crossEntropy", 2e-6, (k, b, r, w) -> k.crossEntropy(b.buffer(r * w), b.ints(r, w), r, w));
    compare(
        "crossEntropyBackward",
        2e-6,
        (k, b, r, w) -> k.crossEntropyBackward(b.buffer(r * w), b.ints(r, w), r, w, 0.3f));
  }

  @Test
  void embeddingsShouldAgree() {
    compare(
        "embedding",
        1e-6,
        (k, b, r, w) -> {
          k.embedding(b.buffer(r * w), b.ints(r, 5), b.buffer(5 * w), b.buffer(3 * w), r, 3, w);
          return 0;
        });
    compare(
        "embeddingBackward",
        1e-5,
        (k, b, r, w) -> {
          k.embeddingBackward(
              b.buffer(5 * w), b.buffer(3 * w), b.ints(r, 5), b.buffer(r * w), r, 3, w);
          return 0;
        });
  }

  @Test
  void sumsAndOptimizerStepsShouldAgree() {
    compare(
        "add",
        0,
        (k, b, r, w) -> {
          k.add(b.buffer(r * w), b.buffer(r * w), b.buffer(r * w), (long) r * w);
          return 0;
        });
    compare(
        "sgdStep",
        1e-6,
        (k, b, r, w) -> {
          k.sgdStep(b.buffer(r * w), b.buffer(r * w), (long) r * w, 0.1f, 0.01f, 0.5f);
          return 0;
        });
    for (boolean nesterov : new boolean[] {false, true}) {
      compare(
          "momentumStep",
          1e-6,
          (k, b, r, w) -> {
            k.momentumStep(
                b.buffer(r * w),
                b.buffer(r * w),
                b.buffer(r * w),
                (long) r * w,
                0.1f,
                0.9f,
                nesterov,
                0.01f,
                0.5f);
            return 0;
          });
    }
    compare(
        "adamWStep",
        1e-6,
        (k, b, r, w) -> {
          k.adamWStep(
              b.buffer(r * w),
              b.buffer(r * w),
              b.positive(r * w),
              b.buffer(r * w),
              (long) r * w,
              0.9f,
              0.99f,
              1e-8f,
              0.999f,
              1e-2f,
              1.5f,
              0.5f);
          return 0;
        });
  }

  @Test
  void exponentialAndTanhShouldBeAccurateOverTheirWholeRange() {
    check("exp", x -> Math.exp(x), 3e-7, true);
    check("tanh", x -> Math.tanh(x), 4e-7, false);
  }

  private void check(String name, ToDoubleFunction<Float> exact, double bound, boolean relative) {
    float[] lanes = new float[Lanes.L];
    for (float x = -87f; x < 88f; x += 0.0137f) {
      for (int i = 0; i < lanes.length; i++) {
        lanes[i] = x + 0.001f * i;
      }
      var v = jdk.incubator.vector.FloatVector.fromArray(Lanes.F, lanes, 0);
      float[] got = (name.equals("exp") ? Lanes.exp(v) : Lanes.tanh(v)).toArray();
      for (int i = 0; i < lanes.length; i++) {
        // Beside 1 nothing is left of it, and what stays must be far from subnormal.
        double want = relative && lanes[i] < -40 ? 0 : exact.applyAsDouble(lanes[i]);
        assertThat((double) got[i])
            .as("%s(%s)", name, lanes[i])
            .isCloseTo(want, within(relative ? bound * want : bound));
      }
    }
  }

  @Test
  void geluShouldGiveNothingSubnormalHoweverNegativeItsInput() {
    try (Arena arena = Arena.ofConfined()) {
      float[] inputs = new float[400];
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = -i * 0.1f;
      }
      long x = Numbers.of(arena, inputs);
      long out = Numbers.of(arena, new float[400]);
      long bias = Numbers.of(arena, new float[400]);
      fast.biasGelu(out, x, bias, 1, 400);
      for (long vector : new long[] {out, x}) {
        for (float v : Numbers.read(vector, 400)) {
          assertThat(v == 0 || Math.abs(v) > 1e-20f).as("%s", v).isTrue();
        }
      }
    }
  }

  @Test
  void softmaxShouldSurviveLogitsOfAnySize() {
    try (Arena arena = Arena.ofConfined()) {
      float[] logits = new float[40];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (i - 20) * 1e4f;
      }
      long x = Numbers.of(arena, logits);
      fast.causalSoftmax(x, 40, 1, 40, 40, 1f);
      assertThat(Lanes.get(x + 4L * 39)).isCloseTo(1f, within(1e-6f));
      assertThat(Numbers.read(x, 39)).containsOnly(0f);
    }
  }

  /** A loss that has run away must be seen, wherever in a vector it starts. */
  @Test
  void notANumberShouldStayThat() {
    for (int width : new int[] {16, 40}) {
      for (int bad : new int[] {0, 7, width - 1}) {
        try (Arena arena = Arena.ofConfined()) {
          float[] values = new float[width];
          values[bad] = Float.NaN;
          long targets = Numbers.of(arena, 0f);
          long bias = Numbers.of(arena, new float[width]);
          long softmax = Numbers.of(arena, values);
          fast.causalSoftmax(softmax, width, 1, width, width, 0.5f);
          assertThat(Numbers.read(softmax, width)).containsOnly(Float.NaN);
          long gelu = Numbers.of(arena, new float[width]);
          long slope = Numbers.of(arena, values);
          fast.biasGelu(gelu, slope, bias, 1, width);
          assertThat(Lanes.get(gelu + 4L * bad)).isNaN();
          assertThat(Lanes.get(slope + 4L * bad)).isNaN();
          long tanh = Numbers.of(arena, values);
          fast.biasTanh(tanh, bias, 1, width);
          assertThat(Lanes.get(tanh + 4L * bad)).isNaN();
          assertThat(fast.crossEntropy(Numbers.of(arena, values), targets, 1, width)).isNaN();
          long logits = Numbers.of(arena, values);
          assertThat(fast.crossEntropyBackward(logits, targets, 1, width, 1f)).isNaN();
          assertThat(Lanes.get(logits + 4L)).isNaN();
        }
      }
    }
  }

  @Test
  void softmaxShouldBeRightWhereScaledLogitsAreFarBeyondTheExponentialsRange() {
    try (Arena arena = Arena.ofConfined()) {
      // Their product with the scale has no exact float32: rounding it must not leave anything.
      float[] logits = new float[40];
      java.util.Arrays.fill(logits, -3.3333333e20f);
      logits[11] = 1.2345678e20f;
      long x = Numbers.of(arena, logits);
      fast.causalSoftmax(x, 40, 1, 40, 40, 0.17677669f);
      float[] expected = new float[40];
      expected[11] = 1;
      assertThat(Numbers.read(x, 40)).containsExactly(expected);
    }
  }

  /** Long enough that the JIT takes over on the way: its sums must have the interpreter's order. */
  @Test
  void shouldGiveTheSameBitsBeforeAndAfterTheJitTakesOver() {
    int rows = 6;
    int width = 97;
    try (Arena arena = Arena.ofConfined()) {
      Random random = new Random(5);
      long in = Numbers.random(arena, random, rows * width);
      long gamma = Numbers.random(arena, random, width);
      long targets = Numbers.of(arena, new float[rows]);
      float[] first = null;
      for (int round = 0; round < 4000; round++) {
        try (Arena scratch = Arena.ofConfined()) {
          long out = Numbers.of(scratch, new float[4 * rows * width]);
          long mean = Numbers.of(scratch, new float[rows]);
          long rstd = Numbers.of(scratch, new float[rows]);
          long dGamma = Numbers.of(scratch, new float[2 * width]);
          long part = 4L * rows * width;
          fast.layerNorm(out, mean, rstd, in, gamma, gamma, rows, width);
          fast.layerNormBackward(
              out + part,
              dGamma,
              dGamma + 4L * width,
              out,
              in,
              mean,
              rstd,
              gamma,
              rows,
              width,
              false);
          fast.add(out + 2 * part, out, in, (long) rows * width);
          fast.causalSoftmax(out + 2 * part, width, rows, width, 90, 0.7f);
          fast.add(out + 3 * part, out, in, (long) rows * width);
          fast.crossEntropyBackward(out + 3 * part, targets, rows, width, 0.3f);
          float[] now = Numbers.read(out, 4 * rows * width);
          if (first == null) {
            first = now;
          }
          assertThat(now).as("round %d", round).isEqualTo(first);
        }
      }
    }
  }
}
