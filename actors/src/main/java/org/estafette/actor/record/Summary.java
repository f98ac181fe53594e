package org.estafette.actor.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A run in one object: {@code summary.json}.
 *
 * @param strategy name of the algorithm
 * @param workers workers at the end
 * @param localSteps local steps between two exchanges, H
 * @param tokens tokens trained on
 * @param seconds how long it took, virtual for simulated runs
 * @param tokensPerSecond tokens by seconds
 * @param finalLoss mean training loss of the last rounds, in nats
 * @param validationLoss loss on validation data at the end, in nats; null where it was not measured
 * @param validationAccuracy share of validation samples classified rightly at the end, 0 … 1; null
 *     where it was not measured or the model does not classify
 * @param pushes what became of them
 * @param staleness of those applied
 * @param gain G = K·w·lr/(1−β): how far K equal pushes move the model in the end
 * @param checkpoint the last checkpoint, relative to the run folder; null where there is none
 * @param seed the run's seed
 * @param modelVersion updates of the global model
 * @param workerRestarts workers that were lost and replaced
 * @param exchanges of a run without a server; null with one
 * @param wasted training of rounds that were given up; null where none was
 * @param versions releases of the software, by name
 * @param jdk the Java virtual machine
 * @param machine what it ran on
 */
public record Summary(
    String strategy,
    int workers,
    int localSteps,
    long tokens,
    double seconds,
    double tokensPerSecond,
    double finalLoss,
    @Nullable Double validationLoss,
    @Nullable Double validationAccuracy,
    Pushes pushes,
    Staleness staleness,
    double gain,
    @Nullable String checkpoint,
    long seed,
    long modelVersion,
    int workerRestarts,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Exchanges exchanges,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Wasted wasted,
    SortedMap<String, String> versions,
    String jdk,
    Machine machine) {

  /** Copies the map. */
  public Summary {
    versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
  }

  /** The JVM that runs this, as {@link #jdk} names it. */
  public static String runningJdk() {
    return System.getProperty("java.vm.name")
        + " "
        + System.getProperty("java.runtime.version")
        + " ("
        + System.getProperty("java.vendor")
        + ")";
  }

  /** Versions from any map. */
  public static SortedMap<String, String> versions(Map<String, String> versions) {
    return new TreeMap<>(versions);
  }

  /** As JSON, indented. */
  public String toJson() {
    try {
      return Json.PRETTY.writeValueAsString(this);
    } catch (IOException e) {
      throw new IllegalStateException("a summary is always JSON", e);
    }
  }

  /**
   * Reads {@code summary.json}.
   *
   * @throws IOException where it cannot be read or is no summary
   */
  public static Summary read(Path file) throws IOException {
    try {
      return Json.PRETTY.readValue(file.toFile(), Summary.class);
    } catch (IOException e) {
      throw new IOException("cannot read the summary " + file + ": " + e.getMessage(), e);
    }
  }
}
