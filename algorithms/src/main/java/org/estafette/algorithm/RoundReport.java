package org.estafette.algorithm;

/**
 * What a worker tells about the round that a push comes from.
 *
 * @param steps local steps taken
 * @param tokens tokens seen
 * @param seconds time that the local steps took
 * @param meanLoss mean training loss over the steps, in nats
 * @param shard data shard
 */
public record RoundReport(int steps, long tokens, double seconds, double meanLoss, int shard) {
  /** Measured time of one local step, in seconds. */
  public double secondsPerStep() {
    return seconds / steps;
  }
}
