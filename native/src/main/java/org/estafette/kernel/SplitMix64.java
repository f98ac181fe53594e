package org.estafette.kernel;

/** SplitMix64 (Steele, Lea, Flood 2014) by counter: pure functions, the same on every device. */
public final class SplitMix64 {
  /** How far apart two places of a sequence are. */
  public static final long GOLDEN = 0x9E3779B97F4A7C15L;

  static final long FIRST = 0xBF58476D1CE4E5B9L;
  static final long SECOND = 0x94D049BB133111EBL;

  private SplitMix64() {}

  /** 64 random bits: place {@code counter} of the sequence that starts at {@code key}. */
  public static long bits(long key, long counter) {
    return mix(key + GOLDEN * (counter + 1));
  }

  /** The bits of a state. */
  public static long mix(long z) {
    long a = (z ^ (z >>> 30)) * FIRST;
    long b = (a ^ (a >>> 27)) * SECOND;
    return b ^ (b >>> 31);
  }
}
