package org.estafette.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.estafette.kernel.AdamStep;
import org.estafette.kernel.CoordinateSort;
import org.estafette.kernel.LinearStep;
import org.estafette.kernel.OuterKernels;
import org.jspecify.annotations.Nullable;

/**
 * Float32 numbers outside the Java heap: what models train with. The memory is given back when the
 * vector and all its views are garbage; nobody closes it.
 *
 * <p>Kernels that take {@link #address()} must keep the vector reachable during the call ({@link
 * Reference#reachabilityFence}).
 */
// A fence need not be in a finally block here: where a kernel throws, nothing uses the memory
// after.
@SuppressWarnings("ReachabilityFenceUsage")
public final class Float32Vector implements FlatVector {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
  private static final OuterKernels KERNELS = OuterKernels.best();
  private static final long[] NONE = {};

  /** Elements of a block of {@link #gram}: those of 16 vectors fit a second-level cache. */
  private static final int BLOCK = 4096;

  private final MemorySegment segment;
  private final long address;
  private final long length;
  private long[] operands = NONE;
  private @Nullable CoordinateSort sort;

  private Float32Vector(MemorySegment segment) {
    this.segment = segment;
    this.address = segment.address();
    this.length = segment.byteSize() / Float.BYTES;
  }

  /**
   * A vector of zeros, aligned to 64 bytes.
   *
   * @throws IllegalArgumentException where {@code length} is negative
   * @throws OutOfMemoryError where the limit of memory outside the heap ({@code
   *     -XX:MaxDirectMemorySize}, by default as large as the heap) is reached
   */
  public static Float32Vector allocate(long length) {
    if (length < 0) {
      throw new IllegalArgumentException("length=" + length + " (expected >= 0)");
    }
    return new Float32Vector(OffHeap.allocate(Math.multiplyExact(length, (long) Float.BYTES)));
  }

