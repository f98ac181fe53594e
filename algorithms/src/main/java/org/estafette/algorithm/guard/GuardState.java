package org.estafette.algorithm.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a guard remembers.
 *
 * @param norms of accepted pushes, oldest first
 * @param refusedInARow pushes refused for their norm since one was accepted
 * @param suspects workers with something against them
 */
public record GuardState(List<Norm> norms, int refusedInARow, List<Suspect> suspects) {
  /** Of a server that has seen nothing, and of checkpoints of earlier releases. */
  public static final GuardState NONE = new GuardState(List.of(), 0, List.of());

  /** Copies the lists. */
  public GuardState {
    norms = List.copyOf(norms);
    suspects = List.copyOf(suspects);
  }

  /** An accepted push's norm and local steps. */
  public record Norm(double norm, int steps) {}

  /**
   * A worker.
   *
   * @param slot its slot
   * @param newest its newest pushes, the lowest bit last: 1 for bad content
   * @param quarantined whether it is in quarantine
   * @param good pushes in a row that were good since
   */
  public record Suspect(int slot, long newest, boolean quarantined, int good) {}

  /** The state of a history and of workers, by slot. */
  public static GuardState of(NormHistory history, Map<Integer, Standing> workers) {
    List<Suspect> suspects = new ArrayList<>();
    workers.forEach((slot, standing) -> {
      if (!standing.clean()) {
        suspects.add(standing.state(slot));
      }
    });
    return new GuardState(history.norms(), history.inARow(), suspects);
  }
}
