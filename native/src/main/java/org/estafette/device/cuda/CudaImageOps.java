package org.estafette.device.cuda;

import org.estafette.device.ConvolutionShape;
import org.estafette.device.DeviceVector;
import org.estafette.device.GroupShape;
import org.estafette.device.ImageOps;
import org.estafette.kernel.Windows;

/**
 * Images. A convolution unfolds windows and multiplies them; all else is in float32, whatever the
 * products are in.
 */
final class CudaImageOps implements ImageOps {
  /** Numbers of unfolded windows at once. */
  private static final long PATCHES = 1L << 24;

  private static final int BLOCK = 256;

  private final Gpu gpu;
  private final RowOps rows;
  private final boolean half;

  CudaImageOps(Gpu gpu, RowOps rows) {
    this.gpu = gpu;
    this.rows = rows;
    this.half = gpu.halves;
  }

  private static int block(ConvolutionShape shape) {
    long fitting = PATCHES / shape.windows().windowSize();
    return (int) Math.clamp(fitting, 1L, Math.min(shape.rows(), Integer.MAX_VALUE));
  }

  @Override
  public long convolutionScratch(ConvolutionShape shape) {
    return shape.windows().isPixels() ? 0 : (long) block(shape) * shape.windows().windowSize();
  }

  /** The windows' sizes as the kernels take them. */
  private static Lane and(Lane lane, Windows w) {
    return lane.and(w.height())
        .and(w.width())
        .and(w.channels())
        .and(w.windowHeight())
        .and(w.windowWidth())
        .and(w.stride())
        .and(w.padding())
        .and(w.outHeight())
        .and(w.outWidth());
  }

  private void over(String kernel, Lane lane, long n) {
    lane.run(kernel, gpu.blocksFor(n, false), 1, 1, BLOCK, 0);
  }

  private void unfold(long patches, long in, Windows w, long from, long count) {
    Lane lane = gpu.lane().with(patches).and(in).and(from).and(count);
    over(half ? "unfold_b" : "unfold_f", and(lane, w), count * w.windowSize());
  }

  private long bytes() {
    return half ? 2 : 4;
  }

  /** Windows from … as rows of a matrix: unfolded, or where the input is that matrix, there. */
  private long windows(long patches, long in, Windows w, long from, long count) {
    if (w.isPixels()) {
      return in + bytes() * from * w.channels();
    }
    unfold(patches, in, w, from, count);
    return patches;
  }

  /** The input in the form that {@link #windows} reads. */
  private long input(DeviceVector in, ConvolutionShape shape) {
    return gpu.read(half && shape.windows().isPixels(), "in", in, shape.inSize());
  }

  private void usedScratch(DeviceVector scratch, ConvolutionShape shape) {
    gpu.wrote(half, scratch, convolutionScratch(shape));
  }

  @Override
  public void convolution(
      DeviceVector out,
      DeviceVector in,
      DeviceVector weight,
      DeviceVector scratch,
      ConvolutionShape shape) {
    long to = gpu.toWords("out", out, shape.outSize());
    long from = input(in, shape);
    long filters = gpu.read(half, "weight", weight, shape.weightSize());
    long patches = patches(scratch, shape);
    Windows w = shape.windows();
    int block = block(shape);
    for (long row = 0; row < shape.rows(); row += block) {
      int count = (int) Math.min(block, shape.rows() - row);
      long matrix = windows(patches, from, w, row, count);
      long at = to + 4 * row * shape.filters();
      gpu.multiply(
          false, true, count, shape.filters(), w.windowSize(), matrix, filters, half, 0, at, false);
    }
    usedScratch(scratch, shape);
    gpu.wroteWords(out, shape.outSize());
  }

  /** Where the patches go; nowhere in particular where none are needed. */
  private long patches(DeviceVector scratch, ConvolutionShape shape) {
    long n = convolutionScratch(shape);
    return n == 0 ? 0 : gpu.to(half, "scratch", scratch, n);
  }

  @Override
  public void convolutionWeightGradient(
      DeviceVector dWeight,
      DeviceVector dOut,
      DeviceVector in,
      DeviceVector scratch,
      ConvolutionShape shape) {
    long to = gpu.words("dWeight", dWeight, shape.weightSize());
    long d = gpu.read(half, "dOut", dOut, shape.outSize());
    long from = input(in, shape);
    long patches = patches(scratch, shape);
    Windows w = shape.windows();
    int block = block(shape);
    for (long row = 0; row < shape.rows(); row += block) {
      int count = (int) Math.min(block, shape.rows() - row);
      long matrix = windows(patches, from, w, row, count);
      long at = d + bytes() * row * shape.filters();
      gpu.multiply(
          true, false, shape.filters(), w.windowSize(), count, at, matrix, half, 1, to, false);
    }
    usedScratch(scratch, shape);
    gpu.wroteWords(dWeight, shape.weightSize());
  }

  @Override
  public void convolutionInputGradient(
      DeviceVector dIn,
      DeviceVector dOut,
      DeviceVector weight,
      DeviceVector scratch,
      ConvolutionShape shape) {
    long d = gpu.read(half, "dOut", dOut, shape.outSize());
    long filters = gpu.read(half, "weight", weight, shape.weightSize());
    long to = gpu.toWords("dIn", dIn, shape.inSize());
    long patches = patches(scratch, shape);
    Windows w = shape.windows();
    int size = w.windowSize();
    int block = block(shape);
    if (!w.isPixels()) {
      gpu.parts.driver().fill(to, 0, shape.inSize(), gpu.lane().stream);
    }
    for (long row = 0; row < shape.rows(); row += block) {
      int count = (int) Math.min(block, shape.rows() - row);
      long at = d + bytes() * row * shape.filters();
      long into = w.isPixels() ? to + 4 * row * size : patches;
      boolean halves = half && !w.isPixels();
      gpu.multiply(false, false, count, size, shape.filters(), at, filters, half, 0, into, halves);
      if (!w.isPixels()) {
        Lane lane = gpu.lane().with(to).and(patches).and(row).and((long) count).and(shape.inSize());
        over(half ? "fold_b" : "fold_f", and(lane, w), shape.inSize());
      }
    }
    usedScratch(scratch, shape);
    gpu.wroteWords(dIn, shape.inSize());
  }

