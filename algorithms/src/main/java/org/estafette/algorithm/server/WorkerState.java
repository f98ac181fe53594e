package org.estafette.algorithm.server;

import java.util.List;
import org.estafette.algorithm.Assignment;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * State of a {@link ServerWorker}.
 *
 * @param slot its slot
 * @param incarnation its incarnation
 * @param epoch the server's epoch that it knows
 * @param version version of the parameters that it holds
 * @param sequence messages sent
 * @param waiting whether an answer is due
 * @param current the round it is in
 * @param vectors what else it keeps, in an order of its own; none for an {@link AsyncWorker}
 */
public record WorkerState(
    int slot,
    int incarnation,
    long epoch,
    long version,
    long sequence,
    boolean waiting,
    @Nullable Assignment current,
    List<FlatVector> vectors) {
  /** Copies the list; states that were saved before there were vectors have none. */
  public WorkerState {
    vectors = vectors == null ? List.of() : List.copyOf(vectors);
  }

  /** This state with these vectors. */
  public WorkerState with(FlatVector... own) {
    return new WorkerState(
        slot, incarnation, epoch, version, sequence, waiting, current, List.of(own));
  }
}
