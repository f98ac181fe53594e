package org.estafette.device.cuda;

import org.estafette.device.DeviceVector;

/** Biases, activations, column sums, losses and embeddings. */
final class RowOps {
  private static final int COLUMN_WARPS = 8;
  private static final int FINISH_WARPS = 16;

  private final Gpu gpu;
  private final boolean half;

  RowOps(Gpu gpu) {
    this.gpu = gpu;
    this.half = gpu.halves;
  }

  private String form(String floats, String halves) {
    return half ? halves : floats;
  }

  private boolean wide(int width, long x, long bias) {
    return width % 4 == 0 && Gpu.wide(Gpu.counted(half, x), bias);
  }

  void biased(
      String floats, String halves, DeviceVector x, DeviceVector bias, int rows, int width) {
    long n = (long) rows * width;
    long b = gpu.words("bias", bias, width);
    long p = gpu.read(half, "x", x, n);
    boolean wide = wide(width, p, b);
    gpu.lane().with(p).and(b).and(n).and(width).and(wide).runOver(form(floats, halves), n, wide);
    gpu.wrote(half, x, n);
  }

  /** d ← f(d, out). */
  void backward(String floats, String halves, DeviceVector d, DeviceVector out, long n) {
    long y = gpu.read(half, "out", out, n);
    long p = gpu.read(half, "d", d, n);
    boolean wide = Gpu.wide(Gpu.counted(half, y), Gpu.counted(half, p));
    gpu.lane().with(p).and(y).and(n).and(wide).runOver(form(floats, halves), n, wide);
    gpu.wrote(half, d, n);
  }

  void biasGelu(DeviceVector out, DeviceVector x, DeviceVector bias, int rows, int width) {
    long n = (long) rows * width;
    long b = gpu.words("bias", bias, width);
    long to = gpu.to(half, "out", out, n);
    long p = gpu.read(half, "x", x, n);
    boolean wide = wide(width, p, b) && Gpu.wide(Gpu.counted(half, to));
    gpu.lane()
        .with(to)
        .and(p)
        .and(b)
        .and(n)
        .and(width)
        .and(wide)
        .runOver(form("bias_gelu_f", "bias_gelu_b"), n, wide);
    gpu.wrote(half, out, n);
    gpu.wrote(half, x, n);
  }

  void biasGradient(DeviceVector dBias, DeviceVector dOut, int rows, int width) {
    long n = (long) rows * width;
    long sums = gpu.words("dBias", dBias, width);
    long d = gpu.read(half, "dOut", dOut, n);
    columnSums(sums, d, 0, rows, width);
    gpu.wroteWords(dBias, width);
  }

  void biasGeluBackward(
      DeviceVector d, DeviceVector dBias, DeviceVector slope, int rows, int width) {
    long n = (long) rows * width;
    long sums = gpu.words("dBias", dBias, width);
    long s = gpu.read(half, "slope", slope, n);
    long p = gpu.read(half, "d", d, n);
    columnSums(sums, p, s, rows, width);
    gpu.wroteWords(dBias, width);
    gpu.wrote(half, d, n);
  }

  private void columnSums(long sums, long d, long slope, int rows, int width) {
    boolean wide = wide(width, d, Gpu.counted(half, slope));
    int columns = 32 * (wide ? 4 : 1);
    int across = (width + columns - 1) / columns;
    int most = Math.max(1, rows / (4 * COLUMN_WARPS));
    int chunks = Math.clamp(4L * gpu.multiprocessors / across, 1, most);
    int chunk = (rows + chunks - 1) / chunks;
    Lane lane = gpu.lane();
    long partial = lane.scratch(4L * chunks * width);
    lane.with(partial)
        .and(d)
        .and(slope)
        .and(rows)
        .and(width)
        .and(chunk)
        .and(wide)
        .run(form("column_sums_f", "column_sums_b"), across, chunks, 1, 32 * COLUMN_WARPS, 0);
    finish(sums, partial, chunks, width);
  }

