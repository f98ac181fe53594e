package org.estafette.algorithm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RowDatasetTest {
  private static final Partition IID = new Partition.Iid();

  @Test
  void shouldMakeClustersAroundCentresOnASphere() {
    MixtureTask task =
        new MixtureTask(64, 3, 2, 1.6, 0.1, 6_000, 600, MixtureTask.Validation.HELD_OUT, 5);
    RowDataset dataset = task.dataset(1, IID, 1);
    Batch.Rows batch = (Batch.Rows) dataset.newBatch(6_000);
    dataset.fill(batch, 0, 0);
    int[] counts = new int[3];
    double squares = 0;
    for (int row = 0; row < 6_000; row++) {
      counts[batch.labels()[row]]++;
      for (int d = 0; d < 64; d++) {
        double x = batch.features()[row * 64 + d];
        squares += x * x / 6_000;
      }
    }
    assertThat(counts).containsOnly(2_000);
    // E|x|² = radius² + D noise²
    assertThat(squares).isCloseTo(1.6 * 1.6 + 64 * 0.01, within(0.02));
  }

  @Test
  void shouldMakeClassesThatTheNearestCentreTellsApart() {
    // Unit centres in 512 dimensions are about √2 apart, noise along their line is 0.5: the error
    // of
    // the best classifier is about 3·8·Q(√2/2/0.5) at most.
    RowDataset dataset =
        new MixtureTask(512, 4, 1, 1, 0.5, 4_000, 1_000, MixtureTask.Validation.HELD_OUT, 5)
            .dataset(1, IID, 1);
    double[][] means = new double[4][512];
    Batch.Rows batch = (Batch.Rows) dataset.newBatch(4_000);
    dataset.fill(batch, 0, 0);
    for (int row = 0; row < 4_000; row++) {
      for (int d = 0; d < 512; d++) {
        means[batch.labels()[row]][d] += batch.features()[row * 512 + d] / 1_000.0;
      }
    }
    Batch.Rows validation = (Batch.Rows) dataset.newBatch(1_000);
    dataset.fillValidation(validation, 0);
    int right = 0;
    for (int row = 0; row < 1_000; row++) {
      int best = 0;
      double nearest = Double.POSITIVE_INFINITY;
      for (int c = 0; c < 4; c++) {
        double distance = 0;
        for (int d = 0; d < 512; d++) {
          double difference = validation.features()[row * 512 + d] - means[c][d];
          distance += difference * difference;
        }
        if (distance < nearest) {
          nearest = distance;
          best = c;
        }
      }
      right += best == validation.labels()[row] ? 1 : 0;
    }
    assertThat(right).isBetween(700, 960);
  }

  @Test
  void shouldSeeEveryRowOfAShardOnceInAnEpochAndInAnotherOrderTheNext() {
    RowDataset dataset = MixtureTask.localMethods(1, 3).dataset(5, IID, 1);
    int rows = (int) dataset.shardTokens(2);
    assertThat(rows).isEqualTo(4_000);
    Set<Float> first = new HashSet<>();
    Set<Float> second = new HashSet<>();
    Batch.Rows a = (Batch.Rows) dataset.newBatch(32);
    float[] orders = new float[2];
    for (int step = 0; step < rows / 32; step++) {
      dataset.fill(a, 2, step);
      orders[0] = step == 0 ? a.features()[0] : orders[0];
      collect(a, first);
      dataset.fill(a, 2, step + rows / 32);
      orders[1] = step == 0 ? a.features()[0] : orders[1];
      collect(a, second);
    }
    assertThat(first).hasSize(rows);
    assertThat(first.equals(second)).isTrue();
    assertThat(orders[0]).isNotEqualTo(orders[1]);
  }

  @Test
  void shouldNotSharePlacesBetweenShards() {
    RowDataset dataset = MixtureTask.localMethods(1, 3).dataset(4, IID, 1);
    Set<Float> all = new HashSet<>();
    for (int shard = 0; shard < 4; shard++) {
      Batch.Rows batch = (Batch.Rows) dataset.newBatch(5_000);
      dataset.fill(batch, shard, 0);
      collect(batch, all);
    }
    assertThat(all).hasSizeGreaterThan(19_950); // equal floats of different rows are rare
  }

  @Test
  void shouldMeasureOnTrainingRowsOnlyWhereAskedTo() {
    RowDataset held = MixtureTask.localMethods(1, 3).dataset(1, IID, 1);
    RowDataset same = MixtureTask.asyncLocalSgdSmall(3).dataset(1, IID, 1);
    assertThat(overlap(held, 20_000, 4_000)).isLessThan(10);
    assertThat(overlap(same, 4_096, 4_096)).isGreaterThan(4_090);
    assertThat(held.validationBatches(256)).isEqualTo(15);
    assertThat(same.validationBatches(256)).isEqualTo(16);
  }

  @Test
  void shouldKeepDataAndShardsWhenOnlyTheRunsSeedChanges() {
    RowDataset one = MixtureTask.localMethods(1, 3).dataset(2, IID, 1);
    RowDataset other = MixtureTask.localMethods(1, 3).dataset(2, IID, 2);
    Batch.Rows a = (Batch.Rows) one.newBatch(10_000);
    Batch.Rows b = (Batch.Rows) other.newBatch(10_000);
    one.fill(a, 0, 0);
    other.fill(b, 0, 0);
    assertThat(Arrays.equals(a.labels(), b.labels())).isFalse();
    float[] sortedA = a.features().clone();
    float[] sortedB = b.features().clone();
    Arrays.sort(sortedA);
    Arrays.sort(sortedB);
    assertThat(Arrays.equals(sortedA, sortedB)).isTrue();
    one.fillValidation(a, 0);
    other.fillValidation(b, 0);
    assertThat(Arrays.equals(a.features(), b.features())).isTrue();
  }

  @Test
  void shouldDealClassesToShardsBySource() {
    MixtureTask task = MixtureTask.localMethods(1, 3);
    RowDataset five = task.dataset(5, new Partition.BySource(), 1);
    for (int shard = 0; shard < 5; shard++) {
      assertThat(Arrays.stream(five.classes(shard)).filter(n -> n > 0).count()).isEqualTo(1);
    }
    RowDataset two = task.dataset(2, new Partition.BySource(), 1);
    assertThat(Arrays.stream(two.classes(0)).filter(n -> n > 0).count()).isEqualTo(3);
    assertThat(Arrays.stream(two.classes(1)).filter(n -> n > 0).count()).isEqualTo(2);
    RowDataset dirichlet = task.dataset(64, new Partition.Dirichlet(0.01), 1);
    for (int shard = 0; shard < 64; shard++) {
      assertThat(dirichlet.shardTokens(shard)).as("shard %d", shard).isPositive();
    }
  }

  @Test
  void shouldHaveTheNumbersOfThePublicToyTask() {
    MixtureTask task = MixtureTask.asyncLocalSgd(42);
    assertThat(task.rows()).isEqualTo(128_000);
    assertThat(task.width()).isEqualTo(512);
    assertThat(task.validation()).isEqualTo(MixtureTask.Validation.TRAINING_ROWS);
  }

  @Test
  void shouldMakeLogisticLabelsThatFollowTheTruth() {
    LogisticTask task = new LogisticTask(20, 4, 5, 0, 20_000, 4_000, 9);
    RowDataset dataset = task.dataset(4, new Partition.BySource(), 1);
    Batch.Rows batch = (Batch.Rows) dataset.newBatch(5_000);
    dataset.fill(batch, 0, 0);
    // The mean of label-signed rows points along w; classify by it.
    double[] direction = new double[20];
    for (int row = 0; row < 5_000; row++) {
      for (int d = 0; d < 20; d++) {
        direction[d] += (batch.labels()[row] * 2 - 1) * batch.features()[row * 20 + d];
      }
    }
    Batch.Rows validation = (Batch.Rows) dataset.newBatch(4_000);
    dataset.fillValidation(validation, 0);
    int right = 0;
    int ones = 0;
    for (int row = 0; row < 4_000; row++) {
      double score = 0;
      for (int d = 0; d < 20; d++) {
        score += direction[d] * validation.features()[row * 20 + d];
      }
      right += (score > 0) == (validation.labels()[row] == 1) ? 1 : 0;
      ones += validation.labels()[row];
    }
    assertThat(right / 4_000.0).isBetween(0.8, 0.97);
    assertThat(ones / 4_000.0).isBetween(0.45, 0.55);
  }

  @Test
  void shouldGiveGroupsTruthsOfTheirOwnWhereHeterogeneous() {
    double same = disagreement(new LogisticTask(20, 2, 5, 0, 20_000, 10, 9));
    double apart = disagreement(new LogisticTask(20, 2, 5, 5, 20_000, 10, 9));
    assertThat(same).isLessThan(0.15);
    assertThat(apart).isGreaterThan(0.3);
  }

  @Test
  void shouldAllocateNothingWhenFilling() {
    RowDataset dataset = MixtureTask.localMethods(1, 3).dataset(2, IID, 1);
    Batch batch = dataset.newBatch(16);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    fillMany(dataset, batch);
    long before = threads.getCurrentThreadAllocatedBytes();
    fillMany(dataset, batch);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000);
  }

  @Test
  void shouldRefuseNumbersOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MixtureTask.localMethods(0, 1))
        .withMessage("clusters=0 (expected >= 1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LogisticTask(20, 30, 1, 0, 10, 10, 1))
        .withMessageContaining("rows=10");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RowTable(2, new float[3], new int[2], new int[2]))
        .withMessageContaining("features=3");
    RowDataset dataset = MixtureTask.localMethods(1, 3).dataset(2, IID, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> dataset.fill(Batch.Rows.of(4, 31), 0, 0))
        .withMessageContaining("Rows of width 31 (expected Rows of width 32");
  }

  private static void fillMany(Dataset dataset, Batch batch) {
    for (int step = 0; step < 20_000; step++) {
      dataset.fill(batch, step & 1, step);
      dataset.fillValidation(batch, step);
    }
  }

  /** How often the directions of shards 0 and 1 disagree in sign on normal rows. */
  private static double disagreement(LogisticTask task) {
    RowDataset dataset = task.dataset(2, new Partition.BySource(), 1);
    double[][] directions = new double[2][20];
    Batch.Rows batch = (Batch.Rows) dataset.newBatch(10_000);
    for (int shard = 0; shard < 2; shard++) {
      dataset.fill(batch, shard, 0);
      for (int row = 0; row < 10_000; row++) {
        for (int d = 0; d < 20; d++) {
          directions[shard][d] += (batch.labels()[row] * 2 - 1) * batch.features()[row * 20 + d];
        }
      }
    }
    double dot = 0;
    double a = 0;
    double b = 0;
    for (int d = 0; d < 20; d++) {
      dot += directions[0][d] * directions[1][d];
      a += directions[0][d] * directions[0][d];
      b += directions[1][d] * directions[1][d];
    }
    return Math.acos(dot / Math.sqrt(a * b)) / Math.PI;
  }

  private static int overlap(RowDataset dataset, int rows, int validationRows) {
    Batch.Rows training = (Batch.Rows) dataset.newBatch(rows);
    dataset.fill(training, 0, 0);
    Set<Float> seen = new HashSet<>();
    collect(training, seen);
    Batch.Rows validation = (Batch.Rows) dataset.newBatch(validationRows);
    dataset.fillValidation(validation, 0);
    Set<Float> again = new HashSet<>();
    collect(validation, again);
    again.retainAll(seen);
    return again.size();
  }

  /** The first feature of each row, which names it. */
  private static void collect(Batch.Rows batch, Set<Float> into) {
    for (int row = 0; row < batch.size(); row++) {
      into.add(batch.features()[row * batch.width()]);
    }
  }
}
