package org.estafette.algorithm.server;

import org.estafette.algorithm.Participant;

/**
 * A worker of a global model, as drivers see it: {@link AsyncWorker}, or a participant of a user's
 * own, for the most part around one. It is told {@code Started} once for each life; a replacement
 * is a new object.
 */
public interface ServerWorker extends Participant, AutoCloseable {
  /**
   * What must survive for a simulated run to go on exactly, asked only {@linkplain #atRest at
   * rest}; its vectors are live.
   */
  WorkerState state();

  /** Takes up a saved state instead of being started; copies the vectors. */
  void restore(WorkerState state);

  /** Whether {@link #state} holds everything at this moment. */
  boolean atRest();

  /** Gives back the leases that it holds. */
  @Override
  void close();
}
