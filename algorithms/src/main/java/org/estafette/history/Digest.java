package org.estafette.history;

import org.estafette.memory.FlatVector;

/** A number that tells two vectors apart: FNV-1a over the bits of their elements. */
public final class Digest {
  private Digest() {}

  /** Of these elements. */
  public static long of(FlatVector v) {
    long hash = 0xCBF29CE484222325L;
    for (long i = 0; i < v.length(); i++) {
      long bits = Double.doubleToLongBits(v.get(i));
      hash = (hash ^ bits) * 0x100000001B3L;
      hash = (hash ^ (bits >>> 32)) * 0x100000001B3L;
    }
    return hash;
  }
}
