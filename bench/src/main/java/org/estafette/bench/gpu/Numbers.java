package org.estafette.bench.gpu;

import java.util.Random;

/** Numbers for cases, from one seed. */
final class Numbers {
  private final Random random;

  Numbers(long seed) {
    this.random = new Random(seed);
  }

  /** Of a normal distribution with this deviation. */
  float[] normal(long count, double deviation) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
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