  /**
   * The floats of {@code segment}, in native byte order, not copied. The vector keeps the segment
   * reachable; whoever closes the segment's arena must not use the vector afterwards.
   *
   * @throws IllegalArgumentException where the segment is on the heap, is not a whole number of
   *     floats or does not start at a multiple of 4
   */
  public static Float32Vector wrap(MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          "segment=" + segment + " (expected memory outside the heap)");
    }
    if (segment.byteSize() % Float.BYTES != 0 || segment.address() % Float.BYTES != 0) {
      throw new IllegalArgumentException(
          "segment: address="
              + segment.address()
              + ", bytes="
              + segment.byteSize()
              + " (expected multiples of "
              + Float.BYTES
              + ")");
    }
    return new Float32Vector(segment);
  }

  /** The memory, {@code 4·length} bytes. */
  public MemorySegment segment() {
    return segment;
  }

  /** Address of element 0. */
  public long address() {
    return address;
  }

  /**
   * A view of one tensor: the same memory, {@code spec.size()} elements.
   *
   * @throws IllegalArgumentException where the tensor ends behind this vector
   */
  public Float32Vector view(TensorSpec spec) {
    if (spec.offset() + spec.size() > length) {
      throw new IllegalArgumentException(
          "tensor "
              + spec.name()
              + ": offset="
              + spec.offset()
              + ", size="
              + spec.size()
              + " (expected to end within length="
              + length
              + ")");
    }
    return new Float32Vector(
        segment.asSlice(spec.offset() * Float.BYTES, spec.size() * Float.BYTES));
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public Precision precision() {
    return Precision.FLOAT32;
  }

  @Override
  public double get(long index) {
    return segment.getAtIndex(F32, index);
  }

  @Override
  public void set(long index, double value) {
    segment.setAtIndex(F32, index, (float) value);
  }

  @Override
  public void fill(double value) {
    KERNELS.fill(address, length, (float) value);
    Reference.reachabilityFence(this);
  }

  @Override
  public void copyFrom(FlatVector source) {
    if (source.length() != length) {
      throw wrongLength("source", source);
    }
    switch (source) {
      case Float32Vector f -> segment.copyFrom(f.segment);
      case Float64Vector d -> {
        double[] from = d.array();
        for (int i = 0; i < from.length; i++) {
          segment.setAtIndex(F32, i, (float) from[i]);
        }
      }
    }
  }

  @Override
  public void scale(double a) {
    KERNELS.scale(address, length, (float) a);
    Reference.reachabilityFence(this);
  }

  @Override
  public void axpy(double a, FlatVector x) {
    Float32Vector from = like("x", x);
    KERNELS.axpy(address, from.address, length, (float) a);
    Reference.reachabilityFence(this);
    Reference.reachabilityFence(from);
  }

  @Override
  public void difference(FlatVector a, FlatVector b) {
    Float32Vector minuend = like("a", a);
    Float32Vector subtrahend = like("b", b);
    KERNELS.difference(address, minuend.address, subtrahend.address, length);
    Reference.reachabilityFence(this);
    Reference.reachabilityFence(minuend);
    Reference.reachabilityFence(subtrahend);
  }

  @Override
  public void weightedSum(FlatVector[] xs, double[] weights, int count) {
    Operands.checkCount(count, xs.length, "xs");
    Operands.checkCount(count, weights.length, "weights");
    long[] addresses = addresses("xs", xs, count);
    KERNELS.weightedSum(address, addresses, weights, count, length);
    Reference.reachabilityFence(this);
    Reference.reachabilityFence(xs);
  }

  @Override
  public void trimmedMean(FlatVector[] xs, int count, int trim) {
    Operands.checkCount(count, xs.length, "xs");
    Operands.checkTrim(count, trim);
    long[] addresses = addresses("xs", xs, count);
    CoordinateSort s = sort;
    if (s == null) {
      s = new CoordinateSort();
      sort = s;
    }
    s.trimmedMean(address, addresses, count, trim, length);
    Reference.reachabilityFence(this);
    Reference.reachabilityFence(xs);
  }

  @Override
  public void gram(FlatVector[] xs, int count, double[] into) {
    Operands.checkCount(count, xs.length, "xs");
    Operands.checkCount(count * count, into.length, "into");
    long[] addresses = addresses("xs", xs, count);
    Arrays.fill(into, 0, count * count, 0);
    for (long done = 0; done < length; done += BLOCK) {
      long n = Math.min(BLOCK, length - done);
      long o = done * Float.BYTES;
      for (int i = 0; i < count; i++) {
        for (int j = i; j < count; j++) {
          into[i * count + j] += KERNELS.dot(addresses[i] + o, addresses[j] + o, n);
        }
      }
    }
    Operands.mirror(into, count);
    Reference.reachabilityFence(xs);
  }

  @Override
  public double dot(FlatVector other) {
    Float32Vector that = like("other", other);
    double sum = KERNELS.dot(address, that.address, length);
    Reference.reachabilityFence(this);
    Reference.reachabilityFence(that);
    return sum;
  }

  @Override
  public boolean isFinite() {
    boolean finite = KERNELS.isFinite(address, length);
    Reference.reachabilityFence(this);
    return finite;
  }

  @Override
  public void delayCompensate(double lambda, FlatVector now, FlatVector atPull) {
    Float32Vector here = like("now", now);
    Float32Vector there = like("atPull", atPull);
    KERNELS.delayCompensate(address, here.address, there.address, length, (float) lambda);
    Reference.reachabilityFence(this);
    Reference.reachabilityFence(here);
    Reference.reachabilityFence(there);
  }

  @Override
  public void linearSteps(
      @Nullable FlatVector momentum,
      @Nullable FlatVector buffer,
      FlatVector[] pushes,
      LinearStep[] steps,
      int count) {
    Operands.checkSteps(momentum, buffer, pushes, steps, count);
    Float32Vector m = momentum == null ? this : like("momentum", momentum);
    Float32Vector b = buffer == null ? this : like("buffer", buffer);
    long[] addresses = addresses("pushes", pushes, count);
    KERNELS.linearSteps(address, m.address, b.address, addresses, steps, count, length);
    Reference.reachabilityFence(this);
    Reference.reachabilityFence(m);
    Reference.reachabilityFence(b);
    Reference.reachabilityFence(pushes);
  }

  @Override
  public void adamStep(FlatVector m, FlatVector v, FlatVector gradient, AdamStep step) {
    Float32Vector first = like("m", m);
    Float32Vector second = like("v", v);
    Float32Vector g = like("gradient", gradient);
    KERNELS.adamStep(address, first.address, second.address, g.address, step, length);
    Reference.reachabilityFence(this);
    Reference.reachabilityFence(first);
    Reference.reachabilityFence(second);
    Reference.reachabilityFence(g);
  }

  @Override
  public String toString() {
    return Operands.describe(this);
  }

  private long[] addresses(String name, FlatVector[] vectors, int count) {
    if (operands.length < count) {
      operands = new long[Math.max(8, count)];
    }
    for (int j = 0; j < count; j++) {
      operands[j] = like(name, vectors[j]).address;
    }
    return operands;
  }

  private Float32Vector like(String name, FlatVector other) {
    if (!(other instanceof Float32Vector that)) {
      throw Operands.wrongPrecision(name, other, precision());
    }
    if (that.length != length) {
      throw wrongLength(name, other);
    }
    return that;
  }

  private IllegalArgumentException wrongLength(String name, FlatVector other) {
    return Operands.wrongLength(name, other, length);
  }
}
