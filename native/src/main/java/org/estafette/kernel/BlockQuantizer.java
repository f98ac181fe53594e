package org.estafette.kernel;

import static org.estafette.kernel.VectorsMemory.ALL;
import static org.estafette.kernel.VectorsMemory.get;
import static org.estafette.kernel.VectorsMemory.set;

import java.lang.foreign.ValueLayout;

/**
 * Float32 vectors on a coarse grid, which take a quarter or an eighth of the bytes to send.
 *
 * <p>Each block of {@value #BLOCK} elements has a scale of its own, the smallest power of two s =
 * 2ᵉ with max |x| ≤ L·s, where L = 2^(bits − 1) − 1; its elements become l·s with integers |l| ≤ L.
 * Rounding goes up or down at random, so that the mean is right: E[Q(x)] = x (to 2⁻¹⁶·s), and the
 * error of an element is below s. That is QSGD's stochastic rounding (Alistarh et al., 2017,
 * section 3.1) with a block's largest element in place of the vector's norm. As scales are powers
 * of two, every l·s is a float32: what was rounded once is packed and unpacked without loss, and
 * rounding it again changes nothing.
 *
 * <p>Packed, a block is the byte e + 127, then its levels in two's complement: a byte each, or the
 * first of two in the low half of a byte.
 *
 * <p>A block with NaN, infinity or more than L·2^(129 − bits) stays as it is, for those who look
 * for that; such a vector has no packed form. Addresses are those of float32 elements in memory of
 * the caller's. Thread-safe.
 */
public final class BlockQuantizer {
  /** Elements that share a scale. */
  public static final int BLOCK = 256;

  /** Below it 2⁻ᵉ would be infinite. */
  private static final int LEAST_EXPONENT = -126;

  private static final boolean FAST =
      OuterKernels.best() != OuterKernels.scalar() && BlockQuantizerVector.possible();

  private static final BlockQuantizer EIGHT = new BlockQuantizer(8, FAST);
  private static final BlockQuantizer FOUR = new BlockQuantizer(4, FAST);

  private final boolean fast;
  private final int bits;
  private final int most;

  /** The fraction of L / 2^(bits − 2), which is just below 2. */
  private final int widest;

  /** The bits of L·2^(129 − bits); a block with more in it has no grid of finite numbers. */
  private final int limit;

  /**
   * The grid of so many bits.
   *
   * @param bits of a level: 8 or 4
   * @throws IllegalArgumentException where they are something else
   */
  public static BlockQuantizer of(int bits) {
    return switch (bits) {
      case 8 -> EIGHT;
      case 4 -> FOUR;
      default -> throw new IllegalArgumentException("bits=" + bits + " (expected 8 or 4)");
    };
  }

  /** With vectors for whole blocks, or element by element. */
  BlockQuantizer(int bits, boolean fast) {
    this.fast = fast;
    this.bits = bits;
    this.most = (1 << bits - 1) - 1;
    this.widest = (1 << 23) - (1 << 25 - bits);
    this.limit = 254 << 23 | widest;
  }

  /** Bits of a level. */
  public int bits() {
    return bits;
  }

  /**
   * x ← Q(x).
   *
   * @param key names the random numbers: the same key and vector give the same result, on every
   *     processor
   */
  public void quantize(long x, long length, long key) {
    for (long from = 0; from < length; from += BLOCK) {
      int n = (int) Math.min(BLOCK, length - from);
      int largest = largest(x + 4 * from, n);
      if (largest <= limit) {
        round(x + 4 * from, n, exponent(largest), key, from / 4);
      }
    }
  }

  private void round(long x, int n, int exponent, long key, long group) {
    float scale = power(exponent);
    float inverse = power(-exponent);
    if (fast && n == BLOCK) {
      BlockQuantizerVector.round(x, scale, inverse, most + 1, key, group);
      return;
    }
    // Four elements share 64 random bits; above zero the way from float to int is down.
    int above = most + 1;
    long random = 0;
    for (int i = 0; i < n; i++) {
      random = (i & 3) == 0 ? SplitMix64.bits(key, group + (i >> 2)) : random >>> 16;
      float up = above + (random & 0xffff) * 0x1p-16f;
      set(x + 4L * i, ((int) (get(x + 4L * i) * inverse + up) - above) * scale);
    }
  }

