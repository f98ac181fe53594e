package org.estafette.actor.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.estafette.actor.live.RunStatus;
import org.estafette.actor.record.Metric;
import org.jspecify.annotations.Nullable;

/**
 * What a run calls itself, what it has behind it, and where its configuration lies.
 *
 * @param name of its folder
 * @param release version of Estafette
 * @param past hands on, one after the other, what a resumed run has recorded up to its checkpoint
 * @param resumed the checkpoint that it goes on from; null for a new run
 * @param config keeps the effective configuration, so that a resumed run has it
 * @param folder the run's; null where it has none
 */
public record RunHome(
    String name,
    String release,
    Consumer<Consumer<Metric>> past,
    RunStatus.@Nullable CheckpointStatus resumed,
    Keeper config,
    @Nullable Path folder) {
  /** Of a new run. */
  public RunHome(String name, String release, Keeper config) {
    this(name, release, to -> {}, null, config);
  }

  /** Of a run without a folder. */
  public RunHome(
      String name,
      String release,
      Consumer<Consumer<Metric>> past,
      RunStatus.@Nullable CheckpointStatus resumed,
      Keeper config) {
    this(name, release, past, resumed, config, null);
  }

  /** The same in that folder. */
  public RunHome at(Path place) {
    return new RunHome(name, release, past, resumed, config, place);
  }

  /** Where histories go; null where the run has no folder. */
  @Nullable Path historyFolder() {
    return folder == null ? null : folder.resolve("history");
  }

  /** Of a run that keeps nothing. */
  public static RunHome none(String name) {
    return new RunHome(name, "", hocon -> {});
  }

  /** Keeps a configuration. */
  @FunctionalInterface
  public interface Keeper {
    /**
     * Keeps it in place of the former one.
     *
     * @throws IOException where it cannot; then the former one is as it was
     */
    void keep(String hocon) throws IOException;
  }
}
