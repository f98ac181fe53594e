package org.estafette.algorithm.random;

import java.util.random.RandomGenerator;

/**
 * The numbers of one key in order, for draws whose count is not known beforehand: rejection,
 * shuffling. Its place in the sequence is {@link #counter()}, so it can be saved and taken up
 * again. Used by one thread.
 */
public final class RandomStream implements RandomGenerator {
  private final long key;
  private long counter;

  RandomStream(long key) {
    this.key = key;
  }

  /** Numbers drawn so far. */
  public long counter() {
    return counter;
  }

  @Override
  public long nextLong() {
    return CounterRandom.bits(key, counter++);
  }

  @Override
  public double nextDouble() {
    return CounterRandom.uniform(key, counter++);
  }

  @Override
  public int nextInt(int bound) {
    return (int) CounterRandom.below(key, counter++, bound);
  }

  @Override
  public double nextGaussian() {
    return CounterRandom.gaussian(key, counter++);
  }

  /**
   * Gamma with this shape and scale 1: Marsaglia and Tsang (2000); below shape 1 by the power of a
   * uniform number.
   *
   * @throws IllegalArgumentException where {@code shape} is not above 0 and finite
   */
  public double nextGamma(double shape) {
    if (!(shape > 0) || Double.isInfinite(shape)) {
      throw new IllegalArgumentException("shape=" + shape + " (expected > 0 and finite)");
    }
    return StrictMath.exp(nextLogGamma(shape));
  }

  /**
   * Fills {@code into} with a draw of the symmetric Dirichlet distribution: non-negative numbers
   * whose sum is 1, about equal for large α, one near 1 and the rest near 0 for small α.
   *
   * @throws IllegalArgumentException where {@code alpha} is not above 0 and finite
   */
  public void nextDirichlet(double alpha, double[] into) {
    if (!(alpha > 0) || Double.isInfinite(alpha)) {
      throw new IllegalArgumentException("alpha=" + alpha + " (expected > 0 and finite)");
    }
    // Logarithms, as gammas of small shape underflow to 0 one and all.
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < into.length; i++) {
      into[i] = nextLogGamma(alpha);
      largest = Math.max(largest, into[i]);
    }
    double sum = 0;
    for (int i = 0; i < into.length; i++) {
      into[i] = StrictMath.exp(into[i] - largest);
      sum += into[i];
    }
    for (int i = 0; i < into.length; i++) {
      into[i] /= sum;
    }
  }

  /** Shuffles in place (Fisher–Yates). */
  public void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }

  private double nextLogGamma(double shape) {
    if (shape < 1) {
      double uniform = 1 - nextDouble();
      return nextLogGamma(shape + 1) + StrictMath.log(uniform) / shape;
    }
    double d = shape - 1.0 / 3;
    double c = 1 / StrictMath.sqrt(9 * d);
    while (true) {
      double x = nextGaussian();
      double v = 1 + c * x;
      double logUniform = StrictMath.log(1 - nextDouble());
      if (v > 0) {
        double logV3 = 3 * StrictMath.log(v);
        if (logUniform < 0.5 * x * x + d - d * v * v * v + d * logV3) {
          return StrictMath.log(d) + logV3;
        }
      }
    }
  }
}
