package org.estafette.algorithm.random;

import org.estafette.kernel.SplitMix64;

/**
 * Random numbers by counter: every method is a pure function of its arguments and allocates
 * nothing. A key names a sequence ("seed 7, shard 2"), a counter a place in it; {@link #bits} walks
 * the SplitMix64 sequence (Steele, Lea, Flood 2014) that starts at the key.
 */
public final class CounterRandom {
  private static final double TWO_TO_MINUS_53 = 0x1.0p-53;

  private CounterRandom() {}

  /** The key of part {@code a} of the sequence named {@code parent}: a seed or another key. */
  public static long key(long parent, long a) {
    return spread(spread(parent) + SplitMix64.GOLDEN * (a + 1));
  }

  /** The key of part (a, b). */
  public static long key(long parent, long a, long b) {
    return key(key(parent, a), b);
  }

  /** The key of part (a, b, c). */
  public static long key(long parent, long a, long b, long c) {
    return key(key(key(parent, a), b), c);
  }

  /**
   * A key made of a name, the same on every machine and in every release.
   *
   * @param name any text
   */
  public static long key(CharSequence name) {
    long hash = 0xCBF29CE484222325L; // FNV-1a over UTF-16 units, spread at the end
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001B3L;
    }
    return spread(hash);
  }

  /** 64 random bits. */
  public static long bits(long key, long counter) {
    return SplitMix64.bits(key, counter);
  }

  /** Uniform in [0, 1), in steps of 2⁻⁵³. */
  public static double uniform(long key, long counter) {
    return (bits(key, counter) >>> 11) * TWO_TO_MINUS_53;
  }

  /**
   * Uniform in 0 … bound − 1. The bias is below bound·2⁻⁶⁴.
   *
   * @throws IllegalArgumentException where {@code bound} is below 1
   */
  public static long below(long key, long counter, long bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound=" + bound + " (expected >= 1)");
    }
    return Math.unsignedMultiplyHigh(bits(key, counter), bound);
  }

  /** Normal with mean 0 and variance 1: the normal quantile of a uniform number. */
  public static double gaussian(long key, long counter) {
    return gaussian(bits(key, counter));
  }

  static double gaussian(long bits) {
    return NormalQuantile.of(((bits >>> 11) + 0.5) * TWO_TO_MINUS_53);
  }

  /** A stream of the numbers of this key, from counter 0 on. */
  public static RandomStream stream(long key) {
    return new RandomStream(key);
  }

  // Another mixing than that of bits(), so that keys and numbers of one parent are unrelated.
  private static long spread(long z) {
    z = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
    z = (z ^ (z >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return z ^ (z >>> 33);
  }
}
