package org.estafette.device;

import org.estafette.kernel.Gemm;
import org.estafette.kernel.ImageKernels;
import org.estafette.kernel.OuterKernels;
import org.estafette.kernel.Windows;

/**
 * Images on the CPU. A convolution unfolds as many windows as stay in the second-level cache,
 * multiplies them with the filters, and goes on with the next ones.
 */
final class CpuImageOps implements ImageOps {
  /** Floats of unfolded windows that stay in the second-level cache, beside filters and output. */
  private static final int CACHED = 1 << 16;

  private static final OuterKernels FLAT = OuterKernels.best();

  private final Gemm gemm;
  private final ImageKernels kernels;

  CpuImageOps(Gemm gemm, ImageKernels kernels) {
    this.gemm = gemm;
    this.kernels = kernels;
  }

  /** Windows that are unfolded at once. */
  private static int block(ConvolutionShape shape) {
    return (int) Math.clamp(CACHED / shape.windows().windowSize(), 1L, shape.rows());
  }

  @Override
  public long convolutionScratch(ConvolutionShape shape) {
    return shape.windows().isPixels() ? 0 : (long) block(shape) * shape.windows().windowSize();
  }

  @Override
  public void convolution(
      DeviceVector out,
      DeviceVector in,
      DeviceVector weight,
      DeviceVector scratch,
      ConvolutionShape shape) {
    long to = CpuDevice.need("out", out, shape.outSize());
    long from = CpuDevice.need("in", in, shape.inSize());
    long filters = CpuDevice.need("weight", weight, shape.weightSize());
    long patches = CpuDevice.need("scratch", scratch, convolutionScratch(shape));
    Windows w = shape.windows();
    int size = w.windowSize();
    int block = block(shape);
    for (long row = 0; row < shape.rows(); row += block) {
      int count = (int) Math.min(block, shape.rows() - row);
      long rows = unfolded(patches, from, w, row, count);
      long at = to + 4L * row * shape.filters();
      gemm.sgemm(
          false,
          true,
          count,
          shape.filters(),
          size,
          1f,
          rows,
          size,
          filters,
          size,
          0f,
          at,
          shape.filters());
    }
  }

  /**
   * The windows as rows of a matrix: unfolded, or where the input is that matrix already, there.
   */
  private long unfolded(long patches, long in, Windows w, long row, int count) {
    if (w.isPixels()) {
      return in + 4L * row * w.channels();
    }
    kernels.unfold(patches, in, w, row, count);
    return patches;
  }

  @Override
  public void convolutionWeightGradient(
      DeviceVector dWeight,
      DeviceVector dOut,
      DeviceVector in,
      DeviceVector scratch,
      ConvolutionShape shape) {
    long to = CpuDevice.need("dWeight", dWeight, shape.weightSize());
    long d = CpuDevice.need("dOut", dOut, shape.outSize());
    long from = CpuDevice.need("in", in, shape.inSize());
    long patches = CpuDevice.need("scratch", scratch, convolutionScratch(shape));
    Windows w = shape.windows();
    int size = w.windowSize();
    int block = block(shape);
    for (long row = 0; row < shape.rows(); row += block) {
      int count = (int) Math.min(block, shape.rows() - row);
      long rows = unfolded(patches, from, w, row, count);
      long at = d + 4L * row * shape.filters();
      gemm.sgemm(
          true,
          false,
          shape.filters(),
          size,
          count,
          1f,
          at,
          shape.filters(),
          rows,
          size,
          1f,
          to,
          size);
    }
  }

  @Override
  public void convolutionInputGradient(
      DeviceVector dIn,
      DeviceVector dOut,
      DeviceVector weight,
      DeviceVector scratch,
      ConvolutionShape shape) {
    long to = CpuDevice.need("dIn", dIn, shape.inSize());
    long d = CpuDevice.need("dOut", dOut, shape.outSize());
    long filters = CpuDevice.need("weight", weight, shape.weightSize());
    long patches = CpuDevice.need("scratch", scratch, convolutionScratch(shape));
    Windows w = shape.windows();
    int size = w.windowSize();
    int block = block(shape);
    if (!w.isPixels()) {
      FLAT.fill(to, shape.inSize(), 0);
    }
    for (long row = 0; row < shape.rows(); row += block) {
      int count = (int) Math.min(block, shape.rows() - row);
      long rows = w.isPixels() ? to + 4L * row * size : patches;
      long at = d + 4L * row * shape.filters();
      gemm.sgemm(
          false,
          false,
          count,
          size,
          shape.filters(),
          1f,
          at,
          shape.filters(),
          filters,
          size,
          0f,
          rows,
          size);
      if (!w.isPixels()) {
        kernels.fold(to, patches, w, row, count);
      }
    }
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
    kernels.groupNorm(
        CpuDevice.need("out", out, shape.size()),
        CpuDevice.need("mean", mean, shape.kept()),
        CpuDevice.need("rstd", rstd, shape.kept()),
        CpuDevice.need("in", in, shape.size()),
        CpuDevice.need("gamma", gamma, shape.channels()),
        CpuDevice.need("beta", beta, shape.channels()),
        shape.images(),
        shape.pixels(),
        shape.channels(),
        shape.groups());
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
    kernels.groupNormBackward(
        CpuDevice.need("dIn", dIn, shape.size()),
        CpuDevice.need("dGamma", dGamma, shape.channels()),
        CpuDevice.need("dBeta", dBeta, shape.channels()),
        CpuDevice.need("dOut", dOut, shape.size()),
        CpuDevice.need("in", in, shape.size()),
        CpuDevice.need("mean", mean, shape.kept()),
        CpuDevice.need("rstd", rstd, shape.kept()),
        CpuDevice.need("gamma", gamma, shape.channels()),
        CpuDevice.need("scratch", scratch, 2L * shape.channels()),
        shape.images(),
        shape.pixels(),
        shape.channels(),
        shape.groups());
  }

  @Override
  public void relu(DeviceVector x, long count) {
    kernels.relu(CpuDevice.need("x", x, count), count);
  }

  @Override
  public void maxPool(DeviceVector out, DeviceVector in, Windows windows, int images) {
    unpadded(windows);
    kernels.maxPool(
        CpuDevice.need("out", out, outSize(windows, images)),
        CpuDevice.need("in", in, inSize(windows, images)),
        windows,
        images);
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
    kernels.maxPoolBackward(
        CpuDevice.need("dIn", dIn, inSize(windows, images)),
        CpuDevice.need("dOut", dOut, outSize(windows, images)),
        CpuDevice.need("out", out, outSize(windows, images)),
        CpuDevice.need("in", in, inSize(windows, images)),
        windows,
        images);
  }

  @Override
  public void averagePool(DeviceVector out, DeviceVector in, Windows windows, int images) {
    unpadded(windows);
    kernels.averagePool(
        CpuDevice.need("out", out, outSize(windows, images)),
        CpuDevice.need("in", in, inSize(windows, images)),
        windows,
        images);
  }

  @Override
  public void averagePoolBackward(
      DeviceVector dIn, DeviceVector dOut, Windows windows, int images) {
    unpadded(windows);
    kernels.averagePoolBackward(
        CpuDevice.need("dIn", dIn, inSize(windows, images)),
        CpuDevice.need("dOut", dOut, outSize(windows, images)),
        windows,
        images);
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