  /** sums[c] += Σ partial[k][c]. */
  private void finish(long sums, long partial, int chunks, int width) {
    finish(sums, 0, partial, chunks, width);
  }

  /**
   * sums[c] += Σ partial[k][c] over k &lt; chunks, and second[c] += Σ partial[k][c] over as many k
   * behind them, where {@code second} is not 0.
   */
  void finish(long sums, long second, long partial, int chunks, int width) {
    gpu.lane()
        .with(sums)
        .and(second)
        .and(partial)
        .and(chunks)
        .and(width)
        .run("column_finish", (width + 31) / 32, second == 0 ? 1 : 2, 1, 32 * FINISH_WARPS, 0);
  }

  void relu(DeviceVector x, long n) {
    long p = gpu.words("x", x, n);
    boolean wide = Gpu.wide(p);
    gpu.lane().with(p).and(n).and(wide).runOver("relu_f", n, wide);
    gpu.wroteWords(x, n);
  }

  double crossEntropy(
      DeviceVector logits, DeviceVector targets, int rows, int width, boolean back, float scale) {
    long n = (long) rows * width;
    long t = gpu.words("targets", targets, rows);
    long p = gpu.read(half, "logits", logits, n);
    Lane lane = gpu.lane();
    long result = lane.scratch(8 + 4L * rows);
    long losses = result + 8;
    boolean wide = width % 4 == 0 && Gpu.wide(Gpu.counted(half, p));
    int threads = Math.clamp((width / (wide ? 4 : 1) + 31) / 32 * 32L, 32, 512);
    lane.with(p)
        .and(losses)
        .and(t)
        .and(width)
        .and(back)
        .and(scale)
        .and(wide)
        .run(form("cross_entropy_f", "cross_entropy_b"), rows, 1, 1, threads, 0);
    lane.with(result).and(losses).and(rows).run("sum_floats", 1, 1, 1, 512, 0);
    if (back) {
      gpu.wrote(half, logits, n);
    }
    return VectorOps.fetch(lane, result);
  }

  void embedding(
      DeviceVector out,
      DeviceVector tokens,
      DeviceVector tokenTable,
      DeviceVector positionTable,
      int rows,
      int period,
      int width) {
    long n = (long) rows * width;
    long t = gpu.words("tokens", tokens, rows);
    long table = gpu.words("tokenTable", tokenTable, tokenTable.length());
    long positions =
        gpu.words("positionTable", positionTable, (long) Math.min(rows, period) * width);
    long to = gpu.toWords("out", out, n);
    boolean wide = width % 4 == 0 && Gpu.wide(table, positions, to);
    gpu.lane()
        .with(to)
        .and(t)
        .and(table)
        .and(positions)
        .and(n)
        .and(period)
        .and(width)
        .and(wide)
        .runOver("embedding", n, wide);
    gpu.wroteWords(out, n);
  }

  void embeddingBackward(
      DeviceVector dTokenTable,
      DeviceVector dPositionTable,
      DeviceVector tokens,
      DeviceVector dOut,
      int rows,
      int period,
      int width) {
    int positions = Math.min(rows, period);
    long t = gpu.words("tokens", tokens, rows);
    long d = gpu.words("dOut", dOut, (long) rows * width);
    long table = gpu.words("dTokenTable", dTokenTable, dTokenTable.length());
    long place = gpu.words("dPositionTable", dPositionTable, (long) positions * width);
    int across = (width + 255) / 256;
    Lane lane = gpu.lane();
    lane.with(table)
        .and(t)
        .and(d)
        .and(rows)
        .and(width)
        .run("embedding_tokens", rows, across, 1, 256, 0);
    lane.with(place)
        .and(d)
        .and(rows)
        .and(period)
        .and(width)
        .run("embedding_positions", positions, across, 1, 256, 0);
    gpu.wroteWords(dTokenTable, dTokenTable.length());
    gpu.wroteWords(dPositionTable, (long) positions * width);
  }
}
