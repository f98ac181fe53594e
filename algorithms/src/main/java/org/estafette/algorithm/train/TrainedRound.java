package org.estafette.algorithm.train;

/**
 * What a trainer did in one round.
 *
 * @param steps local steps taken
 * @param tokens tokens seen
 * @param meanLoss mean of the steps' training losses, in nats; NaN where no step was taken
 * @param lastLoss training loss of the last step
 * @param rate sum of the steps' learning rates
 */
public record TrainedRound(int steps, long tokens, double meanLoss, double lastLoss, double rate) {}
