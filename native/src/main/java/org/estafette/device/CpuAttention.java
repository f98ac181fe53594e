package org.estafette.device;

import org.estafette.kernel.Gemm;
import org.estafette.kernel.RowKernels;

/**
 * Causal attention on the CPU, one head of one sequence at a time, so that its matrices stay in the
 * cache. Queries are taken in blocks: a block multiplies only the keys up to its own end, which
 * saves most of the half of the products that the causal mask would throw away.
 */
final class CpuAttention {
  /** Queries of a block. */
  static final int BLOCK = 64;

  private final Gemm gemm;
  private final RowKernels rows;

  CpuAttention(Gemm gemm, RowKernels rows) {
    this.gemm = gemm;
    this.rows = rows;
  }

  /** The probabilities of every head are kept: tokens × tokens each. */
  static long kept(AttentionShape s) {
    return (long) s.sequences() * s.heads() * s.tokens() * s.tokens();
  }

  /** One block's gradient of the probabilities. */
  static long scratch(AttentionShape s) {
    return (long) Math.min(BLOCK, s.tokens()) * s.tokens();
  }

  void forward(long out, long kept, long qkv, AttentionShape s) {
    int t = s.tokens();
    int width = s.width();
    for (int b = 0; b < s.sequences(); b++) {
      for (int h = 0; h < s.heads(); h++) {
        long q = qkv + 4L * ((long) b * t * 3 * width + (long) h * s.headWidth());
        long o = out + 4L * ((long) b * t * width + (long) h * s.headWidth());
        long p = kept + 4L * ((long) (b * s.heads() + h) * t * t);
        head(o, p, q, q + 4L * width, q + 8L * width, t, width, s.headWidth());
      }
    }
  }

  private void head(long out, long p, long q, long k, long v, int t, int width, int headWidth) {
    int ld = 3 * width;
    float scale = (float) (1 / Math.sqrt(headWidth));
    for (int from = 0; from < t; from += BLOCK) {
      int size = Math.min(BLOCK, t - from);
      int keys = from + size;
      long block = p + 4L * from * t;
      long queries = q + 4L * from * ld;
      gemm.sgemm(false, true, size, keys, headWidth, 1f, queries, ld, k, ld, 0f, block, t);
      rows.causalSoftmax(block, t, size, keys, from + 1, scale);
      long to = out + 4L * from * width;
      gemm.sgemm(false, false, size, headWidth, keys, 1f, block, t, v, ld, 0f, to, width);
    }
  }

  void backward(long dQkv, long dOut, long kept, long qkv, long scratch, AttentionShape s) {
    int t = s.tokens();
    int width = s.width();
    for (int b = 0; b < s.sequences(); b++) {
      for (int h = 0; h < s.heads(); h++) {
        long at = 4L * ((long) b * t * 3 * width + (long) h * s.headWidth());
        long o = dOut + 4L * ((long) b * t * width + (long) h * s.headWidth());
        long p = kept + 4L * ((long) (b * s.heads() + h) * t * t);
        headBackward(dQkv + at, o, p, qkv + at, scratch, t, width, s.headWidth());
      }
    }
  }

  /**
   * The last block comes first: it reaches all keys and values, so it writes their gradients, and
   * the others add to them.
   */
  private void headBackward(
      long dq, long dOut, long p, long q, long scratch, int t, int width, int headWidth) {
    int ld = 3 * width;
    long k = q + 4L * width;
    long v = q + 8L * width;
    long dk = dq + 4L * width;
    long dv = dq + 8L * width;
    float scale = (float) (1 / Math.sqrt(headWidth));
    for (int from = (t - 1) / BLOCK * BLOCK; from >= 0; from -= BLOCK) {
      int size = Math.min(BLOCK, t - from);
      int keys = from + size;
      float beta = keys == t ? 0f : 1f;
      long block = p + 4L * from * t;
      long dO = dOut + 4L * from * width;
      gemm.sgemm(true, false, keys, headWidth, size, 1f, block, t, dO, width, beta, dv, ld);
      gemm.sgemm(false, true, size, keys, headWidth, 1f, dO, width, v, ld, 0f, scratch, t);
      rows.causalSoftmaxBackward(scratch, block, t, size, keys, from + 1, scale);
      long queries = 4L * from * ld;
      gemm.sgemm(false, false, size, headWidth, keys, 1f, scratch, t, k, ld, 0f, dq + queries, ld);
      gemm.sgemm(true, false, keys, headWidth, size, 1f, scratch, t, q + queries, ld, beta, dk, ld);
    }
  }
}
