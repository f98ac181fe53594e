package org.estafette.kernel;

/**
 * Matrix products over absolute addresses of float32, row-major:
 *
 * <pre>C ← alpha·op(A)·op(B) + beta·C,   op(A): m×k,  op(B): k×n,  C: m×n</pre>
 *
 * <p>Thread-safe; every call computes on the calling thread alone and allocates nothing on the
 * heap. With beta = 0, C is written without being read. The same call on the same machine gives the
 * same bits. Addresses and sizes are trusted: callers check them.
 */
public interface Gemm {
  /** Name of the provider, as {@code estafette.gemm} takes it: onednn, openblas or java. */
  String name();

  /** What computes, in words: library and version. */
  String description();

  /**
   * One product.
   *
   * @param transA whether A is stored k×m
   * @param transB whether B is stored n×k
   * @param m rows of C
   * @param n columns of C
   * @param k inner size; with 0, C ← beta·C
   * @param lda elements from one stored row of A to the next
   * @param ldb the same of B
   * @param ldc the same of C
   */
  void sgemm(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      float alpha,
      long a,
      int lda,
      long b,
      int ldb,
      float beta,
      long c,
      int ldc);
}
