package org.estafette.bench.gpu;

import java.util.Random;

/** Numbers for cases, from one seed. */
final class Numbers {
  private static final int CANCELLING = 8;

  private final Random random;

  Numbers(long seed) {
    this.random = new Random(seed);
  }

  /**
   * Of a normal distribution with this deviation. So few that a sum of them may cancel out, which
   * would make a relative difference of it meaningless, are all positive.
   */
  float[] normal(long count, double deviation) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      double value = count < CANCELLING ? 0.5 + random.nextDouble() : random.nextGaussian();
      values[i] = (float) (deviation * value);
    }
    return values;
  }

  float[] normal(long count) {
    return normal(count, 1);
  }

  /** In 0.5 … 1.5. */
  float[] positive(long count) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.5f + random.nextFloat();
    }
    return values;
  }

  /** In 0 … bound − 1. */
  int[] below(int count, int bound) {
    return random.ints(count, 0, bound).toArray();
  }

  int next(int bound) {
    return random.nextInt(bound);
  }
}
