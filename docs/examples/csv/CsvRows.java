package org.example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.data.DatasetProvider;
import org.estafette.algorithm.data.DatasetRequest;
import org.estafette.algorithm.data.Partition;
import org.estafette.algorithm.data.RowDataset;
import org.estafette.algorithm.data.RowTable;

/**
 * A CSV file with a header: one column of classes (numbers or words), all others numbers, which are
 * brought to mean 0 and deviation 1. A fifth of the rows, drawn by the seed, is kept for validation.
 */
public final class CsvRows implements DatasetProvider {
  @Override
  public Dataset open(DatasetRequest request) {
    Path file = Path.of(request.text("path"));
    List<String> lines;
    try {
      lines = Files.readAllLines(file).stream().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e, e);
    }
    if (lines.size() < 2) {
      throw new IllegalArgumentException(
          file + ": " + lines.size() + " lines (expected a header and rows)");
    }
    List<String> header = cells(lines.getFirst());
    int label = header.indexOf(request.text("label"));
    if (label < 0) {
      throw new IllegalArgumentException(
          "label=" + request.text("label") + " (expected one of " + header + " of " + file + ")");
    }
    double share = request.number("validation", 0.2);
    SplittableRandom random = new SplittableRandom(request.seed());
    Rows training = new Rows(header.size() - 1);
    Rows validation = new Rows(header.size() - 1);
    List<String> classes = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      List<String> row = cells(lines.get(i));
      if (row.size() != header.size()) {
        throw new IllegalArgumentException(
            "%s, line %d: %d cells (expected %d)".formatted(file, i + 1, row.size(), header.size()));
      }
      if (!classes.contains(row.get(label))) {
        classes.add(row.get(label));
      }
      try {
        (random.nextDouble() < share ? validation : training)
            .add(row, label, classes.indexOf(row.get(label)));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(file + ", line " + (i + 1) + ": no number: " + row, e);
      }
    }
    scale(training, validation);
    RowTable measured = validation.table();
    return RowDataset.of(
        training.table(),
        measured,
        measured.rows(),
        request.shards(),
        Partition.named("iid", 1),
        request.seed(),
        request.seed());
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.split(",", -1)).map(String::strip).toList();
  }

  /** By what the training rows say: validation must not be looked at. */
  private static void scale(Rows training, Rows validation) {
    for (int c = 0; c < training.width; c++) {
      int column = c;
      double mean = training.rows.stream().mapToDouble(r -> r[column]).average().orElse(0);
      double variance =
          training.rows.stream()
              .mapToDouble(r -> Math.pow(r[column] - mean, 2))
              .average()
              .orElse(0);
      double deviation = variance > 0 ? Math.sqrt(variance) : 1;
      for (Rows rows : List.of(training, validation)) {
        rows.rows.forEach(r -> r[column] = (float) ((r[column] - mean) / deviation));
      }
    }
  }

  private static final class Rows {
    final int width;
    final List<float[]> rows = new ArrayList<>();
    final List<Integer> labels = new ArrayList<>();

    Rows(int width) {
      this.width = width;
    }

    void add(List<String> cells, int label, int classNumber) {
      float[] row = new float[width];
      for (int c = 0, to = 0; c < cells.size(); c++) {
        if (c != label) {
          row[to++] = Float.parseFloat(cells.get(c));
        }
      }
      rows.add(row);
      labels.add(classNumber);
    }

    RowTable table() {
      float[] features = new float[rows.size() * width];
      for (int r = 0; r < rows.size(); r++) {
        System.arraycopy(rows.get(r), 0, features, r * width, width);
      }
      int[] classes = labels.stream().mapToInt(Integer::intValue).toArray();
      return new RowTable(width, features, classes, classes);
    }
  }
}
