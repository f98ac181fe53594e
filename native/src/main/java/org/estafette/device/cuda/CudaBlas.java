package org.estafette.device.cuda;

/** What is used of cuBLAS. Every failure is a {@link CudaException}. */
interface CudaBlas {
  /** Elements of an operand. */
  enum Type {
    FLOAT32(0),
    BFLOAT16(14);

    /** cudaDataType_t. */
    final int code;

    Type(int code) {
      this.code = code;
    }
  }

  /** Which library, in words. */
  String description();

  /**
   * A handle in the current context, whose products are queued on this stream.
   *
   * @param workspace the GPU's memory that products may use, aligned to 256 bytes; it is the
   *     handle's alone. With it the handle allocates none itself, and the same product gives the
   *     same bits whatever other handles do
   * @param bytes of it
   */
  long create(long stream, long workspace, long bytes);

  void destroy(long handle);

  /**
   * C = op(A)·op(B) + beta·C, row-major without gaps, sums in float32.
   *
   * @param beta 0 or 1; where it is 0, C is not read
   */
  void multiply(
      long handle,
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      long a,
      long b,
      Type operands,
      float beta,
      long c,
      Type result);
}
