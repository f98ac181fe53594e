package org.estafette.kernel;

/**
 * The layers of a network over images that are not matrix products, on float32 at absolute
 * addresses. Images lie one behind the other, each as {@link Windows} says (NHWC). "+=" adds to
 * what is there; names with d are gradients of the loss.
 *
 * <p>There are two implementations; they agree within a few units of the last place times the
 * length of a sum. Each gives the same bits for the same input. Nothing is checked and nothing
 * allocated here: the caller owns the memory.
 */
public interface ImageKernels {
  /** The fastest implementation that this JVM can run: as {@link RowKernels#best}. */
  static ImageKernels best() {
    return ImageKernelsProvider.BEST;
  }

  /** The plain loops that the fast implementation is checked against. */
  static ImageKernels scalar() {
    return ImageKernelsProvider.SCALAR;
  }

  /** Name for logs and benchmark tables. */
  String name();

  /**
   * Copies windows into the rows of a matrix (im2col), padding as zeros: windows {@code from} …
   * {@code from + count − 1} of all windows of all images.
   *
   * @param patches count × {@link Windows#windowSize}: (row, column, channel) of the window
   */
  void unfold(long patches, long in, Windows windows, long from, int count);

  /** Adds the rows of a matrix to the windows they stand for (col2im): in += …. */
  void fold(long in, long patches, Windows windows, long from, int count);

  /** out = largest number of each window and channel; without padding. */
  void maxPool(long out, long in, Windows windows, int images);

  /**
   * Gradient of {@link #maxPool}: each dOut goes to the first of its window's numbers that is the
   * largest. dIn is overwritten.
   */
  void maxPoolBackward(long dIn, long dOut, long out, long in, Windows windows, int images);

  /** out = mean of each window and channel; without padding. */
  void averagePool(long out, long in, Windows windows, int images);

  /** Gradient of {@link #averagePool}; dIn is overwritten. */
  void averagePoolBackward(long dIn, long dOut, Windows windows, int images);

  /**
   * Group norm: out = (in − mean)·rstd·gamma + beta with mean and biased variance of each image's
   * groups of {@code channels / groups} neighbouring channels, epsilon 1e-5.
   *
   * @param mean images × channels, kept for the gradient: a group's mean at each of its channels
   * @param rstd images × channels, likewise
   */
  void groupNorm(
      long out,
      long mean,
      long rstd,
      long in,
      long gamma,
      long beta,
      int images,
      int pixels,
      int channels,
      int groups);

  /**
   * Gradient of {@link #groupNorm}: dGamma += …, dBeta += …, dIn = …; dIn may be dOut.
   *
   * @param scratch 2·channels numbers
   */
  void groupNormBackward(
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
      int groups);

  /** x = max(0, x). */
  void relu(long x, long count);
}