  @Override
  public void groupNorm(
      DeviceVector out,
      DeviceVector mean,
      DeviceVector rstd,
      DeviceVector in,
      DeviceVector gamma,
      DeviceVector beta,
      GroupShape shape) {
    long x = gpu.words("in", in, shape.size());
    long g = gpu.words("gamma", gamma, shape.channels());
    long b = gpu.words("beta", beta, shape.channels());
    long to = gpu.toWords("out", out, shape.size());
    long mu = gpu.toWords("mean", mean, shape.kept());
    long scale = gpu.toWords("rstd", rstd, shape.kept());
    gpu.lane()
        .with(to)
        .and(mu)
        .and(scale)
        .and(x)
        .and(g)
        .and(b)
        .and(shape.pixels())
        .and(shape.channels())
        .and(shape.groups())
        .run("group_norm", shape.groups(), shape.images(), 1, BLOCK, 0);
    gpu.wroteWords(out, shape.size());
    gpu.wroteWords(mean, shape.kept());
    gpu.wroteWords(rstd, shape.kept());
  }

  @Override
  public void groupNormBackward(
      DeviceVector dIn,
      DeviceVector dGamma,
      DeviceVector dBeta,
      DeviceVector dOut,
      DeviceVector in,
      DeviceVector mean,
      DeviceVector rstd,
      DeviceVector gamma,
      DeviceVector scratch,
      GroupShape shape) {
    int c = shape.channels();
    long d = gpu.words("dOut", dOut, shape.size());
    long x = gpu.words("in", in, shape.size());
    long mu = gpu.words("mean", mean, shape.kept());
    long scale = gpu.words("rstd", rstd, shape.kept());
    long g = gpu.words("gamma", gamma, c);
    long sumGamma = gpu.words("dGamma", dGamma, c);
    long sumBeta = gpu.words("dBeta", dBeta, c);
    long to = gpu.toWords("dIn", dIn, shape.size());
    Lane lane = gpu.lane();
    long sums = lane.scratch(8 * shape.kept());
    long products = sums + 4 * shape.kept();
    lane.with(sums)
        .and(products)
        .and(d)
        .and(x)
        .and(mu)
        .and(scale)
        .and(shape.pixels())
        .and(c)
        .run("group_norm_sums", c, shape.images(), 1, BLOCK, 0);
    lane.with(to)
        .and(d)
        .and(x)
        .and(mu)
        .and(scale)
        .and(g)
        .and(sums)
        .and(products)
        .and(shape.pixels())
        .and(c)
        .and(shape.groups())
        .run("group_norm_backward", shape.groups(), shape.images(), 1, BLOCK, 0);
    rows.finish(sumBeta, sumGamma, sums, shape.images(), c);
    gpu.wroteWords(dIn, shape.size());
    gpu.wroteWords(dGamma, c);
    gpu.wroteWords(dBeta, c);
  }

  @Override
  public void relu(DeviceVector x, long count) {
    rows.relu(x, count);
  }

  @Override
  public void maxPool(DeviceVector out, DeviceVector in, Windows windows, int images) {
    pool("max_pool", out, in, windows, images);
  }

  @Override
  public void averagePool(DeviceVector out, DeviceVector in, Windows windows, int images) {
    pool("average_pool", out, in, windows, images);
  }

  private void pool(String kernel, DeviceVector out, DeviceVector in, Windows w, int images) {
    unpadded(w);
    long n = outSize(w, images);
    long x = gpu.words("in", in, inSize(w, images));
    long to = gpu.toWords("out", out, n);
    over(kernel, and(gpu.lane().with(to).and(x).and(n), w), n);
    gpu.wroteWords(out, n);
  }

  @Override
  public void maxPoolBackward(
      DeviceVector dIn,
      DeviceVector dOut,
      DeviceVector out,
      DeviceVector in,
      Windows windows,
      int images) {
    unpadded(windows);
    long n = inSize(windows, images);
    long d = gpu.words("dOut", dOut, outSize(windows, images));
    long y = gpu.words("out", out, outSize(windows, images));
    long x = gpu.words("in", in, n);
    long to = gpu.toWords("dIn", dIn, n);
    Lane lane = gpu.lane().with(to).and(d).and(y).and(x).and(n);
    over("max_pool_backward", and(lane, windows), n);
    gpu.wroteWords(dIn, n);
  }

  @Override
  public void averagePoolBackward(
      DeviceVector dIn, DeviceVector dOut, Windows windows, int images) {
    unpadded(windows);
    long n = inSize(windows, images);
    long d = gpu.words("dOut", dOut, outSize(windows, images));
    long to = gpu.toWords("dIn", dIn, n);
    over("average_pool_backward", and(gpu.lane().with(to).and(d).and(n), windows), n);
    gpu.wroteWords(dIn, n);
  }

  private static long inSize(Windows windows, int images) {
    return (long) images * windows.imageSize();
  }

  private static long outSize(Windows windows, int images) {
    return (long) images * windows.count() * windows.channels();
  }

  private static void unpadded(Windows windows) {
    if (windows.padding() != 0) {
      throw new IllegalArgumentException(
          "pooling with padding=" + windows.padding() + " (expected 0)");
    }
  }
}
