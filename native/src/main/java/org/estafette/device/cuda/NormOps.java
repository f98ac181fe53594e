package org.estafette.device.cuda;

import org.estafette.device.DeviceVector;
import org.jspecify.annotations.Nullable;

/** Layer norm. What it normalises stays in float32; what comes out is for a product. */
final class NormOps {
  private static final int MOST_WARPS = 4;
  private static final int COMFORTABLE = 48 << 10;

  private final Gpu gpu;
  private final RowOps rows;
  private final boolean half;

  NormOps(Gpu gpu, RowOps rows) {
    this.gpu = gpu;
    this.rows = rows;
    this.half = gpu.halves;
  }

  /** Warps of a block, whose shared memory is {@code bytes} for each. */
  private static int warps(int bytes) {
    return Math.clamp(COMFORTABLE / bytes, 1, MOST_WARPS);
  }

  void forward(
      DeviceVector out,
      @Nullable DeviceVector sum,
      DeviceVector mean,
      DeviceVector rstd,
      DeviceVector in,
      @Nullable DeviceVector branch,
      @Nullable DeviceVector bias,
      DeviceVector gamma,
      DeviceVector beta,
      int count,
      int width) {
    long n = (long) count * width;
    long x = gpu.words("in", in, n);
    long y = branch == null ? 0 : gpu.read(half, "branch", branch, n);
    long b = bias == null ? 0 : gpu.words("bias", bias, width);
    long g = gpu.words("gamma", gamma, width);
    long shift = gpu.words("beta", beta, width);
    long to = gpu.to(half, "out", out, n);
    long total = sum == null ? 0 : gpu.toWords("sum", sum, n);
    long mu = gpu.toWords("mean", mean, count);
    long scale = gpu.toWords("rstd", rstd, count);
    boolean wide =
        width % 4 == 0
            && Gpu.wide(x, b, g, shift, total, Gpu.counted(half, y), Gpu.counted(half, to));
    int row = 4 * ((width + 3) / 4 * 4);
    int warps = warps(row);
    int blocks = Math.clamp((count + warps - 1L) / warps, 1, 16 * gpu.multiprocessors);
    gpu.lane()
        .with(to)
        .and(total)
        .and(mu)
        .and(scale)
        .and(x)
        .and(y)
        .and(b)
        .and(g)
        .and(shift)
        .and(count)
        .and(width)
        .and(wide)
        .run(half ? "layer_norm_b" : "layer_norm_f", blocks, 1, 1, 32 * warps, warps * row);
    gpu.wrote(half, out, n);
    gpu.wroteWords(mean, count);
    gpu.wroteWords(rstd, count);
    if (sum != null) {
      gpu.wroteWords(sum, n);
    }
  }

  void backward(
      DeviceVector dIn,
      DeviceVector dGamma,
      DeviceVector dBeta,
      DeviceVector dOut,
      DeviceVector in,
      DeviceVector mean,
      DeviceVector rstd,
      DeviceVector gamma,
      int count,
      int width,
      boolean accumulate) {
    long n = (long) count * width;
    long d = gpu.read(half, "dOut", dOut, n);
    long x = gpu.words("in", in, n);
    long mu = gpu.words("mean", mean, count);
    long scale = gpu.words("rstd", rstd, count);
    long g = gpu.words("gamma", gamma, width);
    long sumGamma = gpu.words("dGamma", dGamma, width);
    long sumBeta = gpu.words("dBeta", dBeta, width);
    long to = accumulate ? gpu.words("dIn", dIn, n) : gpu.toWords("dIn", dIn, n);
    long copy = half ? gpu.toHalves("dIn", dIn, n) : 0;
    boolean wide =
        width % 4 == 0 && Gpu.wide(x, g, to, Gpu.counted(half, d), Gpu.counted(true, copy));
    int each = 8 * ((width + 3) / 4 * 4);
    int warps = warps(each);
    int blocks = Math.clamp((count + warps - 1L) / warps, 1, 4 * gpu.multiprocessors);
    Lane lane = gpu.lane();
    long partial = lane.scratch(8L * blocks * width);
    lane.with(to)
        .and(copy)
        .and(partial)
        .and(d)
        .and(x)
        .and(mu)
        .and(scale)
        .and(g)
        .and(count)
        .and(width)
        .and(accumulate)
        .and(wide)
        .run(
            half ? "layer_norm_backward_b" : "layer_norm_backward_f",
            blocks,
            1,
            1,
            32 * warps,
            warps * each);
    rows.finish(sumGamma, sumBeta, partial, blocks, width);
    gpu.wrote(dIn, n, half ? Forms.WORDS | Forms.HALVES : Forms.WORDS);
    gpu.wroteWords(dGamma, width);
    gpu.wroteWords(dBeta, width);
  }
}
