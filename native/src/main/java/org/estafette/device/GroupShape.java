package org.estafette.device;

/**
 * Sizes of a group norm.
 *
 * @param images images of the batch
 * @param pixels pixels of an image
 * @param channels channels of a pixel
 * @param groups groups of neighbouring channels that are normalised together; a divisor of them
 */
public record GroupShape(int images, int pixels, int channels, int groups) {
  /**
   * @throws IllegalArgumentException where a size is below 1 or the groups are no equal parts
   */
  public GroupShape {
    if (images < 1 || pixels < 1 || channels < 1) {
      throw new IllegalArgumentException(
          "images=%d, pixels=%d, channels=%d (expected all >= 1)"
              .formatted(images, pixels, channels));
    }
    if (groups < 1 || channels % groups != 0) {
      throw new IllegalArgumentException(
          "groups=%d (expected a divisor of channels=%d)".formatted(groups, channels));
    }
  }

  /** Elements of the input and of the output. */
  public long size() {
    return (long) images * pixels * channels;
  }

  /** Elements of each of the two statistics that are kept. */
  public long kept() {
    return (long) images * channels;
  }
}
