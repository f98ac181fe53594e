package org.estafette.algorithm.model;

import org.estafette.algorithm.data.ImageForm;
import org.estafette.device.ConvolutionShape;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.estafette.device.GroupShape;
import org.estafette.kernel.Windows;
import org.estafette.memory.Layout;
import org.jspecify.annotations.Nullable;

/** What a {@link ConvNet} computes for a few images on its way, in one arena. */
final class ConvNetActivations implements AutoCloseable {
  /** Floats of the widest activation that stay in the second-level cache, with those around it. */
  private static final long CACHED = 1L << 16;

  private final ConvNetConfig config;
  private final int images;
  private final DeviceArena arena;
  private final @Nullable Shapes[] shapes;

  final DeviceVector input;
  final DeviceVector targets;
  final DeviceVector logits;
  final DeviceVector scratch;

  /** Gradient behind a norm, and then behind its convolution: one at a time is needed. */
  final DeviceVector dNorm;

  final DeviceVector[] conv;
  final DeviceVector[] norm;
  final DeviceVector[] mean;
  final DeviceVector[] rstd;
  final DeviceVector[] pooled;
  final DeviceVector[] dPooled;

  /** Windows of each block's pooling. */
  final Windows[] windows;

  ConvNetActivations(Device device, ConvNetConfig config, int batch) {
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
    Layout cuts = plan.add("scratch", Math.toIntExact(working)).build();
    arena = device.allocate("activations of " + config + ", " + images + " images", cuts.length());
    input = cut(cuts, "input");
    targets = cut(cuts, "targets");
    logits = cut(cuts, "logits");
    scratch = cut(cuts, "scratch");
    dNorm = cut(cuts, "dNorm");
    conv = cut(cuts, "conv", blocks);
    norm = cut(cuts, "norm", blocks);
    mean = cut(cuts, "mean", blocks);
    rstd = cut(cuts, "rstd", blocks);
    pooled = cut(cuts, "pooled", blocks);
    dPooled = cut(cuts, "dPooled", blocks);
  }

  private int area(int block) {
    return config.form(block).height() * config.form(block).width();
  }

  private DeviceVector cut(Layout cuts, String name) {
    return arena.all().slice(cuts.get(name));
  }

  private DeviceVector[] cut(Layout cuts, String name, int blocks) {
    DeviceVector[] vectors = new DeviceVector[blocks];
    for (int i = 0; i < blocks; i++) {
      vectors[i] = cut(cuts, name + i);
    }
    return vectors;
  }

  /** Images that go through at once. */
  int images() {
    return images;
  }

  /** What block {@code block} gets. */
  DeviceVector in(int block) {
    return block == 0 ? input : pooled[block - 1];
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

  @Override
  public void close() {
    arena.close();
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
