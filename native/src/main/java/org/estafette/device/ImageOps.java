package org.estafette.device;

import org.estafette.kernel.Windows;

/**
 * The part of a device's operations that works on images; {@link Device}'s rules hold here too.
 *
 * <p>Images are stored with the channels innermost: image × row × column × channel (NHWC). A
 * convolution is then a product of windows, whose rows are runs of memory, with a matrix of
 * filters, and gives the next layer's form without a transposition. Weights are filter × row ×
 * column × channel; torch's are filter × channel × row × column.
 */
public interface ImageOps {
  /** Elements of working space that the convolution and its two gradients need. */
  long convolutionScratch(ConvolutionShape shape);

  /**
   * Convolution, in the sense of neural networks (nothing is mirrored), without a bias:
   *
   * <pre>
   * out[i, y, x, f] = Σ weight[f, r, c, k]·in[i, y·stride − padding + r, x·stride − padding + c, k]
   * </pre>
   *
   * @param scratch {@link #convolutionScratch} elements
   */
  void convolution(
      DeviceVector out,
      DeviceVector in,
      DeviceVector weight,
      DeviceVector scratch,
      ConvolutionShape shape);

  /** Gradient of {@link #convolution} by its weight: dWeight += …. */
  void convolutionWeightGradient(
      DeviceVector dWeight,
      DeviceVector dOut,
      DeviceVector in,
      DeviceVector scratch,
      ConvolutionShape shape);

  /** Gradient of {@link #convolution} by its input: dIn = …. */
  void convolutionInputGradient(
      DeviceVector dIn,
      DeviceVector dOut,
      DeviceVector weight,
      DeviceVector scratch,
      ConvolutionShape shape);

  /**
   * Group norm (Wu and He, 2018), epsilon 1e-5: out = (in − mean)·rstd·gamma + beta, with mean and
   * biased variance over the pixels and channels of each group of each image.
   *
   * @param mean kept for the gradient, {@link GroupShape#kept} elements
   * @param rstd likewise
   */
  void groupNorm(
      DeviceVector out,
      DeviceVector mean,
      DeviceVector rstd,
      DeviceVector in,
      DeviceVector gamma,
      DeviceVector beta,
      GroupShape shape);

  /**
   * Gradient of {@link #groupNorm}: dGamma += …, dBeta += …, dIn = ….
   *
   * @param dIn may be {@code dOut}
   * @param scratch 2·channels elements
   */
  void groupNormBackward(
      DeviceVector dIn,
      DeviceVector dGamma,
      DeviceVector dBeta,
      DeviceVector dOut,
      DeviceVector in,
      DeviceVector mean,
      DeviceVector rstd,
      DeviceVector gamma,
      DeviceVector scratch,
      GroupShape shape);

  /** x = max(0, x); {@link Device#reluBackward} is its gradient. */
  void relu(DeviceVector x, long count);

  /** out = largest number of each window and channel. */
  void maxPool(DeviceVector out, DeviceVector in, Windows windows, int images);

  /**
   * Gradient of {@link #maxPool}: dIn = dOut at the first of each window's largest numbers, summed
   * where windows overlap, else 0.
   */
  void maxPoolBackward(
      DeviceVector dIn,
      DeviceVector dOut,
      DeviceVector out,
      DeviceVector in,
      Windows windows,
      int images);

  /** out = mean of each window and channel; {@link Windows#whole} for the mean of an image. */
  void averagePool(DeviceVector out, DeviceVector in, Windows windows, int images);

  /** Gradient of {@link #averagePool}: dIn = …. */
  void averagePoolBackward(DeviceVector dIn, DeviceVector dOut, Windows windows, int images);
}
