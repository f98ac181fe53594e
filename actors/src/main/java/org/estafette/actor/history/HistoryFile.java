package org.estafette.actor.history;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines of JSON, written by a thread of its own. The buffer is bounded: whoever is faster than the
 * disk waits, so that the file has no holes. Each line ends with a sum over it and the sum of the
 * line before, so that no line can be changed, or taken out, without notice. A file that was closed
 * ends with the line {@code end}.
 */
final class HistoryFile implements AutoCloseable {
  static final int SCHEMA = 1;
  static final String SUM = "sum";
  private static final Logger LOG = LoggerFactory.getLogger(HistoryFile.class);
  private static final int LINES = 1 << 14;
  private static final long CLOSE_SECONDS = 10;

  private final Path path;
  private final BlockingQueue<ObjectNode> queue = new ArrayBlockingQueue<>(LINES);
  private final ObjectNode end = FactLine.JSON.createObjectNode().put("fact", "end");
  private final Thread thread;
  private volatile @Nullable IOException failure;
  private String sum = "";

  /**
   * Begins a file.
   *
   * @param first what the first line says beside the schema
   * @throws IOException where it cannot be made
   */
  HistoryFile(Path path, ObjectNode first) throws IOException {
    this.path = path;
    Files.createDirectories(path.toAbsolutePath().getParent());
    BufferedWriter to =
        Files.newBufferedWriter(path, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
    queue.add(FactLine.JSON.createObjectNode().put("schema", SCHEMA).setAll(first));
    this.thread = new Thread(() -> write(to), "estafette-history");
    thread.setDaemon(true);
    thread.start();
  }

  Path path() {
    return path;
  }

  /** Adds a line; waits while the buffer is full. */
  void add(ObjectNode line) {
    if (failure != null) {
      return;
    }
    try {
      queue.put(line);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(BufferedWriter to) {
    try (to) {
      while (true) {
        ObjectNode line = queue.poll();
        if (line == null) {
          to.flush(); // A process that is killed takes as little with it as can be.
          line = queue.take();
        }
        to.write(summed(line));
        to.newLine();
        if (line == end) {
          return;
        }
      }
    } catch (IOException e) {
      failure = e;
      queue.clear(); // Who waits for a place goes on.
      LOG.error("the history is no longer written to {}, training goes on: {}", path, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String summed(ObjectNode line) {
    String text = line.toString();
    sum = sum(sum, text);
    return text.substring(0, text.length() - 1) + ",\"" + SUM + "\":\"" + sum + "\"}";
  }

  /** The sum of a line, as it is without one, after a line of that sum. */
  static String sum(String before, String text) {
    CRC32C crc = new CRC32C();
    crc.update(before.getBytes(StandardCharsets.UTF_8));
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }

  /** Writes what waits, and the last line. */
  @Override
  public void close() {
    add(end);
    try {
      thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
