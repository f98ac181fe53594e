package org.estafette.algorithm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ImageDatasetTest {
  private static final ImageForm FORM = new ImageForm(2, 3, 2);
  private static final ChannelScale SCALE =
      new ChannelScale(List.of(0.5, 0.25), List.of(0.5, 0.125));

  /** Image r has the bytes 12·r … 12·r + 11, and class r mod classes. */
  private static ImageTable table(int rows, int classes) {
    ImageTable table = ImageTable.empty(FORM, rows);
    for (int i = 0; i < table.pixels().length; i++) {
      table.pixels()[i] = (byte) i;
    }
    Arrays.setAll(table.labels(), r -> r % classes);
    return table;
  }

  private static ImageDataset of(ImageTable training, int shards, Augmentation augmentation) {
    return ImageDataset.of(
        training, table(5, 4), 4, SCALE, augmentation, shards, new Partition.Iid(), 7, 9);
  }

  private static float number(int value, int channel) {
    return (float) ((value / 255.0 - (channel == 0 ? 0.5 : 0.25)) / (channel == 0 ? 0.5 : 0.125));
  }

  @Test
  void shouldScaleEachChannelByItsMeanAndDeviation() {
    ImageDataset data = of(table(8, 4), 1, Augmentation.NONE);
    Batch.Rows batch = (Batch.Rows) data.newBatch(8);
    data.fill(batch, 0, 0);
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 8; i++) {
      int row = Math.round((batch.features()[12 * i] * 0.5f + 0.5f) * 255) / 12;
      seen.add(row);
      assertThat(batch.labels()[i]).isEqualTo(row % 4);
      for (int e = 0; e < 12; e++) {
        assertThat(batch.features()[12 * i + e]).isEqualTo(number(12 * row + e, e % 2));
      }
    }
    assertThat(seen).as("one epoch has every image once").hasSize(8);
  }

  @Test
  void aFlippedImageShouldBeMirroredPixelByPixel() {
    ImageDataset data = of(table(1, 1), 1, new Augmentation(true, 0));
    Batch.Rows batch = (Batch.Rows) data.newBatch(40);
    data.fill(batch, 0, 0);
    int[] asIs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    int[] mirrored = {4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 6, 7};
    int flips = 0;
    for (int i = 0; i < 40; i++) {
      boolean flipped = batch.features()[12 * i] == number(4, 0);
      flips += flipped ? 1 : 0;
      for (int e = 0; e < 12; e++) {
        int value = (flipped ? mirrored : asIs)[e];
        assertThat(batch.features()[12 * i + e]).isEqualTo(number(value, e % 2));
      }
    }
    assertThat(flips).isBetween(8, 32);
  }

  @Test
  void aShiftedImageShouldHaveBlackBehindIt() {
    ImageDataset data = of(table(1, 1), 1, new Augmentation(false, 1));
    Batch.Rows batch = (Batch.Rows) data.newBatch(200);
    data.fill(batch, 0, 0);
    Set<String> forms = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      boolean found = false;
      for (int down = -1; down <= 1; down++) {
        for (int right = -1; right <= 1; right++) {
          if (isShifted(batch, i, down, right)) {
            forms.add(down + "," + right);
            found = true;
          }
        }
      }
      assertThat(found).as("image %d is a shifted one", i).isTrue();
    }
    assertThat(forms).as("every shift occurs").hasSize(9);
  }

  private static boolean isShifted(Batch.Rows batch, int image, int down, int right) {
    for (int y = 0; y < 2; y++) {
      for (int x = 0; x < 3; x++) {
        int row = y + down;
        int column = x + right;
        boolean inside = row >= 0 && row < 2 && column >= 0 && column < 3;
        for (int c = 0; c < 2; c++) {
          int value = inside ? (row * 3 + column) * 2 + c : 0;
          if (batch.features()[12 * image + (y * 3 + x) * 2 + c] != number(value, c)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  @Test
  void theSameCallShouldGiveTheSameImagesInWhateverOrder() {
    ImageDataset data = of(table(20, 4), 3, Augmentation.FLIP_AND_CROP);
    Batch.Rows first = (Batch.Rows) data.newBatch(4);
    Batch.Rows later = (Batch.Rows) data.newBatch(4);
    data.fill(first, 1, 5);
    data.fill(later, 2, 3);
    data.fill(later, 1, 5);
    assertThat(later.features()).isEqualTo(first.features());
    assertThat(later.labels()).isEqualTo(first.labels());
    data.fill(later, 1, 6);
    assertThat(later.features()).isNotEqualTo(first.features());
  }

  @Test
  void shouldRefuseALabelThatIsNoClass() {
    assertThatThrownBy(() ->
            ImageDataset.of(
                table(8, 4),
                table(4, 4),
                3,
                SCALE,
                Augmentation.NONE,
                1,
                new Partition.Iid(),
                1,
                1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected 0 … 2");
  }

  @Test
  void balancedDirichletShouldGiveShardsOfOneSizeWithEverFewerClassesForASmallerAlpha() {
    int rows = 4000;
    ImageTable table = ImageTable.empty(new ImageForm(1, 1, 1), rows);
    Arrays.setAll(table.labels(), r -> r % 10);
    ChannelScale scale = new ChannelScale(Collections.nCopies(1, 0.5), Collections.nCopies(1, 1.0));
    double before = 0;
    for (double alpha : new double[] {100, 1, 0.1, 0.01}) {
      ImageDataset data =
          ImageDataset.of(
              table,
              table,
              10,
              scale,
              Augmentation.NONE,
              16,
              new Partition.BalancedDirichlet(alpha),
              3,
              3);
      double distance = 0;
      int[] all = new int[10];
      for (int s = 0; s < 16; s++) {
        assertThat(data.shardTokens(s)).isEqualTo(rows / 16);
        int[] classes = data.classes(s);
        for (int c = 0; c < 10; c++) {
          all[c] += classes[c];
          distance += Math.abs(classes[c] / 250.0 - 0.1) / 2 / 16;
        }
      }
      assertThat(all).as("every image is dealt once").containsOnly(400);
      assertThat(distance).as("unevenness for alpha=%s", alpha).isGreaterThan(before + 0.05);
      before = distance;
    }
    assertThat(before).as("about one class a shard").isGreaterThan(0.7);
  }

  @Test
  void balancedDirichletShouldSurviveAnAlphaThatLeavesNothingButZeros() {
    ImageTable table = table(120, 4);
    ImageDataset data =
        ImageDataset.of(
            table,
            table,
            4,
            SCALE,
            Augmentation.NONE,
            7,
            new Partition.BalancedDirichlet(1e-6),
            3,
            3);
    long total = 0;
    for (int s = 0; s < 7; s++) {
      assertThat(data.shardTokens(s)).isBetween(17L, 18L);
      total += data.shardTokens(s);
    }
    assertThat(total).isEqualTo(120);
  }

  @Test
  void theScaleShouldRefuseAChannelWithoutSpread() {
    assertThatThrownBy(() -> new ChannelScale(List.of(0.5), List.of(0.0)))
        .hasMessageContaining("deviations=[0.0]");
  }

  @Test
  void generatedImagesShouldHaveTheSameMeanInEveryClass() {
    ImageTask task = new ImageTask(12, 1, 3, 0.2, 3000, 300, 5);
    ImageDataset data = task.dataset(1, new Partition.Iid(), 5);
    Batch.Rows batch = (Batch.Rows) data.newBatch(3000);
    data.fill(batch, 0, 0);
    double[] sums = new double[3 * 144];
    int[] counts = new int[3];
    for (int i = 0; i < 3000; i++) {
      counts[batch.labels()[i]]++;
      for (int e = 0; e < 144; e++) {
        sums[batch.labels()[i] * 144 + e] += batch.features()[144 * i + e];
      }
    }
    for (int i = 0; i < sums.length; i++) {
      assertThat(sums[i] / counts[i / 144]).isCloseTo(0, within(0.15));
    }
  }
}
