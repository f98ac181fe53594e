package org.estafette.algorithm;

import org.estafette.algorithm.train.TrainOrder;
import org.jspecify.annotations.Nullable;

/**
 * A worker's next round.
 *
 * @param round number of the round, counted per worker
 * @param order what to train
 * @param reason why so many steps, for the log and the ledger
 * @param ahead what round + 1 will be, where the worker may begin it before this round's push is
 *     answered; null where it is to wait for the answer
 */
public record Assignment(long round, TrainOrder order, String reason, @Nullable TrainOrder ahead) {
  /** A round after which the worker waits. */
  public Assignment(long round, TrainOrder order, String reason) {
    this(round, order, reason, null);
  }
}
