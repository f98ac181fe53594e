package org.estafette.algorithm.data;

import java.util.Arrays;
import org.estafette.algorithm.random.CounterRandom;

/**
 * Images with classes, dealt to shards by class and gone through as {@link RowDataset} does.
 * Training images are changed by an {@link Augmentation}, decided by (seed, shard, place), so that
 * an image comes in another form in every epoch; validation images are as they are.
 *
 * <p>Filling a batch allocates nothing.
 */
public final class ImageDataset implements Images {
  private static final long AUGMENTATION_KEY = CounterRandom.key("augmentation");

  private final ImageTable training;
  private final ImageTable validation;
  private final int classes;
  private final RowShards shards;
  private final Augmentation augmentation;
  private final float[] numbers;
  private final long key;

  private ImageDataset(
      ImageTable training,
      ImageTable validation,
      int classes,
      RowShards shards,
      ChannelScale scale,
      Augmentation augmentation,
      long seed) {
    this.training = training;
    this.validation = validation;
    this.classes = classes;
    this.shards = shards;
    this.augmentation = augmentation;
    this.numbers = scale.numbers();
    this.key = CounterRandom.key(AUGMENTATION_KEY, seed);
  }

  /**
   * Deals images to shards by their classes.
   *
   * @param validation images to measure on
   * @param classes number of classes
   * @param dealingSeed decides which shard gets which image
   * @param seed decides the order of the batches and the augmentation
   * @throws IllegalArgumentException where a shard would be empty, the tables differ in form or a
   *     label is no class
   */
  public static ImageDataset of(
      ImageTable training,
      ImageTable validation,
      int classes,
      ChannelScale scale,
      Augmentation augmentation,
      int shards,
      Partition partition,
      long dealingSeed,
      long seed) {
    ImageForm form = training.form();
    if (!validation.form().equals(form) || scale.means().size() != form.channels()) {
      throw new IllegalArgumentException(
          "validation images of %s, scale of %d channels (expected %s as for training)"
              .formatted(validation.form(), scale.means().size(), form));
    }
    for (int[] labels : new int[][] {training.labels(), validation.labels()}) {
      if (Arrays.stream(labels).anyMatch(l -> l < 0 || l >= classes)) {
        throw new IllegalArgumentException(
            "a label is no class (expected 0 … " + (classes - 1) + ")");
      }
    }
    return new ImageDataset(
        training,
        validation,
        classes,
        RowShards.deal(training.labels(), shards, partition, dealingSeed, seed),
        scale,
        augmentation,
        seed);
  }

  @Override
  public ImageForm form() {
    return training.form();
  }

  @Override
  public int classes() {
    return classes;
  }

  /** Images of each class that a shard has. */
  public int[] classes(int shard) {
    return shards.classes(shard, training.labels());
  }

  @Override
  public int shards() {
    return shards.count();
  }

  @Override
  public long shardTokens(int shard) {
    return shards.size(shard);
  }

  @Override
  public Batch newBatch(int size) {
    return Batch.Rows.of(size, form().size());
  }

  @Override
  public void fill(Batch batch, int shard, long step) {
    Batch.Rows rows = form(batch);
    for (int i = 0; i < rows.size(); i++) {
      long place = step * rows.size() + i;
      int row = shards.row(shard, place);
      long change = CounterRandom.key(key, shard, place);
      rows.labels()[i] = training.labels()[row];
      if (augmentation.equals(Augmentation.NONE)) {
        copy(training, row, rows.features(), i);
      } else {
        copyChanged(row, rows.features(), i, change);
      }
    }
  }

  private void copy(ImageTable table, int row, float[] into, int place) {
    int size = form().size();
    int channels = form().channels();
    int from = row * size;
    int to = place * size;
    for (int i = 0; i < size; i += channels) {
      for (int c = 0; c < channels; c++) {
        into[to + i + c] = numbers[(c << 8) + (table.pixels()[from + i + c] & 0xFF)];
      }
    }
  }

  /** Pixel (y, x) is the image's (y + down, x + right), mirrored where it is flipped. */
  private void copyChanged(int row, float[] into, int place, long change) {
    int height = form().height();
    int width = form().width();
    int channels = form().channels();
    boolean flips = augmentation.flips(change);
    int down = augmentation.down(change);
    int right = augmentation.right(change);
    int from = row * form().size();
    int to = place * form().size();
    for (int y = 0; y < height; y++) {
      int sourceRow = y + down;
      for (int x = 0; x < width; x++, to += channels) {
        int column = (flips ? width - 1 - x : x) + right;
        boolean inside = sourceRow >= 0 && sourceRow < height && column >= 0 && column < width;
        int at = from + (sourceRow * width + column) * channels;
        for (int c = 0; c < channels; c++) {
          int value = inside ? training.pixels()[at + c] & 0xFF : 0;
          into[to + c] = numbers[(c << 8) + value];
        }
      }
    }
  }

  @Override
  public void fillValidation(Batch batch, long step) {
    Batch.Rows rows = form(batch);
    int count = validation.rows();
    for (int i = 0; i < rows.size(); i++) {
      int row = RowShards.validationRow(count, (step * rows.size() + i) % count);
      rows.labels()[i] = validation.labels()[row];
      copy(validation, row, rows.features(), i);
    }
  }

  @Override
  public long validationBatches(int batchSize) {
    return Math.max(1, validation.rows() / batchSize);
  }

  @Override
  public String toString() {
    return "ImageDataset[%d images of %s in %d classes and %d shards, %d validation images]"
        .formatted(training.rows(), form(), classes, shards.count(), validation.rows());
  }

  private Batch.Rows form(Batch batch) {
    if (batch instanceof Batch.Rows rows && rows.width() == form().size()) {
      return rows;
    }
    throw new IllegalArgumentException(
        "batch=%s (expected Rows of width %d, as newBatch makes them)"
            .formatted(batch.getClass().getSimpleName(), form().size()));
  }
}
