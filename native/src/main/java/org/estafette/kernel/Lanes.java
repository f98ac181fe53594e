package org.estafette.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.UMIN;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors of float32 at absolute addresses, and the functions of them that the platform lacks.
 *
 * <p>Every method of a kernel that takes or gives a vector must be here: conf/jvm.options tells the
 * JIT to inline this class always. A call that is not inlined would make an object of each vector.
 */
final class Lanes {
  /** The whole address space: one constant segment, so that no access makes an object. */
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

  /** Floats in one vector. */
  static final int L = F.length();

  /** Bytes of one vector. */
  static final int BYTES = L * Float.BYTES;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private static final VectorShuffle<Float> ACROSS_8 = across(8);
  private static final VectorShuffle<Float> ACROSS_4 = across(4);
  private static final VectorShuffle<Float> ACROSS_2 = across(2);
  private static final VectorShuffle<Float> ACROSS_1 = across(1);

  private static final float LOG2E = 1.44269504088896341f;
  private static final float LN2_HIGH = 0.693145751953125f;
  private static final float LN2_LOW = 1.42860682030941723212e-6f;

  /** 1.5·2²³: adding it rounds to an integer, which then lies in the low bits. */
  private static final float ROUND = 12582912f;

  /** √(2/π) of GELU's tanh form. */
  private static final float ROOT = 0.7978845608028654f;

  private static final float CUBE = 0.044715f;

  private static final float EXP_MAX = 88.3f;
  // Below it nothing is left beside the 1 that every sum of exponentials here holds. What is kept
  // stays far from subnormal, also times small gradients: a matrix product that meets subnormal
  // numbers is many times slower.
  private static final float EXP_MIN = -40f;
  private static final int BITS_OF_40 = Float.floatToRawIntBits(40f);
  private static final int BITS_OF_MINUS_40 = Float.floatToRawIntBits(-40f);

  private Lanes() {}

  /** Swaps each lane with the one at that distance. */
  private static VectorShuffle<Float> across(int distance) {
    return VectorShuffle.fromOp(F, i -> (i ^ distance) & (L - 1));
  }

  static float get(long address) {
    return ALL.get(FLOAT, address);
  }

  static void set(long address, float value) {
    ALL.set(FLOAT, address, value);
  }

  static int getInt(long address) {
    return ALL.get(INT, address);
  }

