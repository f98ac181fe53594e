package org.estafette.device.cuda;

import org.estafette.device.AttentionShape;
import org.estafette.device.DeviceVector;

/**
 * Causal attention in tiles: kept is the logarithm of each row's sum of exponentials, and nothing
 * is as large as tokens × tokens. In bfloat16 on the tensor cores where the head width is one of
 * those that there are kernels for; else in float32.
 */
final class CudaAttention {
  /** Largest head width. */
  static final int WIDEST = 128;

  private static final int FLOAT_TILE = 32;
  private static final int FLOAT_THREADS = 256;
  private static final int HALF_TILE = 64;
  private static final int HALF_STEP = 32;
  private static final int HALF_THREADS = 128;

  private final Gpu gpu;

  CudaAttention(Gpu gpu) {
    this.gpu = gpu;
  }

  /** One number for each row and head. */
  static long kept(AttentionShape s) {
    return (long) s.rows() * s.heads();
  }

  static long scratch(AttentionShape s) {
    return kept(s);
  }

  private static void check(AttentionShape s) {
    if (s.headWidth() > WIDEST) {
      throw new IllegalArgumentException(
          "headWidth=" + s.headWidth() + " (expected at most " + WIDEST + " on a GPU)");
    }
    if (s.heads() > 65535 || s.sequences() > 65535) {
      throw new IllegalArgumentException(
          "heads=%d, sequences=%d (expected at most 65535 of each on a GPU)"
              .formatted(s.heads(), s.sequences()));
    }
  }

  /** Head width that the kernels are compiled for. */
  private static int compiled(int headWidth) {
    return (headWidth + 31) / 32 * 32;
  }

  private boolean half(AttentionShape s, DeviceVector... operands) {
    if (!gpu.halves || s.headWidth() % 32 != 0) {
      return false;
    }
    for (DeviceVector v : operands) {
      // Tiles are copied 16 bytes at a time.
      if ((gpu.toHalves("operand", v, 0) & 15) != 0) {
        return false;
      }
    }
    return true;
  }

  private static float scale(AttentionShape s) {
    return (float) (1 / Math.sqrt(s.headWidth()));
  }

  private static int tiles(AttentionShape s, int tile) {
    return (s.tokens() + tile - 1) / tile;
  }

  private static final String[] FORWARD_F = names("attention_f");
  private static final String[] FORWARD_B = names("attention_b");
  private static final String[] KEYS_F = names("attention_keys_f");
  private static final String[] KEYS_B = names("attention_keys_b");
  private static final String[] QUERIES_F = names("attention_queries_f");
  private static final String[] QUERIES_B = names("attention_queries_b");

  private static String[] names(String stem) {
    return new String[] {stem + 32, stem + 64, stem + 96, stem + 128};
  }

  private static String of(String[] names, AttentionShape s) {
    return names[compiled(s.headWidth()) / 32 - 1];
  }

  void forward(DeviceVector out, DeviceVector kept, DeviceVector qkv, AttentionShape s) {
    check(s);
    long n = (long) s.rows() * s.width();
    boolean half = half(s, out, qkv);
    long x = gpu.read(half, "qkv", qkv, 3 * n);
    long to = gpu.to(half, "out", out, n);
    long lse = gpu.toWords("kept", kept, kept(s));
    int w = compiled(s.headWidth());
    Lane lane = gpu.lane().with(to).and(lse).and(x).and(s.tokens()).and(s.heads());
    if (half) {
      lane.and(scale(s))
          .run(
              of(FORWARD_B, s),
              tiles(s, HALF_TILE),
              s.heads(),
              s.sequences(),
              HALF_THREADS,
              2 * 3 * HALF_TILE * (w + 8));
    } else {
      lane.and(s.headWidth())
          .and(scale(s))
          .run(
              of(FORWARD_F, s),
              tiles(s, FLOAT_TILE),
              s.heads(),
              s.sequences(),
              FLOAT_THREADS,
              4 * (3 * FLOAT_TILE * (w + 1) + FLOAT_TILE * (FLOAT_TILE + 1)));
    }
    gpu.wrote(half, out, n);
    gpu.wroteWords(kept, kept(s));
  }

  void backward(
      DeviceVector dQkv,
      DeviceVector dOut,
      DeviceVector out,
      DeviceVector kept,
      DeviceVector qkv,
      DeviceVector scratch,
      AttentionShape s) {
    check(s);
    long n = (long) s.rows() * s.width();
    boolean half = half(s, dQkv, dOut, out, qkv);
    long d = gpu.read(half, "dOut", dOut, n);
    long o = gpu.read(half, "out", out, n);
    long x = gpu.read(half, "qkv", qkv, 3 * n);
    long lse = gpu.words("kept", kept, kept(s));
    long delta = gpu.toWords("scratch", scratch, scratch(s));
    long to = gpu.to(half, "dQkv", dQkv, 3 * n);
    Lane lane = gpu.lane();
    long warps = (kept(s) + 7) / 8;
    lane.with(delta)
        .and(d)
        .and(o)
        .and(s.rows())
        .and(s.tokens())
        .and(s.heads())
        .and(s.headWidth())
        .run(
            half ? "attention_dots_b" : "attention_dots_f",
            (int) Math.clamp(warps, 1, 16L * gpu.multiprocessors),
            1,
            1,
            256,
            0);
    backward(half, true, to, d, lse, delta, x, s);
    backward(half, false, to, d, lse, delta, x, s);
    gpu.wroteWords(scratch, scratch(s));
    gpu.wrote(half, dQkv, 3 * n);
  }

  private void backward(
      boolean half, boolean keys, long to, long d, long lse, long delta, long x, AttentionShape s) {
    int w = compiled(s.headWidth());
    Lane lane =
        gpu.lane().with(to).and(d).and(lse).and(delta).and(x).and(s.tokens()).and(s.heads());
    if (half) {
      int tiles = 2 * (HALF_TILE + HALF_STEP) * (w + 8);
      lane.and(scale(s))
          .run(
              of(keys ? KEYS_B : QUERIES_B, s),
              tiles(s, HALF_TILE),
              s.heads(),
              s.sequences(),
              HALF_THREADS,
              2 * tiles + (keys ? 2 * 4 * HALF_STEP : 0));
    } else {
      int square = FLOAT_TILE * (FLOAT_TILE + 1);
      lane.and(s.headWidth())
          .and(scale(s))
          .run(
              of(keys ? KEYS_F : QUERIES_F, s),
              tiles(s, FLOAT_TILE),
              s.heads(),
              s.sequences(),
              FLOAT_THREADS,
              4 * (4 * FLOAT_TILE * (w + 1) + (keys ? 2 : 1) * square));
    }
  }
}
