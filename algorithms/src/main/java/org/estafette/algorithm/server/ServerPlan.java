package org.estafette.algorithm.server;

import org.estafette.algorithm.guard.GuardPlan;
import org.estafette.algorithm.outer.StalenessPolicy;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.algorithm.pace.ShardChoice;

/**
 * What a server is to do.
 *
 * @param run number of the run: messages of others are refused
 * @param weight w, the plan's factor on every push, before the staleness policy's
 * @param staleness what staleness does to a push
 * @param compensation λ of delay compensation; 0 for none
 * @param localSteps how many local steps a round has
 * @param grace window in which arrivals are grouped
 * @param shards how shards are chosen
 * @param shardSizes size of each shard
 * @param budget local steps of the whole run, over all workers; {@link Long#MAX_VALUE} for no end
 * @param schedule what the learning-rate schedule counts
 * @param seed of shard choices
 * @param guard how closely pushes are looked at
 * @param ahead whether a round is given out together with the one before it, so that workers begin
 *     it before their push is answered
 */
public record ServerPlan(
    long run,
    double weight,
    StalenessPolicy staleness,
    double compensation,
    LocalSteps localSteps,
    GraceWindow grace,
    ShardChoice shards,
    long[] shardSizes,
    long budget,
    ScheduleScope schedule,
    long seed,
    GuardPlan guard,
    boolean ahead) {

  /** What the learning-rate schedule counts. */
  public enum ScheduleScope {
    /** Local steps on the shard that is trained: one schedule a shard, as published. */
    SHARD,
    /** Local steps of the run, over all workers: slow and fast workers decay together. */
    RUN
  }

  /** With the standard guard, for workers that wait for the answers to their pushes. */
  public ServerPlan(
      long run,
      double weight,
      StalenessPolicy staleness,
      double compensation,
      LocalSteps localSteps,
      GraceWindow grace,
      ShardChoice shards,
      long[] shardSizes,
      long budget,
      ScheduleScope schedule,
      long seed) {
    this(
        run,
        weight,
        staleness,
        compensation,
        localSteps,
        grace,
        shards,
        shardSizes,
        budget,
        schedule,
        seed,
        GuardPlan.STANDARD,
        false);
  }

  /** The same with another guard. */
  public ServerPlan with(GuardPlan other) {
    return with(other, ahead);
  }

  /** The same with rounds given out ahead, or not. */
  public ServerPlan withAhead(boolean given) {
    return with(guard, given);
  }

  private ServerPlan with(GuardPlan other, boolean given) {
    return new ServerPlan(
        run,
        weight,
        staleness,
        compensation,
        localSteps,
        grace,
        shards,
        shardSizes,
        budget,
        schedule,
        seed,
        other,
        given);
  }

  /** Checks the numbers. */
  public ServerPlan {
    shardSizes = shardSizes.clone();
    if (shardSizes.length == 0) {
      throw new IllegalArgumentException("shards=0 (expected at least one shard of data)");
    }
    if (!(weight > 0)) {
      throw new IllegalArgumentException("push weight=" + weight + " (expected > 0)");
    }
    if (budget < 1) {
      throw new IllegalArgumentException("budget=" + budget + " local steps (expected >= 1)");
    }
  }
}