  static void setInt(long address, int value) {
    ALL.set(INT, address, value);
  }

  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(F, ALL, address, ORDER);
  }

  static FloatVector load(long address, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(F, ALL, address, ORDER, mask);
  }

  static void store(FloatVector v, long address) {
    v.intoMemorySegment(ALL, address, ORDER);
  }

  static void store(FloatVector v, long address, VectorMask<Float> mask) {
    v.intoMemorySegment(ALL, address, ORDER, mask);
  }

  static FloatVector all(float value) {
    return FloatVector.broadcast(F, value);
  }

  static FloatVector zero() {
    return FloatVector.zero(F);
  }

  /** The lanes below {@code count}, which is at most {@link #L}. */
  static VectorMask<Float> first(int count) {
    return F.indexInRange(0, count);
  }

  /** The largest multiple of {@link #L} that is at most {@code n}. */
  static int bound(int n) {
    return n & -L;
  }

  /**
   * eˣ; relative error below 3e-7. Below −40 it is 0, see {@code EXP_MIN}; above 88.3 it stays at
   * e^88.3.
   */
  static FloatVector exp(FloatVector x) {
    // Vectors' max and min order −0 and NaN as Java does, in six instructions; this takes two.
    FloatVector y = power(x.blend(EXP_MAX, x.compare(GT, EXP_MAX)));
    return y.blend(0f, x.compare(LT, EXP_MIN));
  }

  /** As {@link #exp}, for x of at most 0. */
  static FloatVector expOfNegative(FloatVector x) {
    return power(x).blend(0f, x.compare(LT, EXP_MIN));
  }

  /**
   * eˣ by x = n·ln 2 + r and a polynomial of degree 6 in r (Cephes' expf), for −87 ≤ x ≤ 88.3. NaN
   * stays NaN; numbers outside give anything.
   */
  private static FloatVector power(FloatVector x) {
    FloatVector shifted = x.fma(all(LOG2E), all(ROUND));
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = n.fma(all(-LN2_HIGH), x);
    r = n.fma(all(-LN2_LOW), r);
    FloatVector p = r.fma(all(1.9875691500e-4f), all(1.3981999507e-3f));
    p = p.fma(r, all(8.3334519073e-3f));
    p = p.fma(r, all(4.1665795894e-2f));
    p = p.fma(r, all(1.6666665459e-1f));
    p = p.fma(r, all(5.0000001201e-1f));
    p = p.fma(r.mul(r), r).add(1f);
    IntVector exponent = shifted.reinterpretAsInts().lanewise(LSHL, 23);
    return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
  }

  /**
   * x, but at least −40 and at most 40. Of floats of one sign the bits are in the order of their
   * size: signed, all negative ones lie below 40; unsigned, all positive ones below −40. NaN
   * becomes one of the two.
   */
  private static FloatVector within40(FloatVector x) {
    IntVector bits = x.reinterpretAsInts();
    return bits.min(BITS_OF_40).lanewise(UMIN, BITS_OF_MINUS_40).reinterpretAsFloats();
  }

  /** The larger of each two lanes; where v is NaN, that of {@code max}. */
  static FloatVector larger(FloatVector max, FloatVector v) {
    return max.blend(v, v.compare(GT, max));
  }

  /** The largest lane, none of which is NaN. */
  static float max(FloatVector v) {
    // Flipping the lower bits of negative floats brings the bits, as integers, into their order.
    IntVector bits = v.reinterpretAsInts();
    IntVector order = bits.lanewise(XOR, bits.lanewise(ASHR, 31).lanewise(LSHR, 1));
    int most = order.reduceLanes(MAX);
    return Float.intBitsToFloat(most ^ ((most >> 31) >>> 1));
  }

  /** tanh x = 1 − 2/(e²ˣ + 1); absolute error below 3e-7. */
  static FloatVector tanh(FloatVector x) {
    FloatVector e = exp(x.add(x));
    return all(1f).sub(all(2f).div(e.add(1f)));
  }

  /** 1/(1 + e⁻ˣ). */
  static FloatVector sigmoid(FloatVector x) {
    return all(1f).div(power(within40(x.neg())).add(1f));
  }

  /** σ(2u) with u = √(2/π)(x + 0.044715x³): GELU's tanh form is x·σ(2u). */
  static FloatVector geluGate(FloatVector x) {
    FloatVector u2 = x.mul(x).fma(all(-2 * ROOT * CUBE), all(-2 * ROOT)).mul(x);
    return all(1f).div(power(within40(u2)).add(1f));
  }

  /** GELU′(x) = s + x·s(1 − s)·2u′, with s = {@link #geluGate} of x. */
  static FloatVector geluSlope(FloatVector x, FloatVector gate) {
    FloatVector inner = x.mul(x).fma(all(6 * ROOT * CUBE), all(2 * ROOT)).mul(x);
    FloatVector bell = gate.sub(gate.mul(gate));
    return bell.fma(inner, gate);
  }

  /** to += factor·v. */
  static void addScaled(FloatVector v, float factor, long to) {
    store(v.fma(all(factor), load(to)), to);
  }

  /**
   * Sum of the lanes as a balanced tree. The platform's reduction leaves the order open, and the
   * interpreter's differs from the compiled code's: bits would change when the JIT takes over.
   */
  static float sum(FloatVector v) {
    FloatVector s = v;
    if (L >= 16) {
      s = s.add(s.rearrange(ACROSS_8));
    }
    if (L >= 8) {
      s = s.add(s.rearrange(ACROSS_4));
    }
    if (L >= 4) {
      s = s.add(s.rearrange(ACROSS_2));
    }
    return s.add(s.rearrange(ACROSS_1)).lane(0);
  }
}
