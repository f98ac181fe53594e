package org.estafette.fault;

import java.util.ArrayList;
import java.util.List;

/**
 * The faults of a plan that wait for a version. Each begins once: a server that goes on from an
 * older state does not bring them back.
 */
public final class VersionTriggers {
  private final List<FaultPlan.AtVersion> waiting;

  /** All of a plan. */
  public VersionTriggers(FaultPlan plan) {
    this.waiting = new ArrayList<>(plan.versioned());
  }

  /** One more. */
  public void add(FaultPlan.AtVersion trigger) {
    waiting.add(trigger);
  }

  /** Whether none is left. */
  public boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The least version that one waits for; the largest number where none waits. */
  public long next() {
    return waiting.stream().mapToLong(FaultPlan.AtVersion::version).min().orElse(Long.MAX_VALUE);
  }

  /** The faults that begin now that the run has this version, in the order of the plan. */
  public List<Fault> reached(long version) {
    if (waiting.isEmpty()) {
      return List.of();
    }
    List<Fault> begin =
        waiting.stream()
            .filter(t -> t.version() <= version)
            .map(FaultPlan.AtVersion::fault)
            .toList();
    waiting.removeIf(t -> t.version() <= version);
    return begin;
  }
}
