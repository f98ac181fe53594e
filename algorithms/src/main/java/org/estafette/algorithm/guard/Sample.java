package org.estafette.algorithm.guard;

import java.util.SplittableRandom;
import org.estafette.memory.FlatVector;

/**
 * Some coordinates of a vector, always the same ones. The cosine of two vectors is about that of
 * their samples; the standard error is about one by the root of the number of coordinates.
 */
final class Sample {
  private final long[] coordinates;

  /**
   * A sample of vectors of {@code length} numbers.
   *
   * @param most coordinates; all where there are no more
   */
  Sample(long length, int most, long seed) {
    coordinates = new long[(int) Math.min(length, most)];
    SplittableRandom random = new SplittableRandom(seed);
    // One of each of as many stretches of like length: ascending, as memory likes it, and no two
    // are the same.
    for (int i = 0; i < coordinates.length; i++) {
      long from = place(length, i);
      coordinates[i] = random.nextLong(from, place(length, i + 1));
    }
  }

  private long place(long length, int i) {
    return (long) ((double) length * i / coordinates.length);
  }

  int size() {
    return coordinates.length;
  }

  /**
   * Reads the sample.
   *
   * @return its L2 norm
   */
  double read(FlatVector vector, double[] into) {
    double squared = 0;
    for (int i = 0; i < coordinates.length; i++) {
      double value = vector.get(coordinates[i]);
      into[i] = value;
      squared += value * value;
    }
    return Math.sqrt(squared);
  }
}
