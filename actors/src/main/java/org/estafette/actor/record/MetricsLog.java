package org.estafette.actor.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Metrics as lines of JSON, only ever added to. Each line is handed to the operating system in one
 * write, so a killed process loses at most the line that it was writing; {@link #sync()} makes them
 * survive a power cut. Thread-safe.
 */
public final class MetricsLog implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private MetricsLog(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens a log to add to, and makes it if there is none. A torn last line is cut off.
   *
   * @throws IOException where the file cannot be written
   */
  public static MetricsLog open(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.truncate(endOfLastLine(channel));
    }
    // To the end as it is then: a process that was frozen must not write over its successor's.
    return new MetricsLog(
        file, FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
  }

  /**
   * Adds a line.
   *
   * @throws UncheckedIOException where it cannot be written, such as on a full disk
   */
  public synchronized void append(Metric metric) {
    try {
      ByteBuffer line =
          ByteBuffer.wrap(
              (Json.LINES.writeValueAsString(metric) + '\n').getBytes(StandardCharsets.UTF_8));
      while (line.hasRemaining()) {
        channel.write(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write metrics to " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Waits until all lines are on the disk.
   *
   * @throws IOException where that fails
   */
  public synchronized void sync() throws IOException {
    channel.force(false);
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }

  /**
   * Reads a log, also one that is still written to.
   *
   * @throws IOException where it cannot be read, or a line other than the last is damaged
   */
  public static List<Metric> read(Path file) throws IOException {
    List<Metric> metrics = new ArrayList<>();
    read(file, metrics::add);
    return metrics;
  }

  /**
   * Reads a log line by line. A damaged last line is what a crash leaves behind and is skipped.
   *
   * @throws IOException where it cannot be read, or a line other than the last is damaged
   */
  public static void read(Path file, Consumer<Metric> into) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      String line = reader.readLine();
      for (long number = 1; line != null; number++) {
        String next = reader.readLine();
        if (!line.isBlank()) {
          try {
            into.accept(Json.LINES.readValue(line, Metric.class));
          } catch (JsonProcessingException e) {
            if (next != null) {
              throw new IOException(
                  file + " line " + number + " is no metric: " + e.getOriginalMessage(), e);
            }
          }
        }
        line = next;
      }
    }
  }

  /**
   * What a run that is resumed has behind it: the lines up to a checkpoint. What was written behind
   * the checkpoints of former resumptions belongs to steps that were taken again, and is left out.
   *
   * @param seconds when the checkpoint was taken
   * @throws IOException where the log cannot be read, or a line other than the last is damaged
   */
  public static List<Metric> before(Path file, double seconds) throws IOException {
    List<Metric> kept = new ArrayList<>();
    read(
        file,
        metric -> {
          while (!kept.isEmpty() && kept.getLast().seconds() > metric.seconds()) {
            kept.removeLast();
          }
          kept.add(metric);
        });
    kept.removeIf(metric -> metric.seconds() > seconds);
    return kept;
  }

  private static long endOfLastLine(FileChannel channel) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(4096);
    long end = channel.size();
    while (end > 0) {
      long start = Math.max(0, end - block.capacity());
      block.clear().limit((int) (end - start));
      while (block.hasRemaining() && channel.read(block, start + block.position()) >= 0) {}
      for (int i = block.position() - 1; i >= 0; i--) {
        if (block.get(i) == '\n') {
          return start + i + 1;
        }
      }
      end = start;
    }
    return 0;
  }
}
