package org.estafette.algorithm.server;

import java.util.List;
import java.util.SequencedMap;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.guard.GuardState;
import org.estafette.memory.FlatVector;

/**
 * All that a server needs to go on: after a restart of the simulator exactly where it stood; after
 * a fail-over, with a higher epoch, without the rounds that were under way.
 *
 * @param schema version of this record's form
 * @param epoch fencing epoch in which it was saved
 * @param version pushes applied, or synchronous rounds closed
 * @param counter the outer optimizer's counter t
 * @param localSteps local steps behind the applied pushes
 * @param tokens tokens behind the applied pushes
 * @param sent messages sent
 * @param finished whether the budget is used up
 * @param shardProgress local steps given out on each shard, less those lost
 * @param workers one record a worker
 * @param held answers that wait for the grace window's end
 * @param windowEnds when that is; NaN where no window is open
 * @param vectors {@code parameters}, the outer optimizer's vectors and, with delay compensation,
 *     what each worker pulled: live views in {@link Server#state}, copied by who saves
 * @param guard what the guard remembers
 */
public record ServerState(
    int schema,
    long epoch,
    long version,
    long counter,
    long localSteps,
    long tokens,
    long sent,
    boolean finished,
    long[] shardProgress,
    List<WorkerRecord> workers,
    List<HeldAnswer> held,
    double windowEnds,
    SequencedMap<String, FlatVector> vectors,
    GuardState guard) {
  /** States that were saved before the guard had a memory have none. */
  public ServerState {
    guard = guard == null ? GuardState.NONE : guard;
  }

  /** Of a server whose guard has seen nothing. */
  public ServerState(
      int schema,
      long epoch,
      long version,
      long counter,
      long localSteps,
      long tokens,
      long sent,
      boolean finished,
      long[] shardProgress,
      List<WorkerRecord> workers,
      List<HeldAnswer> held,
      double windowEnds,
      SequencedMap<String, FlatVector> vectors) {
    this(
        schema,
        epoch,
        version,
        counter,
        localSteps,
        tokens,
        sent,
        finished,
        shardProgress,
        workers,
        held,
        windowEnds,
        vectors,
        GuardState.NONE);
  }

  /** The present form. */
  public static final int SCHEMA = 1;

  /** Name of the parameters among the vectors. */
  public static final String PARAMETERS = "parameters";

  /**
   * An answer that is due at the end of the grace window.
   *
   * @param slot the worker
   * @param answers sequence of its push
   * @param outcome what became of it
   */
  public record HeldAnswer(int slot, long answers, Outcome outcome) {}

  /** The same with copies of the vectors: what may be kept while the server goes on. */
  public ServerState with(SequencedMap<String, FlatVector> copies) {
    return copy(finished, copies);
  }

  /** The same of a run that has ended, or has not. */
  public ServerState finished(boolean ended) {
    return copy(ended, vectors);
  }

  private ServerState copy(boolean ended, SequencedMap<String, FlatVector> other) {
    return new ServerState(
        schema,
        epoch,
        version,
        counter,
        localSteps,
        tokens,
        sent,
        ended,
        shardProgress.clone(),
        workers,
        held,
        windowEnds,
        other,
        guard);
  }
}
