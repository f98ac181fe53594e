package org.estafette.algorithm.train;

/**
 * What a worker is asked to do in one round.
 *
 * @param steps local steps H
 * @param shard the data shard
 * @param shardStep steps taken on that shard before: where in the data the round begins
 * @param scheduleStep position in the learning-rate schedule of the first local step
 * @param scheduleStride how far one local step moves in the schedule
 */
public record TrainOrder(
    int steps, int shard, long shardStep, double scheduleStep, double scheduleStride) {
  /**
   * @throws IllegalArgumentException where {@code steps} is below 1
   */
  public TrainOrder {
    if (steps < 1) {
      throw new IllegalArgumentException("steps=" + steps + " (expected >= 1)");
    }
  }
}
