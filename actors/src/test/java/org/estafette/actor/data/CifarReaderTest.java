package org.estafette.actor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.estafette.algorithm.data.Augmentation;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.Cifar10;
import org.estafette.algorithm.data.ImageDataset;
import org.estafette.algorithm.data.Partition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarReaderTest {
  private static final int RECORD = 3073;

  @TempDir Path folder;

  private void file(String name, int... labels) throws IOException {
    byte[] bytes = new byte[RECORD * labels.length];
    for (int i = 0; i < labels.length; i++) {
      bytes[RECORD * i] = (byte) labels[i];
    }
    Files.write(folder.resolve(name), bytes);
  }

  @Test
  void shouldReadTheTrainingFilesInTheirOrderAndTheTestFileApart() throws IOException {
    file("data_batch_2.bin", 7);
    file("data_batch_1.bin", 3, 4);
    file("test_batch.bin", 9);
    Files.writeString(folder.resolve("batches.meta.txt"), "airplane");
    List<Long> seen = new ArrayList<>();
    CifarReader reader =
        new CifarReader((bytes, expected, files) -> {
          assertThat(expected).isEqualTo(4 * RECORD);
          seen.add(bytes);
        });
    CifarReader.Tables tables = reader.read(folder);
    assertThat(tables.training().labels()).containsExactly(3, 4, 7);
    assertThat(tables.test().labels()).containsExactly(9);
    assertThat(seen).containsExactly(2L * RECORD, 3L * RECORD, 4L * RECORD);
  }

  @Test
  void shouldSayWhatAFolderWithoutTheFilesLacks() throws IOException {
    file("data_batch_1.bin", 3);
    assertThatThrownBy(() -> new CifarReader(ReadProgress.NONE).read(folder))
        .isInstanceOf(UnreadableDataException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("test_batch.bin");
    assertThatThrownBy(() -> new CifarReader(ReadProgress.NONE).read(folder.resolve("none")))
        .isInstanceOf(UnreadableDataException.class)
        .hasMessageContaining("there is no such file or folder");
  }

  @Test
  void shouldNameTheFileThatIsNoCifarFile() throws IOException {
    file("data_batch_1.bin", 3);
    Files.writeString(folder.resolve("test_batch.bin"), "<html>not found</html>");
    assertThatThrownBy(() -> new CifarReader(ReadProgress.NONE).read(folder))
        .isInstanceOf(UnreadableDataException.class)
        .hasMessageContaining("test_batch.bin: 22 bytes (expected records of 3073 bytes");
  }

  /** The real files, where they are: -Destafette.cifar10=FOLDER, or ../shared/data. */
  @Test
  void theRealImagesShouldBeTenEqualClassesOfAboutMeanZeroAndDeviationOne() throws IOException {
    Path root = Path.of(System.getProperty("estafette.root", ".."));
    Path real =
        Path.of(
            System.getProperty(
                "estafette.cifar10",
                root.resolve("../shared/data/cifar-10-batches-bin").toString()));
    assumeThat(real.resolve("test_batch.bin"))
        .as("CIFAR-10 is not there: set -Destafette.cifar10=FOLDER of its binary version")
        .exists();
    CifarReader.Tables tables = new CifarReader(ReadProgress.NONE).read(real);
    ImageDataset data =
        ImageDataset.of(
            tables.training(),
            tables.test(),
            Cifar10.CLASSES,
            Cifar10.SCALE,
            Augmentation.NONE,
            4,
            new Partition.Iid(),
            1,
            1);
    int[] counts = new int[10];
    for (int s = 0; s < 4; s++) {
      int[] own = data.classes(s);
      Arrays.setAll(counts, c -> counts[c] + own[c]);
    }
    int rows = tables.training().rows();
    for (int count : counts) {
      assertThat(count).isBetween(rows * 9 / 100, rows * 11 / 100);
    }
    Batch.Rows batch = (Batch.Rows) data.newBatch(512);
    data.fill(batch, 0, 0);
    double mean =
        IntStream.range(0, batch.features().length)
            .mapToDouble(i -> batch.features()[i])
            .average()
            .orElseThrow();
    double square =
        IntStream.range(0, batch.features().length)
            .mapToDouble(i -> (double) batch.features()[i] * batch.features()[i])
            .average()
            .orElseThrow();
    assertThat(mean).isBetween(-0.1, 0.1);
    assertThat(square).isBetween(0.9, 1.1);
  }
}
