package org.estafette.actor.node;

import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.memory.Lease;

/**
 * A round whose steps are done.
 *
 * @param life the worker's, in which it was ordered
 * @param seconds that its steps took
 */
record FinishedRound(int life, long round, TrainedRound result, double seconds) {
  /** Whether it is one to go on from: as long as ordered, and not diverged. */
  boolean complete(TrainOrder order) {
    return result.steps() == order.steps() && Double.isFinite(result.meanLoss());
  }

  /** With its pseudo-gradient. */
  WorkerMessage.RoundDone message(Lease delta, boolean goesOn) {
    return new WorkerMessage.RoundDone(life, round, result, seconds, delta, goesOn);
  }
}
