package org.estafette.algorithm.data;

/**
 * Size of an image. Its numbers are stored row by row, pixel by pixel, a pixel's channels side by
 * side: the form that {@link org.estafette.device.ImageOps} works on.
 *
 * @param height rows
 * @param width columns
 * @param channels numbers of a pixel
 */
public record ImageForm(int height, int width, int channels) {
  /**
   * @throws IllegalArgumentException where a size is below 1
   */
  public ImageForm {
    if (height < 1 || width < 1 || channels < 1) {
      throw new IllegalArgumentException(
          "height=%d, width=%d, channels=%d (expected all >= 1)"
              .formatted(height, width, channels));
    }
    Math.multiplyExact(Math.multiplyExact(height, width), channels);
  }

  /** Numbers of an image. */
  public int size() {
    return height * width * channels;
  }

  @Override
  public String toString() {
    return height + "x" + width + "x" + channels;
  }
}
