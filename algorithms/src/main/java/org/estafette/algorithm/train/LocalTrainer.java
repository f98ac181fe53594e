package org.estafette.algorithm.train;

import java.util.function.BooleanSupplier;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Precision;

/**
 * Takes a worker's local steps. It holds the local parameters, those that the round began with, and
 * the inner optimizer's state. The drivers call it: the simulator in virtual time, a node on the
 * worker's own thread. Used by one thread at a time.
 */
public interface LocalTrainer extends AutoCloseable {
  /** Elements of the parameter vector. */
  long dimension();

  /** Precision of the vectors that {@link #load} takes and {@link #pseudoGradient} gives. */
  Precision precision();

  /** Starts a round from these parameters (copied). */
  void load(FlatVector parameters);

  /**
   * Takes the local steps of a round. The round may be longer or shorter than ordered only by
   * {@code interrupted}, which is asked between steps. Where NaN or infinity comes of it, the inner
   * optimizer begins anew: the next {@link #load} leaves nothing of this round.
   *
   * @return what was done
   */
  TrainedRound train(TrainOrder order, BooleanSupplier interrupted);

  /** into ← parameters at {@link #load} − parameters now: the pseudo-gradient Δ. */
  void pseudoGradient(FlatVector into);

  /** State that survives a restart: the inner optimizer's moments and counters. */
  TrainerState state();

  /** Takes up a saved state. */
  void restore(TrainerState state);

  @Override
  void close();
}