  /** The bits of max |x|; more than those of any number where something is not finite. */
  private int largest(long x, int n) {
    if (fast && n == BLOCK) {
      return BlockQuantizerVector.largest(x);
    }
    int largest = 0;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, ALL.get(ValueLayout.JAVA_INT, x + 4L * i) & 0x7fffffff);
    }
    return largest;
  }

  /**
   * The smallest e with max ≤ L·2ᵉ, of the bits of max; L·2ᵉ = (2 − 2^(2 − bits))·2^(e + bits − 2).
   */
  private int exponent(int largest) {
    int e = (largest >>> 23) - 127 - (bits - 2);
    return Math.max(LEAST_EXPONENT, (largest & 0x7fffff) > widest ? e + 1 : e);
  }

  private static float power(int exponent) {
    return Float.intBitsToFloat(exponent + 127 << 23);
  }

  /** Bytes of a packed vector of so many elements. */
  public long packedBytes(long length) {
    long rest = length % BLOCK;
    return length / BLOCK * packedBlock(BLOCK) + (rest == 0 ? 0 : packedBlock((int) rest));
  }

  private int packedBlock(int n) {
    return 1 + (n * bits + 7) / 8;
  }

  /**
   * Packs a vector that is on the grid.
   *
   * @param to {@link #packedBytes} bytes, not in the vector
   * @return false where it is not on the grid: what is at {@code to} is of no use then
   */
  public boolean pack(long x, long length, long to) {
    long at = to;
    for (long from = 0; from < length; from += BLOCK) {
      int n = (int) Math.min(BLOCK, length - from);
      if (!packBlock(x + 4 * from, n, at)) {
        return false;
      }
      at += packedBlock(n);
    }
    return true;
  }

  private boolean packBlock(long x, int n, long to) {
    int largest = largest(x, n);
    if (largest > limit) {
      return false;
    }
    int exponent = exponent(largest);
    float scale = power(exponent);
    float inverse = power(-exponent);
    ALL.set(ValueLayout.JAVA_BYTE, to, (byte) (exponent + 127));
    if (fast && n == BLOCK && bits == 8) {
      return BlockQuantizerVector.pack(x, scale, inverse, to + 1);
    }
    int lost = 0;
    int low = 0;
    for (int i = 0; i < n; i++) {
      float v = get(x + 4L * i);
      int level = (int) (v * inverse);
      // To the bit: −0 is not on the grid either.
      lost |= Float.floatToRawIntBits(level * scale) ^ Float.floatToRawIntBits(v);
      if (bits == 8) {
        ALL.set(ValueLayout.JAVA_BYTE, to + 1 + i, (byte) level);
      } else if ((i & 1) == 0 && i + 1 < n) {
        low = level & 15;
      } else {
        int both = (i & 1) == 0 ? level & 15 : low | level << 4;
        ALL.set(ValueLayout.JAVA_BYTE, to + 1 + i / 2, (byte) both);
      }
    }
    return lost == 0;
  }

  /**
   * Unpacks a vector.
   *
   * @param packed {@link #packedBytes} bytes; may begin where {@code x} does
   * @throws IllegalArgumentException where a scale cannot be; some of {@code x} is written then
   */
  public void unpack(long packed, long length, long x) {
    // From the end, since a vector is longer than its packed form.
    long at = packed + packedBytes(length);
    for (long block = (length + BLOCK - 1) / BLOCK - 1; block >= 0; block--) {
      int n = (int) Math.min(BLOCK, length - block * BLOCK);
      at -= packedBlock(n);
      unpackBlock(at, n, x + 4 * block * BLOCK, block);
    }
  }

  private void unpackBlock(long packed, int n, long x, long block) {
    int exponent = (ALL.get(ValueLayout.JAVA_BYTE, packed) & 255) - 127;
    if (exponent < LEAST_EXPONENT || exponent > 129 - bits) {
      throw new IllegalArgumentException(
          "block %,d of packed levels: exponent=%d (expected %d … %d)"
              .formatted(block, exponent, LEAST_EXPONENT, 129 - bits));
    }
    float scale = power(exponent);
    if (fast && n == BLOCK && bits == 8) {
      BlockQuantizerVector.unpack(packed + 1, scale, x);
      return;
    }
    for (int i = n - 1; i >= 0; i--) {
      int level =
          bits == 8
              ? ALL.get(ValueLayout.JAVA_BYTE, packed + 1 + i)
              : ALL.get(ValueLayout.JAVA_BYTE, packed + 1 + i / 2) << 28 - 4 * (i & 1) >> 28;
      set(x + 4L * i, level * scale);
    }
  }
}
