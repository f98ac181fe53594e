package org.estafette.algorithm.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a guard remembers.
 *
 * @param norms of accepted pushes, oldest first
 * @param refusedInARow pushes refused for their norm since one was accepted
 * @param suspects workers with something against them
 * @param outliers workers that are marked
 */
public record GuardState(
    List<Norm> norms, int refusedInARow, List<Suspect> suspects, List<Outlier> outliers) {
  /** Of a server that has seen nothing, and of checkpoints of earlier releases. */
  public static final GuardState NONE = new GuardState(List.of(), 0, List.of(), List.of());

  /** Copies the lists; states that were saved before there were marks have none. */
  public GuardState {
    outliers = outliers == null ? List.of() : List.copyOf(outliers);
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

  /**
   * A worker that is marked.
   *
   * @param slot its slot
   * @param against whether its pushes go against the others'
   * @param tooLong whether they are far longer
   */
  public record Outlier(int slot, boolean against, boolean tooLong) {}

  /**
   * The state of a history and of workers, by slot; without outliers where nobody looks for them.
   */
  public static GuardState of(
      NormHistory history, Map<Integer, Standing> workers, @Nullable Outliers outliers) {
    List<Suspect> suspects = new ArrayList<>();
    workers.forEach((slot, standing) -> {
      if (!standing.clean()) {
        suspects.add(standing.state(slot));
      }
    });
    return new GuardState(
        history.norms(),
        history.inARow(),
        suspects,
        outliers == null ? List.of() : outliers.state());
  }
}
