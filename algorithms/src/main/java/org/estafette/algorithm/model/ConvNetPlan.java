package org.estafette.algorithm.model;

import org.estafette.algorithm.data.ImageForm;
import org.estafette.device.ConvolutionShape;
import org.estafette.device.Device;
import org.estafette.device.GroupShape;
import org.estafette.kernel.Windows;
import org.estafette.memory.Layout;
import org.jspecify.annotations.Nullable;

/** How many images go through a {@link ConvNet} at once, and all sizes that follow from that. */
final class ConvNetPlan {
  /** Floats of the widest activation that stay in the second-level cache, with those around it. */
  private static final long CACHED = 1L << 16;

  private final ConvNetConfig config;
  private final int images;
  private final Layout cuts;
  private final @Nullable Shapes[] shapes;

  /** Windows of each block's pooling. */
  final Windows[] windows;

  ConvNetPlan(Device device, ConvNetConfig config, int batch) {
    this.config = config;
    int blocks = config.blocks();
    long widest = 0;
    for (int i = 0; i < blocks; i++) {
      widest = Math.max(widest, (long) area(i) * config.channels().get(i));
    }
    this.images = (int) Math.clamp(CACHED / widest, 1L, batch);
    this.shapes = new Shapes[images + 1];
    this.windows = new Windows[blocks];
    Layout.Builder plan =
        Layout.builder()
            .add("input", images, config.form().size())
            .add("targets", images)
            .add("logits", images, config.classes())
            .add("dNorm", images, Math.toIntExact(widest));
    long working = 0;
    Shapes all = shapes(images);
    for (int i = 0; i < blocks; i++) {
      int channels = config.channels().get(i);
      ImageForm form = config.form(i);
      windows[i] =
          i < blocks - 1
              ? Windows.tiles(form.height(), form.width(), channels, ConvNetConfig.POOL)
              : Windows.whole(form.height(), form.width(), channels);
      plan.add("conv" + i, images, area(i), channels)
          .add("norm" + i, images, area(i), channels)
          .add("mean" + i, images, channels)
          .add("rstd" + i, images, channels)
          .add("pooled" + i, images, windows[i].count(), channels)
          .add("dPooled" + i, images, windows[i].count(), channels);
      working = Math.max(working, device.images().convolutionScratch(all.convolution(i)));
      working = Math.max(working, 2L * channels);
    }
    this.cuts = plan.add("scratch", Math.toIntExact(working)).build();
  }

  private int area(int block) {
    return config.form(block).height() * config.form(block).width();
  }

  /** Images that go through at once. */
  int images() {
    return images;
  }

  int blocks() {
    return config.blocks();
  }

  /** Where each of the {@link ConvNetActivations} lies. */
  Layout cuts() {
    return cuts;
  }

  /** The sizes for so many images, 1 … {@link #images}; made once. */
  Shapes shapes(int count) {
    Shapes made = shapes[count];
    if (made == null) {
      made = new Shapes(config, count);
      shapes[count] = made;
    }
    return made;
  }

  /** Sizes of the operations on some number of images. */
  static final class Shapes {
    private final int images;
    private final ConvolutionShape[] convolutions;
    private final GroupShape[] groups;

    Shapes(ConvNetConfig config, int images) {
      this.images = images;
      this.convolutions = new ConvolutionShape[config.blocks()];
      this.groups = new GroupShape[config.blocks()];
      for (int i = 0; i < config.blocks(); i++) {
        ImageForm in = config.form(i);
        int out = config.channels().get(i);
        int kernel = ConvNetConfig.KERNEL;
        Windows windows =
            new Windows(in.height(), in.width(), in.channels(), kernel, kernel, 1, kernel / 2);
        convolutions[i] = new ConvolutionShape(images, windows, out);
        groups[i] = new GroupShape(images, in.height() * in.width(), out, config.groups());
      }
    }

    int images() {
      return images;
    }

    ConvolutionShape convolution(int block) {
      return convolutions[block];
    }

    GroupShape group(int block) {
      return groups[block];
    }
  }
}
