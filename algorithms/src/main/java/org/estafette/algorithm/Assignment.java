package org.estafette.algorithm;

import org.estafette.algorithm.train.TrainOrder;

/**
 * A worker's next round.
 *
 * @param round number of the round, counted per worker
 * @param order what to train
 * @param reason why so many steps, for the log and the ledger
 */
public record Assignment(long round, TrainOrder order, String reason) {}
