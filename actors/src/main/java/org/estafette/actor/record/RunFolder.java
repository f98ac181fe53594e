package org.estafette.actor.record;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The folder of a run: {@code config.conf}, {@code metrics.jsonl}, {@code summary.json}, {@code
 * report.html}, {@code checkpoints/}, {@code logs/}.
 *
 * @param path where it is
 */
public record RunFolder(Path path) {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  /**
   * Makes {@code runs/NAME-TIMESTAMP}; where there is one already, {@code NAME-TIMESTAMP-2} and so
   * on.
   *
   * @param runs made where it is missing
   * @param name other characters than letters, digits, dots, dashes and underscores become dashes
   * @param began when the run began
   * @throws IOException where it cannot be made
   */
  public static RunFolder create(Path runs, String name, LocalDateTime began) throws IOException {
    String base = name.replaceAll("[^\\p{L}\\p{N}._-]+", "-") + "-" + STAMP.format(began);
    Files.createDirectories(runs);
    for (int i = 1; ; i++) {
      try {
        Path path = Files.createDirectory(runs.resolve(i == 1 ? base : base + "-" + i));
        return new RunFolder(path).withSubfolders();
      } catch (FileAlreadyExistsException e) {
        if (i == 1000) {
          throw e;
        }
      }
    }
  }

  /**
   * Makes a run folder at this very place.
   *
   * @throws IOException where it cannot be made, or something lies there already
   */
  public static RunFolder createAt(Path path) throws IOException {
    if (Files.exists(path)) {
      if (!Files.isDirectory(path)) {
        throw new IOException("cannot make a run folder at " + path + ": there is a file");
      }
      try (Stream<Path> content = Files.list(path)) {
        if (content.findAny().isPresent()) {
          throw new IOException(
              "cannot make a run folder at "
                  + path
                  + ": it is not empty (to go on with a run that lies there, resume it)");
        }
      }
    }
    Files.createDirectories(path);
    return new RunFolder(path).withSubfolders();
  }

  /**
   * The run folder that lies there.
   *
   * @throws IOException where there is none
   */
  public static RunFolder open(Path path) throws IOException {
    RunFolder folder = new RunFolder(path);
    if (!Files.isRegularFile(folder.config()) && !Files.isRegularFile(folder.metrics())) {
      throw new IOException(
          path + " is no run folder (expected config.conf or metrics.jsonl in it)");
    }
    return folder.withSubfolders();
  }

  /** Its name. */
  public String name() {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? path.toString() : name.toString();
  }

  /** The effective configuration. */
  public Path config() {
    return path.resolve("config.conf");
  }

  /** The metrics, see {@link MetricsLog}. */
  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  /** The {@link Summary}; there once the run has ended. */
  public Path summary() {
    return path.resolve("summary.json");
  }

  /** The page, see {@link Report}. */
  public Path report() {
    return path.resolve("report.html");
  }

  /** Folder of the checkpoints. */
  public Path checkpoints() {
    return path.resolve("checkpoints");
  }

  /** Folder of the logs. */
  public Path logs() {
    return path.resolve("logs");
  }

  /**
   * Saves the effective configuration.
   *
   * @throws IOException where that fails; then the former file is as it was
   */
  public void writeConfig(String hocon) throws IOException {
    replace(config(), hocon);
  }

  /**
   * Saves the summary.
   *
   * @throws IOException where that fails; then the former file is as it was
   */
  public void writeSummary(Summary summary) throws IOException {
    replace(summary(), summary.toJson() + "\n");
  }

  /** Writes a file beside the place and moves it there, so that nobody sees half of it. */
  static void replace(Path file, String content) throws IOException {
    Path whole = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(whole, content);
    try {
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private RunFolder withSubfolders() throws IOException {
    Files.createDirectories(checkpoints());
    Files.createDirectories(logs());
    return this;
  }
}
