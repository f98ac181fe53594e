package org.estafette.actor.record.tensorboard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.RunFolder;
import org.jspecify.annotations.Nullable;

/**
 * Writes the progress of a run into {@code tensorboard/events.out.tfevents.…} of its folder. The
 * step is the number of tokens. A run that is resumed begins another file beside the first, which
 * TensorBoard shows as one. Called by one thread.
 *
 * <p>It is an extra: where it cannot be written any more, that is said once, and the run goes on.
 */
public final class TensorBoard implements AutoCloseable {
  private final @Nullable FileChannel file;
  private final DoubleSupplier clock;
  private final Consumer<String> tell;
  private double beganAt = Double.NaN;
  private boolean failed;

  private TensorBoard(@Nullable FileChannel file, DoubleSupplier clock, Consumer<String> tell) {
    this.file = file;
    this.clock = clock;
    this.tell = tell;
  }

  /**
   * Begins a file, or does nothing.
   *
   * @param wanted whether to write at all
   * @param clock seconds since 1970
   * @param tell hears why it was given up, once
   * @throws IOException where the file cannot be made
   */
  public static TensorBoard open(
      boolean wanted, RunFolder folder, DoubleSupplier clock, Consumer<String> tell)
      throws IOException {
    if (!wanted) {
      return new TensorBoard(null, clock, tell);
    }
    Path directory = Files.createDirectories(folder.path().resolve("tensorboard"));
    double now = clock.getAsDouble();
    // TensorBoard orders files by name.
    String name = String.format(Locale.ROOT, "events.out.tfevents.%010d.estafette", (long) now);
    Path path = directory.resolve(name);
    for (int i = 2; Files.exists(path); i++) {
      path = directory.resolve(name + "." + i);
    }
    FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    TensorBoard board = new TensorBoard(file, clock, tell);
    board.write(EventMessage.version(now));
    return board;
  }

  /** Hands metrics on to another consumer first, then writes what is of interest here. */
  public Consumer<Metric> after(Consumer<Metric> other) {
    return file == null ? other : other.andThen(this::take);
  }

  private void take(Metric metric) {
    if (failed || !(metric instanceof Metric.ProgressPoint point)) {
      return;
    }
    if (Double.isNaN(beganAt)) {
      // Seconds of a resumed run go on from its checkpoint's, those of a simulated one are virtual.
      beganAt = clock.getAsDouble() - point.seconds();
    }
    write(EventMessage.scalars(beganAt + point.seconds(), point.tokens(), scalars(point)));
  }

  private static Map<String, Double> scalars(Metric.ProgressPoint p) {
    Map<String, Double> values = new LinkedHashMap<>();
    put(values, "loss/train", p.trainLoss());
    put(values, "loss/validation", p.validationLoss());
    put(values, "accuracy/validation", p.validationAccuracy());
    put(values, "run/tokens_per_second", p.tokensPerSecond());
    put(values, "run/version", (double) p.version());
    put(values, "run/workers", (double) p.workers());
    if (p.exchanges() == null) {
      put(values, "staleness/mean", p.staleness().mean());
      put(values, "staleness/max", (double) p.staleness().max());
    } else {
      put(values, "consensus/distance", p.exchanges().consensus());
    }
    return values;
  }

  private static void put(Map<String, Double> values, String tag, @Nullable Double value) {
    if (value != null && !value.isNaN()) {
      values.put(tag, value);
    }
  }

  private void write(byte[] event) {
    if (file == null) {
      return;
    }
    try {
      ByteBuffer frame = TfRecord.frame(event);
      while (frame.hasRemaining()) {
        file.write(frame);
      }
    } catch (IOException e) {
      failed = true;
      tell.accept("TensorBoard's file is given up: " + e);
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
