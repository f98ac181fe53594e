package org.estafette.algorithm.data;

import org.estafette.algorithm.random.CounterRandom;

/**
 * Classification of a mixture of mixtures of Gaussians: each class is a mixture of clusters, each
 * cluster a Gaussian around a centre on a sphere. Generated, so nothing is downloaded, and hard
 * enough that optimizers differ.
 *
 * <p>Cluster centres are normal vectors scaled to norm {@code radius}; a row is its centre plus
 * normal noise of standard deviation {@code noise} in every direction; every cluster has the same
 * number of rows, and class c has clusters c·clusters … c·clusters + clusters − 1.
 *
 * @param width features of a row, D
 * @param classes classes
 * @param clusters clusters of each class
 * @param radius norm of a cluster's centre
 * @param noise standard deviation of the noise
 * @param rows training rows; rounded down to a multiple of the number of clusters
 * @param validationRows rows to measure on
 * @param validation where these come from
 * @param dataSeed decides centres, noise and dealing, apart from the seed of a run
 */
public record MixtureTask(
    int width,
    int classes,
    int clusters,
    double radius,
    double noise,
    int rows,
    int validationRows,
    Validation validation,
    long dataSeed) {

  /** Where validation rows come from. */
  public enum Validation {
    /** Drawn anew from the same clusters: nothing of them is trained on. */
    HELD_OUT,
    /** A random part of the training rows, as the asynchronous Local-SGD toy example measures. */
    TRAINING_ROWS
  }

  /**
   * @throws IllegalArgumentException where a number is out of its range
   */
  public MixtureTask {
    require("width", width, 1);
    require("classes", classes, 2);
    require("clusters", clusters, 1);
    require("rows", rows, classes * clusters);
    require("validationRows", validationRows, 1);
    if (!(radius >= 0) || !(noise >= 0)) {
      throw new IllegalArgumentException(
          "radius=" + radius + ", noise=" + noise + " (expected >= 0)");
    }
  }

  /**
   * The task of the public toy example of asynchronous Local-SGD (arXiv 2401.09135): D = 512, 4
   * classes of 8 clusters, unit centres, noise 0.5, 128,000 rows in iid shards, batches of 32, loss
   * measured on 10,000 of the training rows.
   */
  public static MixtureTask asyncLocalSgd(long dataSeed) {
    return new MixtureTask(512, 4, 8, 1, 0.5, 128_000, 10_000, Validation.TRAINING_ROWS, dataSeed);
  }

  /** Its small form: 4,096 rows, one cluster a class, loss measured on all of them. */
  public static MixtureTask asyncLocalSgdSmall(long dataSeed) {
    return new MixtureTask(512, 4, 1, 1, 0.5, 4_096, 4_096, Validation.TRAINING_ROWS, dataSeed);
  }

  /**
   * The task for local methods: D = 32, 5 classes, centres of norm 1.6, noise 0.55; 20,000 rows and
   * 4,000 held out.
   *
   * @param clusters clusters of each class, usually 1 or 3
   */
  public static MixtureTask localMethods(int clusters, long dataSeed) {
    return new MixtureTask(
        32, 5, clusters, 1.6, 0.55, 20_000, 4_000, Validation.HELD_OUT, dataSeed);
  }

  /**
   * Generates the rows and deals them. Sources of the partition are the classes.
   *
   * @param seed decides the order of the batches
   */
  public RowDataset dataset(int shards, Partition partition, long seed) {
    float[] centres = centres();
    RowTable training = table(centres, rows / (classes * clusters) * (classes * clusters), 1);
    return switch (validation) {
      case TRAINING_ROWS ->
          RowDataset.of(
              training,
              training,
              Math.min(validationRows, training.rows()),
              shards,
              partition,
              dataSeed,
              seed);
      case HELD_OUT ->
          RowDataset.of(
              training,
              table(centres, validationRows, 2),
              validationRows,
              shards,
              partition,
              dataSeed,
              seed);
    };
  }

  private float[] centres() {
    int count = classes * clusters;
    float[] centres = new float[count * width];
    double[] centre = new double[width];
    for (int c = 0; c < count; c++) {
      long key = CounterRandom.key(dataSeed, 0, c);
      double squares = 0;
      for (int d = 0; d < width; d++) {
        centre[d] = CounterRandom.gaussian(key, d);
        squares += centre[d] * centre[d];
      }
      double scale = radius / Math.sqrt(squares);
      for (int d = 0; d < width; d++) {
        centres[c * width + d] = (float) (centre[d] * scale);
      }
    }
    return centres;
  }

  private RowTable table(float[] centres, int count, int part) {
    RowTable table = RowTable.empty(count, width);
    for (int row = 0; row < count; row++) {
      int cluster = (int) ((long) row * classes * clusters / count);
      table.labels()[row] = cluster / clusters;
      long key = CounterRandom.key(dataSeed, part, row);
      for (int d = 0; d < width; d++) {
        table.features()[row * width + d] =
            (float) (centres[cluster * width + d] + noise * CounterRandom.gaussian(key, d));
      }
    }
    return table;
  }

  private static void require(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + "=" + value + " (expected >= " + least + ")");
    }
  }
}
