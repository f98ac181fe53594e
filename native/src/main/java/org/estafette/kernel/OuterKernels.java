package org.estafette.kernel;

/**
 * Elementwise loops and reductions over float32 memory at absolute addresses: what the outer
 * optimizer, gossip averaging and AdamW do to whole parameter vectors.
 *
 * <p>There are two implementations, and they agree bit for bit. To make that possible the
 * arithmetic is fixed: coefficients are rounded to float32 once; terms are added in the order in
 * which {@link LinearStep} and {@link AdamStep} write them, each by one fused multiply-add ({@code
 * decay·m + intoMomentum·g} is {@code fma(decay, m, intoMomentum·g)}; the last line of AdamW is not
 * fused); what x takes with coefficient 0 is left out. Reductions take {@value #LANES} interleaved
 * float64 partial sums, which are then added as a balanced tree: the result depends neither on the
 * machine's vector width nor on the implementation.
 *
 * <p>Addresses are those of float32 elements, at least 4-byte aligned; 64-byte alignment is
 * fastest. Nothing is checked here: the caller owns the memory and keeps it alive during the call.
 */
public interface OuterKernels {
  /** Partial sums of a reduction. */
  int LANES = 32;

  /** The fastest implementation that this JVM can run. */
  static OuterKernels best() {
    return OuterKernelsProvider.BEST;
  }

  /** The plain loops that define what every implementation has to compute. */
  static OuterKernels scalar() {
    return OuterKernelsProvider.SCALAR;
  }

  /**
   * Why {@link #best} is not the fast implementation, with the remedy; empty where it is. For the
   * log of a start and for the doctor.
   */
  static String remark() {
    return OuterKernelsProvider.REMARK;
  }

  /** Name for logs and benchmark tables. */
  String name();

  /** x ← value. */
  void fill(long x, long length, float value);

  /** x ← a·x. */
  void scale(long x, long length, float a);

  /** y ← y + a·x. */
  void axpy(long y, long x, long length, float a);

  /** into ← a − b. */
  void difference(long into, long a, long b, long length);

  /**
   * into ← Σ_j weights[j]·xs[j] in the order of j; 0 where {@code count} is 0. {@code into} may be
   * one of the xs.
   */
  void weightedSum(long into, long[] xs, double[] weights, int count, long length);

  /** Σ a·b in float64. */
  double dot(long a, long b, long length);

  /** Whether no element is NaN or infinite. */
  boolean isFinite(long x, long length);

  /** g ← g + λ·g⊙g⊙(now − atPull). */
  void delayCompensate(long g, long now, long atPull, long length, float lambda);

  /**
   * {@code count} outer steps in one pass over memory: block after block, each block of x, m and b
   * stays in the first-level cache while all steps are applied to it.
   *
   * @param x parameters
   * @param m momentum; not read where no step uses it
   * @param b buffer; not read where no step uses it
   * @param pushes addresses of the pseudo-gradients
   */
  void linearSteps(
      long x, long m, long b, long[] pushes, LinearStep[] steps, int count, long length);

  /** One AdamW step on x. */
  void adamStep(long x, long m, long v, long gradient, AdamStep step, long length);
}
