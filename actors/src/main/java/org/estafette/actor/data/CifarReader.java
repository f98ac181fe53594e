package org.estafette.actor.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.estafette.algorithm.data.Cifar10;
import org.estafette.algorithm.data.ImageTable;

/**
 * Reads the binary version of CIFAR-10: a folder with {@code data_batch_1.bin} … for training, as
 * many as there are, and {@code test_batch.bin} for validation.
 */
public final class CifarReader {
  private static final String TEST = "test_batch.bin";

  private final ReadProgress progress;
  private long read;

  /**
   * @param progress told how far it is
   */
  public CifarReader(ReadProgress progress) {
    this.progress = progress;
  }

  /**
   * What was read.
   *
   * @param training images of the training files, in the order of their names
   * @param test images of the test file
   */
  public record Tables(ImageTable training, ImageTable test) {}

  /**
   * Reads a folder.
   *
   * @throws UnreadableDataException where that fails, a file is missing or is no CIFAR-10 file
   */
  public Tables read(Path folder) throws UnreadableDataException {
    List<Path> training = trainingFiles(folder);
    Path test = folder.resolve(TEST);
    if (training.isEmpty() || !Files.isRegularFile(test)) {
      throw new UnreadableDataException(
          folder.toString(),
          "expected a folder with data_batch_1.bin … and "
              + TEST
              + ": the binary version of CIFAR-10, unpacked");
    }
    read = 0;
    try {
      long expected = Files.size(test);
      for (Path file : training) {
        expected += Files.size(file);
      }
      return new Tables(
          Cifar10.table(parts(training, expected)), Cifar10.table(parts(List.of(test), expected)));
    } catch (IllegalArgumentException e) {
      throw new UnreadableDataException(folder.toString(), 0, String.valueOf(e.getMessage()), e);
    } catch (UnreadableDataException e) {
      throw e;
    } catch (IOException e) {
      throw new UnreadableDataException(folder.toString(), 0, Bytes.reason(e), e);
    }
  }

  private static List<Path> trainingFiles(Path folder) throws UnreadableDataException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.getFileName().toString().matches("data_batch_\\d+\\.bin"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UnreadableDataException(folder.toString(), 0, Bytes.reason(e), e);
    }
  }

  private List<Cifar10.Part> parts(List<Path> files, long expected) throws IOException {
    List<Cifar10.Part> parts = new ArrayList<>();
    for (Path file : files) {
      int size = (int) Math.min(Bytes.MOST, Files.size(file));
      byte[] bytes = Bytes.read(file.toString(), size, () -> open(file));
      read += bytes.length;
      parts.add(new Cifar10.Part(file.getFileName().toString(), bytes));
      progress.on(read, expected, parts.size());
    }
    return parts;
  }

  private static InputStream open(Path file) throws IOException {
    return Files.newInputStream(file);
  }
}
