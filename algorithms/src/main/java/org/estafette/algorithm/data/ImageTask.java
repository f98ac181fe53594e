package org.estafette.algorithm.data;

import java.util.Collections;
import org.estafette.algorithm.random.CounterRandom;

/**
 * Generated images for where no data is at hand: a class is a texture. Each class has a tile of
 * {@link #TILE}² random pixels whose mean is zero in every channel; an image repeats its class's
 * tile, beginning at a random place, with a random contrast, under noise.
 *
 * <p>As the place is random, the mean image of every class is the same grey: a linear model has
 * nothing to hold on to, while a convolution finds the texture wherever it is.
 *
 * @param side rows and columns of an image
 * @param channels numbers of a pixel
 * @param classes classes
 * @param noise standard deviation of the noise, where the texture's is 1
 * @param rows training images, equally many of each class
 * @param validationRows images to measure on, drawn anew
 * @param dataSeed decides textures, images and dealing, apart from the seed of a run
 */
public record ImageTask(
    int side,
    int channels,
    int classes,
    double noise,
    int rows,
    int validationRows,
    long dataSeed) {
  /** Rows and columns of a tile. */
  public static final int TILE = 6;

  private static final double GREY = 127.5;
  private static final double STEP = 32;

  /**
   * @throws IllegalArgumentException where a number is out of its range
   */
  public ImageTask {
    if (side < TILE || channels < 1 || classes < 2) {
      throw new IllegalArgumentException(
          "side=%d, channels=%d, classes=%d (expected >= %d, >= 1, >= 2)"
              .formatted(side, channels, classes, TILE));
    }
    if (rows < classes || validationRows < classes || !(noise >= 0)) {
      throw new IllegalArgumentException(
          "rows=%d, validationRows=%d, noise=%s (expected at least %d, the classes, and >= 0)"
              .formatted(rows, validationRows, noise, classes));
    }
  }

  /**
   * Generates the images and deals them.
   *
   * @param seed decides the order of the batches
   */
  public ImageDataset dataset(int shards, Partition partition, long seed) {
    float[] tiles = tiles();
    ChannelScale scale =
        new ChannelScale(Collections.nCopies(channels, 0.5), Collections.nCopies(channels, 0.25));
    return ImageDataset.of(
        table(tiles, rows, 1),
        table(tiles, validationRows, 2),
        classes,
        scale,
        Augmentation.NONE,
        shards,
        partition,
        dataSeed,
        seed);
  }

  /** Class after class, row, column, channel. */
  private float[] tiles() {
    int area = TILE * TILE;
    float[] tiles = new float[classes * area * channels];
    for (int t = 0; t < classes; t++) {
      long key = CounterRandom.key(dataSeed, 0, t);
      for (int c = 0; c < channels; c++) {
        double mean = 0;
        for (int p = 0; p < area; p++) {
          mean += CounterRandom.gaussian(key, (long) p * channels + c) / area;
        }
        for (int p = 0; p < area; p++) {
          int at = p * channels + c;
          tiles[t * area * channels + at] = (float) (CounterRandom.gaussian(key, at) - mean);
        }
      }
    }
    return tiles;
  }

  private ImageTable table(float[] tiles, int count, int part) {
    ImageForm form = new ImageForm(side, side, channels);
    ImageTable table = ImageTable.empty(form, count);
    for (int row = 0; row < count; row++) {
      int label = (int) ((long) row * classes / count);
      table.labels()[row] = label;
      draw(tiles, label, CounterRandom.key(dataSeed, part, row), table.pixels(), row * form.size());
    }
    return table;
  }

  private void draw(float[] tiles, int label, long key, byte[] pixels, int to) {
    int size = side * side * channels;
    int down = (int) CounterRandom.below(key, size, TILE);
    int right = (int) CounterRandom.below(key, size + 1L, TILE);
    double contrast = 0.5 + CounterRandom.uniform(key, size + 2L);
    int tile = label * TILE * TILE;
    for (int i = 0; i < size; i++) {
      int y = (i / channels / side + down) % TILE;
      int x = (i / channels % side + right) % TILE;
      double texture = tiles[(tile + y * TILE + x) * channels + i % channels];
      double value = GREY + STEP * (contrast * texture + noise * CounterRandom.gaussian(key, i));
      pixels[to + i] = (byte) Math.clamp(Math.round(value), 0, 255);
    }
  }
}
