package org.estafette.kernel;

/**
 * Windows that slide over images, for convolutions and pooling. Images are height × width ×
 * channels with the channels innermost (NHWC): a row of a window is one run of memory, and what
 * works on channels finds them side by side.
 *
 * <p>Window (y, x) begins at row y·stride − padding, column x·stride − padding. Windows that would
 * end behind the padding are left out, as torch does.
 *
 * @param height rows of an image
 * @param width columns of an image
 * @param channels numbers of a pixel
 * @param windowHeight rows of a window
 * @param windowWidth columns of a window
 * @param stride pixels from one window to the next
 * @param padding rows and columns of zeros around the image; less than the window
 */
public record Windows(
    int height,
    int width,
    int channels,
    int windowHeight,
    int windowWidth,
    int stride,
    int padding) {
  /**
   * @throws IllegalArgumentException where a size is out of its range or no window fits
   */
  public Windows {
    if (height < 1 || width < 1 || channels < 1) {
      throw new IllegalArgumentException(
          "height=%d, width=%d, channels=%d (expected all >= 1)"
              .formatted(height, width, channels));
    }
    if (stride < 1 || padding < 0 || padding >= Math.min(windowHeight, windowWidth)) {
      throw new IllegalArgumentException(
          "window=%dx%d, stride=%d, padding=%d (expected stride >= 1, 0 <= padding < window)"
              .formatted(windowHeight, windowWidth, stride, padding));
    }
    if (windowHeight > height + 2 * padding || windowWidth > width + 2 * padding) {
      throw new IllegalArgumentException(
          "window=%dx%d (expected at most the image with its padding, %dx%d)"
              .formatted(windowHeight, windowWidth, height + 2 * padding, width + 2 * padding));
    }
    Math.multiplyExact(Math.multiplyExact(height, width), channels);
    Math.multiplyExact(Math.multiplyExact(windowHeight, windowWidth), channels);
  }

  /** One window that is the whole image: global pooling. */
  public static Windows whole(int height, int width, int channels) {
    return new Windows(height, width, channels, height, width, 1, 0);
  }

  /** Square windows side by side, without padding: pooling. */
  public static Windows tiles(int height, int width, int channels, int size) {
    return new Windows(height, width, channels, size, size, size, 0);
  }

  /** Rows of windows. */
  public int outHeight() {
    return (height + 2 * padding - windowHeight) / stride + 1;
  }

  /** Columns of windows. */
  public int outWidth() {
    return (width + 2 * padding - windowWidth) / stride + 1;
  }

  /** Windows of an image. */
  public int count() {
    return outHeight() * outWidth();
  }

  /** Numbers of an image. */
  public int imageSize() {
    return height * width * channels;
  }

  /** Numbers of a window. */
  public int windowSize() {
    return windowHeight * windowWidth * channels;
  }

  /** Whether every window is just one pixel, in order: there is nothing to unfold. */
  public boolean isPixels() {
    return windowHeight == 1 && windowWidth == 1 && stride == 1 && padding == 0;
  }
}
