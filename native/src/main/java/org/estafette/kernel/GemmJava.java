package org.estafette.kernel;

import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;

/**
 * Matrix products by the Vector API, for platforms without a native library and as a reference.
 * Blocks of A and B are packed into panels (Goto and van de Geijn, 2008); the inner kernel holds a
 * 4 × 2-vector tile of C in registers.
 */
final class GemmJava implements Gemm {
  static final String NAME = "java";

  private static final int MR = 4;
  private static final int NR = 2 * Lanes.L;
  private static final int KC = 256;
  private static final int MC = 64;
  private static final int NC = 8 * NR;

  private final ThreadLocal<Panels> panels = ThreadLocal.withInitial(Panels::new);

  private GemmJava() {}

  /** Refuses where the JVM was started without the Vector API. */
  static Gemm open() throws GemmUnavailableException {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      throw new GemmUnavailableException(
          "The Vector API is not there; start java with --add-modules=jdk.incubator.vector.");
    }
    return new GemmJava();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Vector API (pure Java, " + Lanes.F.vectorBitSize() + " bits), one thread per caller";
  }

  @Override
  public void sgemm(
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
      int ldc) {
    if (beta != 1f) {
      scaleRows(c, ldc, m, n, beta);
    }
    Panels p = panels.get();
    for (int j = 0; j < n; j += NC) {
      int nc = Math.min(NC, n - j);
      for (int l = 0; l < k; l += KC) {
        int kc = Math.min(KC, k - l);
        long bBlock = b + 4L * (transB ? (long) j * ldb + l : (long) l * ldb + j);
        pack(p.b, bBlock, transB ? 1 : ldb, transB ? ldb : 1, kc, nc, NR);
        for (int i = 0; i < m; i += MC) {
          int mc = Math.min(MC, m - i);
          long aBlock = a + 4L * (transA ? (long) l * lda + i : (long) i * lda + l);
          pack(p.a, aBlock, transA ? lda : 1, transA ? 1 : lda, kc, mc, MR);
          block(p, mc, nc, kc, alpha, c + 4L * ((long) i * ldc + j), ldc);
        }
      }
    }
  }

  private static void scaleRows(long c, int ldc, int m, int n, float beta) {
    for (int i = 0; i < m; i++) {
      long row = c + 4L * i * ldc;
      for (int j = 0; j < n; j++) {
        Lanes.set(row + 4L * j, beta == 0f ? 0f : beta * Lanes.get(row + 4L * j));
      }
    }
  }

  /**
   * Packs {@code width} columns into panels of {@code panel}: [panel][k][column], padded with 0.
   */
  private static void pack(
      long to, long from, int strideK, int strideColumn, int k, int width, int panel) {
    for (int w = 0; w < width; w += panel) {
      int filled = Math.min(panel, width - w);
      for (int l = 0; l < k; l++) {
        long source = from + 4L * ((long) l * strideK + (long) w * strideColumn);
        long target = to + 4L * ((long) w * k + (long) l * panel);
        for (int x = 0; x < filled; x++) {
          Lanes.set(target + 4L * x, Lanes.get(source + 4L * x * strideColumn));
        }
        for (int x = filled; x < panel; x++) {
          Lanes.set(target + 4L * x, 0f);
        }
      }
    }
  }

  private static void block(Panels p, int mc, int nc, int kc, float alpha, long c, int ldc) {
    for (int j = 0; j < nc; j += NR) {
      for (int i = 0; i < mc; i += MR) {
        long tile = c + 4L * ((long) i * ldc + j);
        long aPanel = p.a + 4L * i * kc;
        long bPanel = p.b + 4L * j * kc;
        if (mc - i >= MR && nc - j >= NR) {
          tile(aPanel, bPanel, kc, alpha, tile, ldc);
        } else {
          p.clearEdge();
          tile(aPanel, bPanel, kc, alpha, p.edge, NR);
          addEdge(p.edge, tile, ldc, Math.min(MR, mc - i), Math.min(NR, nc - j));
        }
      }
    }
  }

  private static void addEdge(long edge, long c, int ldc, int rows, int columns) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        long at = c + 4L * ((long) i * ldc + j);
        Lanes.set(at, Lanes.get(at) + Lanes.get(edge + 4L * (i * NR + j)));
      }
    }
  }

  /** C tile += alpha · A panel · B panel. */
  private static void tile(long a, long b, int k, float alpha, long c, int ldc) {
    FloatVector c00 = Lanes.zero();
    FloatVector c01 = Lanes.zero();
    FloatVector c10 = Lanes.zero();
    FloatVector c11 = Lanes.zero();
    FloatVector c20 = Lanes.zero();
    FloatVector c21 = Lanes.zero();
    FloatVector c30 = Lanes.zero();
    FloatVector c31 = Lanes.zero();
    for (int l = 0; l < k; l++) {
      long bl = b + 4L * l * NR;
      long al = a + 4L * l * MR;
      FloatVector b0 = Lanes.load(bl);
      FloatVector b1 = Lanes.load(bl + Lanes.BYTES);
      FloatVector a0 = Lanes.all(Lanes.get(al));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = Lanes.all(Lanes.get(al + 4));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = Lanes.all(Lanes.get(al + 8));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = Lanes.all(Lanes.get(al + 12));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    Lanes.addScaled(c00, alpha, c);
    Lanes.addScaled(c01, alpha, c + Lanes.BYTES);
    Lanes.addScaled(c10, alpha, c + 4L * ldc);
    Lanes.addScaled(c11, alpha, c + 4L * ldc + Lanes.BYTES);
    Lanes.addScaled(c20, alpha, c + 8L * ldc);
    Lanes.addScaled(c21, alpha, c + 8L * ldc + Lanes.BYTES);
    Lanes.addScaled(c30, alpha, c + 12L * ldc);
    Lanes.addScaled(c31, alpha, c + 12L * ldc + Lanes.BYTES);
  }

  /** A thread's packing space. */
  private static final class Panels {
    private final Arena arena = Arena.ofAuto();
    final long a = allocate(MC * KC);
    final long b = allocate(NC * KC);
    final long edge = allocate(MR * NR);

    private long allocate(int floats) {
      return arena.allocate(4L * floats, 64).address();
    }

    void clearEdge() {
      for (int i = 0; i < MR * NR; i += Lanes.L) {
        Lanes.store(Lanes.zero(), edge + 4L * i);
      }
    }
  }
}
