package org.estafette.algorithm.random;

/**
 * Shuffles that are never stored: element i of a random permutation of 0 … n − 1, computed on its
 * own. A dataset goes through its samples in a new order every epoch, without memory and from any
 * place.
 */
public final class Permutations {
  private static final int ROUNDS = 6;

  private Permutations() {}

  /**
   * Where the permutation named by {@code key} puts {@code index}: a balanced Feistel network over
   * the next even power of two, walked until it falls below {@code n} (Black and Rogaway 2002).
   * Fewer than four walks on average.
   *
   * @param n 1 … 2⁶⁰
   * @param index 0 … n − 1
   * @throws IllegalArgumentException where one is out of its range
   */
  public static long at(long key, long n, long index) {
    if (n < 1 || n > 1L << 60) {
      throw new IllegalArgumentException("n=" + n + " (expected 1 ... 2^60)");
    }
    if (index < 0 || index >= n) {
      throw new IllegalArgumentException("index=" + index + " (expected 0 ... " + (n - 1) + ")");
    }
    int half = Math.max(1, (65 - Long.numberOfLeadingZeros(n - 1)) / 2);
    long place = index;
    do {
      place = feistel(key, half, place);
    } while (place >= n);
    return place;
  }

  private static long feistel(long key, int half, long place) {
    long mask = (1L << half) - 1;
    long left = place >>> half;
    long right = place & mask;
    for (int round = 0; round < ROUNDS; round++) {
      long next = left ^ (CounterRandom.bits(key, right * ROUNDS + round) & mask);
      left = right;
      right = next;
    }
    return left << half | right;
  }
}
