package org.estafette.algorithm.data;

import org.estafette.algorithm.random.CounterRandom;

/**
 * Two classes that a linear model can tell apart up to noise: features a are normal, the label is 1
 * with probability 1 / (1 + exp(−⟨w, a⟩)).
 *
 * <p>Rows belong to groups, which are the sources of the partition: group g has its own truth w_g =
 * w + heterogeneity·u_g and its own feature mean heterogeneity·v_g, with w about {@code sharpness}
 * long and u_g, v_g about 1 long, all normal. With heterogeneity 0 all groups are one.
 *
 * @param width features of a row, D
 * @param groups groups of rows
 * @param sharpness length of w, about: how sure the labels are
 * @param heterogeneity how much groups differ; 0 for not at all
 * @param rows training rows, equally many of each group
 * @param validationRows rows held out, equally many of each group
 * @param dataSeed decides truth, rows and dealing, apart from the seed of a run
 */
public record LogisticTask(
    int width,
    int groups,
    double sharpness,
    double heterogeneity,
    int rows,
    int validationRows,
    long dataSeed) {

  /**
   * @throws IllegalArgumentException where a number is out of its range
   */
  public LogisticTask {
    if (width < 1 || groups < 1 || rows < groups || validationRows < 1) {
      throw new IllegalArgumentException(
          "width="
              + width
              + ", groups="
              + groups
              + ", rows="
              + rows
              + ", validationRows="
              + validationRows
              + " (expected >= 1, and at least one row a group)");
    }
    if (!(sharpness >= 0) || !(heterogeneity >= 0)) {
      throw new IllegalArgumentException(
          "sharpness=" + sharpness + ", heterogeneity=" + heterogeneity + " (expected >= 0)");
    }
  }

  /**
   * Generates the rows and deals them.
   *
   * @param seed decides the order of the batches
   */
  public RowDataset dataset(int shards, Partition partition, long seed) {
    return RowDataset.of(
        table(rows, 3),
        table(validationRows, 4),
        validationRows,
        shards,
        partition,
        dataSeed,
        seed);
  }

  private RowTable table(int count, int part) {
    RowTable empty = RowTable.empty(count, width);
    RowTable table = new RowTable(width, empty.features(), empty.labels(), new int[count]);
    double scale = 1 / Math.sqrt(width);
    for (int row = 0; row < count; row++) {
      int group = (int) ((long) row * groups / count);
      long common = CounterRandom.key(dataSeed, 0);
      long truth = CounterRandom.key(dataSeed, 1, group);
      long mean = CounterRandom.key(dataSeed, 2, group);
      long key = CounterRandom.key(dataSeed, part, row);
      double logit = 0;
      for (int d = 0; d < width; d++) {
        double feature =
            CounterRandom.gaussian(key, d)
                + heterogeneity * scale * CounterRandom.gaussian(mean, d);
        double weight =
            scale
                * (sharpness * CounterRandom.gaussian(common, d)
                    + heterogeneity * CounterRandom.gaussian(truth, d));
        logit += weight * feature;
        table.features()[row * width + d] = (float) feature;
      }
      double probability = 1 / (1 + StrictMath.exp(-logit));
      table.labels()[row] = CounterRandom.uniform(key, width) < probability ? 1 : 0;
      table.sources()[row] = group;
    }
    return table;
  }
}
