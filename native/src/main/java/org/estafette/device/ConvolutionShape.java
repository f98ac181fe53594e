package org.estafette.device;

import org.estafette.kernel.Windows;

/**
 * Sizes of a convolution.
 *
 * @param images images of the batch
 * @param windows the input's images, and the windows that are multiplied with the filters
 * @param filters channels of the output
 */
public record ConvolutionShape(int images, Windows windows, int filters) {
  /**
   * @throws IllegalArgumentException where a size is below 1
   */
  public ConvolutionShape {
    if (images < 1 || filters < 1) {
      throw new IllegalArgumentException(
          "images=%d, filters=%d (expected both >= 1)".formatted(images, filters));
    }
  }

  /** Pixels of all images of the output: rows of the product. */
  public long rows() {
    return (long) images * windows.count();
  }

  /** Elements of the input. */
  public long inSize() {
    return (long) images * windows.imageSize();
  }

  /** Elements of the output. */
  public long outSize() {
    return rows() * filters;
  }

  /** Elements of the weight: filters × window rows × window columns × channels. */
  public long weightSize() {
    return (long) filters * windows.windowSize();
  }
}
