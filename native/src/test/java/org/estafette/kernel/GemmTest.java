package org.estafette.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GemmTest {
  private static final int[] SIZES = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 67};

  static Stream<Gemm> available() {
    return GemmProviders.all().stream().map(GemmProvider::gemm).filter(java.util.Objects::nonNull);
  }

  @ParameterizedTest
  @MethodSource("available")
  void shouldAgreeWithPlainLoopsOverAwkwardSizesTransposesAndStrides(Gemm gemm) {
    long seed = 20261120;
    Random random = new Random(seed);
    try (Arena arena = Arena.ofConfined()) {
      for (int round = 0; round < 200; round++) {
        int m = SIZES[random.nextInt(SIZES.length)];
        int n = SIZES[random.nextInt(SIZES.length)];
        int k = SIZES[random.nextInt(SIZES.length)];
        boolean ta = random.nextBoolean();
        boolean tb = random.nextBoolean();
        int lda = (ta ? m : k) + random.nextInt(3);
        int ldb = (tb ? k : n) + random.nextInt(3);
        int ldc = n + random.nextInt(3);
        float alpha = random.nextBoolean() ? 1f : -0.5f;
        float beta = new float[] {0f, 1f, 0.25f}[random.nextInt(3)];
        long a = Numbers.random(arena, random, (ta ? k : m) * lda);
        long b = Numbers.random(arena, random, (tb ? n : k) * ldb);
        long c = Numbers.random(arena, random, m * ldc);
        float[] before = Numbers.read(c, m * ldc);
        gemm.sgemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < ldc; j++) {
            double expected = before[i * ldc + j];
            if (j < n) {
              double sum = 0;
              for (int l = 0; l < k; l++) {
                sum +=
                    (double) Lanes.get(a + 4L * (ta ? l * lda + i : i * lda + l))
                        * Lanes.get(b + 4L * (tb ? j * ldb + l : l * ldb + j));
              }
              expected = alpha * sum + beta * before[i * ldc + j];
            }
            assertThat((double) Lanes.get(c + 4L * (i * ldc + j)))
                .as(
                    "%s seed=%d round=%d m=%d n=%d k=%d ta=%s tb=%s beta=%s at (%d, %d)",
                    gemm.name(), seed, round, m, n, k, ta, tb, beta, i, j)
                .isCloseTo(expected, within(1e-5));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("available")
  void shouldAgreeWithPlainLoopsWhereTheInnerSideIsTakenInPieces(Gemm gemm) {
    int[][] sizes = {{5, 1024, 385}, {3, 7, 513}, {6, 33, 257}, {2, 512, 1025}, {4, 1536, 384}};
    long seed = 20261121;
    Random random = new Random(seed);
    try (Arena arena = Arena.ofConfined()) {
      for (int[] size : sizes) {
        for (int form = 0; form < 8; form++) {
          boolean ta = (form & 1) != 0;
          boolean tb = (form & 2) != 0;
          float beta = (form & 4) != 0 ? 1f : 0f;
          int m = size[0];
          int n = size[1];
          int k = size[2];
          int lda = (ta ? m : k) + 1;
          int ldb = (tb ? k : n) + 2;
          long a = Numbers.random(arena, random, (ta ? k : m) * lda);
          long b = Numbers.random(arena, random, (tb ? n : k) * ldb);
          long c = Numbers.random(arena, random, m * n);
          float[] before = Numbers.read(c, m * n);
          gemm.sgemm(ta, tb, m, n, k, 1f, a, lda, b, ldb, beta, c, n);
          for (int at = 0; at < m * n; at++) {
            double sum = beta * before[at];
            for (int l = 0; l < k; l++) {
              sum +=
                  (double) Lanes.get(a + 4L * (ta ? l * lda + at / n : at / n * lda + l))
                      * Lanes.get(b + 4L * (tb ? at % n * ldb + l : l * ldb + at % n));
            }
            assertThat((double) Lanes.get(c + 4L * at))
                .as(
                    "%s seed=%d m=%d n=%d k=%d ta=%s tb=%s beta=%s at %d",
                    gemm.name(), seed, m, n, k, ta, tb, beta, at)
                .isCloseTo(sum, within(1e-4));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("available")
  void shouldNotReadCWhereBetaIsZero(Gemm gemm) {
    try (Arena arena = Arena.ofConfined()) {
      long a = Numbers.of(arena, 2f);
      long c = Numbers.of(arena, Float.NaN);
      gemm.sgemm(false, false, 1, 1, 1, 1f, a, 1, a, 1, 0f, c, 1);
      assertThat(Lanes.get(c)).isEqualTo(4f);
    }
  }

  @ParameterizedTest
  @MethodSource("available")
  void shouldGiveTheSameBitsOnEveryThread(Gemm gemm) throws Exception {
    try (Arena arena = Arena.ofShared();
        var threads = Executors.newFixedThreadPool(4)) {
      Random random = new Random(7);
      long a = Numbers.random(arena, random, 67 * 129);
      long b = Numbers.random(arena, random, 129 * 95);
      Callable<List<Float>> product =
          () -> {
            long c = arena.allocate(4L * 67 * 95, 64).address();
            gemm.sgemm(false, false, 67, 95, 129, 1f, a, 129, b, 95, 0f, c, 95);
            float[] values = Numbers.read(c, 67 * 95);
            return java.util.stream.IntStream.range(0, values.length)
                .mapToObj(i -> values[i])
                .toList();
          };
      List<Float> first = product.call();
      for (var future : threads.invokeAll(List.of(product, product, product, product))) {
        assertThat(future.get()).isEqualTo(first);
      }
    }
  }

  @Test
  void shouldGiveEveryProviderAReason() {
    assertThat(GemmProviders.all())
        .extracting(GemmProvider::name)
        .containsExactly("onednn", "openblas", "java");
    assertThat(GemmProviders.all()).allSatisfy(p -> assertThat(p.reason()).endsWith("."));
  }

  @Test
  void shouldRefuseAnUnknownProviderByNameAndNameTheKnownOnes() {
    String before = System.getProperty(GemmProviders.PROPERTY);
    System.setProperty(GemmProviders.PROPERTY, "mkl");
    try {
      assertThatThrownBy(GemmProviders::get)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("estafette.gemm=mkl")
          .hasMessageContaining("onednn, openblas, java");
    } finally {
      if (before == null) {
        System.clearProperty(GemmProviders.PROPERTY);
      } else {
        System.setProperty(GemmProviders.PROPERTY, before);
      }
    }
  }
}
