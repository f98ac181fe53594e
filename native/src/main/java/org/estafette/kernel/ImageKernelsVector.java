package org.estafette.kernel;

/** {@link ImageKernels} by the Vector API, along the channels. */
final class ImageKernelsVector implements ImageKernels {
  /** Elements per call of an elementwise kernel, so that its loop counts with an int. */
  private static final int PIECE = 1 << 20;

  private static final OuterKernels FLAT = OuterKernels.best();

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public void unfold(long patches, long in, Windows windows, long from, int count) {
    ImageKernelsVectorPatches.unfold(patches, in, windows, from, count);
  }

  @Override
  public void fold(long in, long patches, Windows windows, long from, int count) {
    ImageKernelsVectorPatches.fold(in, patches, windows, from, count);
  }

  @Override
  public void maxPool(long out, long in, Windows windows, int images) {
    ImageKernelsVectorPool.maxPool(out, in, windows, images);
  }

  @Override
  public void maxPoolBackward(long dIn, long dOut, long out, long in, Windows windows, int images) {
    zero(dIn, (long) images * windows.imageSize());
    ImageKernelsVectorPool.maxPoolBackward(dIn, dOut, out, in, windows, images);
  }

  @Override
  public void averagePool(long out, long in, Windows windows, int images) {
    ImageKernelsVectorPool.averagePool(out, in, windows, images);
  }

  @Override
  public void averagePoolBackward(long dIn, long dOut, Windows windows, int images) {
    zero(dIn, (long) images * windows.imageSize());
    ImageKernelsVectorPool.averagePoolBackward(dIn, dOut, windows, images);
  }

  private static void zero(long x, long count) {
    FLAT.fill(x, count, 0);
  }

  @Override
  public void groupNorm(
      long out,
      long mean,
      long rstd,
      long in,
      long gamma,
      long beta,
      int images,
      int pixels,
      int channels,
      int groups) {
    for (int i = 0; i < images; i++) {
      long image = 4L * i * pixels * channels;
      long kept = 4L * i * channels;
      ImageKernelsVectorGroup.forward(
          out + image,
          mean + kept,
          rstd + kept,
          in + image,
          gamma,
          beta,
          pixels,
          channels,
          channels / groups);
    }
  }

  @Override
  public void groupNormBackward(
      long dIn,
      long dGamma,
      long dBeta,
      long dOut,
      long in,
      long mean,
      long rstd,
      long gamma,
      long scratch,
      int images,
      int pixels,
      int channels,
      int groups) {
    for (int i = 0; i < images; i++) {
      long image = 4L * i * pixels * channels;
      long kept = 4L * i * channels;
      ImageKernelsVectorGroup.backward(
          dIn + image,
          dGamma,
          dBeta,
          dOut + image,
          in + image,
          mean + kept,
          rstd + kept,
          gamma,
          scratch,
          scratch + 4L * channels,
          pixels,
          channels,
          channels / groups);
    }
  }

  @Override
  public void relu(long x, long count) {
    for (long i = 0; i < count; i += PIECE) {
      ImageKernelsVectorPool.relu(x + 4 * i, (int) Math.min(PIECE, count - i));
    }
  }
}
