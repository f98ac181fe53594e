package org.estafette.actor.node;

import java.io.IOException;
import java.util.List;
import org.estafette.actor.record.Metric;

/**
 * What a run calls itself, what it has behind it, and where its configuration lies.
 *
 * @param name of its folder
 * @param release version of Estafette
 * @param past what a resumed run has recorded up to its checkpoint; empty for a new run
 * @param config keeps the effective configuration, so that a resumed run has it
 */
public record RunHome(String name, String release, List<Metric> past, Keeper config) {
  /** Copies the list. */
  public RunHome {
    past = List.copyOf(past);
  }

  /** Of a run that keeps nothing. */
  public static RunHome none(String name) {
    return new RunHome(name, "", List.of(), hocon -> {});
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
