package org.estafette.algorithm.model;

import java.util.List;
import org.estafette.algorithm.data.ImageForm;
import org.estafette.memory.Layout;

/**
 * Sizes of a small convolutional network for classification: a block for each entry of {@code
 * channels}, of a 3×3 convolution, group norm, ReLU and 2×2 max pooling, which in the last block is
 * the mean over the image; then a linear layer.
 *
 * @param form size of the images
 * @param channels channels behind each block; at least one
 * @param groups groups of the group norms; a divisor of all channels
 * @param classes classes, at least 2
 */
public record ConvNetConfig(ImageForm form, List<Integer> channels, int groups, int classes) {
  /** Rows and columns of a filter. */
  static final int KERNEL = 3;

  /** Rows and columns that pooling makes one of. */
  static final int POOL = 2;

  /**
   * @throws IllegalArgumentException where a size is out of its range or the images are too small
   *     for so many poolings
   */
  public ConvNetConfig {
    channels = List.copyOf(channels);
    int all = groups;
    if (groups < 1
        || classes < 2
        || channels.isEmpty()
        || channels.stream().anyMatch(c -> c < 1 || c % all != 0)) {
      throw new IllegalArgumentException(
          "channels=%s, groups=%d, classes=%d (expected channels that are multiples of groups,"
                  .formatted(channels, groups, classes)
              + " groups >= 1, classes >= 2)");
    }
    int poolings = channels.size() - 1;
    if (Math.min(form.height(), form.width()) >> poolings < 1) {
      throw new IllegalArgumentException(
          "channels=%s for images of %s (expected fewer blocks: each but the last halves the image)"
              .formatted(channels, form));
    }
  }

  /** Number of blocks. */
  public int blocks() {
    return channels.size();
  }

  /** Images as block {@code block} gets them. */
  ImageForm form(int block) {
    return new ImageForm(
        form.height() >> block,
        form.width() >> block,
        block == 0 ? form.channels() : channels.get(block - 1));
  }

  /**
   * {@code blocks.N.conv.weight} as [out, row, column, in], {@code blocks.N.norm.weight} and {@code
   * .bias}, {@code head.weight} as [classes, in] and {@code head.bias}.
   */
  public Layout layout() {
    Layout.Builder b = Layout.builder();
    for (int i = 0; i < blocks(); i++) {
      String name = "blocks." + i;
      int out = channels.get(i);
      b.add(name + ".conv.weight", out, KERNEL, KERNEL, form(i).channels());
      b.add(name + ".norm.weight", out);
      b.add(name + ".norm.bias", out);
    }
    b.add("head.weight", classes, channels.getLast());
    b.add("head.bias", classes);
    return b.build();
  }
}
