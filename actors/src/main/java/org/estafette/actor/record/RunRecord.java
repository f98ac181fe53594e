package org.estafette.actor.record;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that a run folder says, read.
 *
 * @param name the run's name
 * @param config the effective configuration as HOCON; empty where there is none
 * @param summary null where the run has not ended in good order
 * @param metrics in the order they were written
 */
public record RunRecord(
    String name, String config, @Nullable Summary summary, List<Metric> metrics) {
  /** Copies the list. */
  public RunRecord {
    metrics = List.copyOf(metrics);
  }

  /**
   * Reads a run folder.
   *
   * @throws IOException where one of its files cannot be read
   */
  public static RunRecord load(RunFolder folder) throws IOException {
    return new RunRecord(
        folder.name(),
        Files.exists(folder.config()) ? Files.readString(folder.config()) : "",
        Files.exists(folder.summary()) ? Summary.read(folder.summary()) : null,
        Files.exists(folder.metrics()) ? MetricsLog.read(folder.metrics()) : List.of());
  }

  /** The progress points. */
  public Stream<Metric.ProgressPoint> progress() {
    return only(Metric.ProgressPoint.class);
  }

  /** The pushes. */
  public Stream<Metric.PushRecord> pushes() {
    return only(Metric.PushRecord.class);
  }

  /** What happened to workers. */
  public Stream<Metric.WorkerEvent> events() {
    return only(Metric.WorkerEvent.class);
  }

  /** What was told of faults that were brought about on purpose. */
  public Stream<Metric.FaultRecord> faults() {
    return only(Metric.FaultRecord.class);
  }

  private <T extends Metric> Stream<T> only(Class<T> kind) {
    return metrics.stream().filter(kind::isInstance).map(kind::cast);
  }
}
