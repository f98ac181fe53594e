package org.estafette.algorithm.server;

import java.util.List;
import java.util.SplittableRandom;
import org.estafette.algorithm.Assignment;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.algorithm.train.TrainOrder;
import org.jspecify.annotations.Nullable;

/** Gives out rounds: how many steps, on which shard, at which place of the schedule. */
final class WorkGiver {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final ServerPlan plan;
  private long[] shardProgress;
  private long done;
  private long outstanding;
  private long budget;

  WorkGiver(ServerPlan plan) {
    this.plan = plan;
    this.budget = plan.budget();
    this.shardProgress = new long[plan.shardSizes().length];
  }

  /** The run has so many local steps instead of the plan's. */
  void budget(long localSteps) {
    if (localSteps <= done) {
      throw new IllegalArgumentException(
          "budget=" + localSteps + " local steps (expected more than the " + done + " done)");
    }
    budget = localSteps;
  }

  /** The member's next round; null where the budget is given out. */
  @Nullable Assignment next(Roster.Member member, Roster roster, double at) {
    TrainOrder told = member.ahead;
    if (told != null) {
      // Its steps are in the budget's and the shard's accounts already.
      member.ahead = null;
      return given(member, roster, at, ++member.round, told, "as told with the round before");
    }
    long left = budget - done - outstanding;
    if (left <= 0) {
      return null;
    }
    int wanted = plan.localSteps().steps(member.speed(), roster.fastestSpeed());
    int steps = (int) Math.min(wanted, left);
    long round = ++member.round;
    TrainOrder order = take(member, roster, round, steps, 0);
    return given(member, roster, at, round, order, reason(member, steps < wanted));
  }

  private Assignment given(
      Roster.Member member, Roster roster, double at, long round, TrainOrder order, String reason) {
    member.busySteps = order.steps();
    member.busyShard = order.shard();
    member.assignedAt = at;
    member.waiting = false;
    if (!plan.ahead()) {
      return new Assignment(round, order, reason);
    }
    member.order = order;
    member.ahead = ahead(member, roster);
    return new Assignment(round, order, reason, member.ahead);
  }

  /**
   * The round after the one that the member was just given. Null, so that it waits and gets what is
   * there then, where it is in quarantine, or where less is left of the budget than a round for
   * everybody: at the end of a run nobody should hold two rounds while another has none.
   */
  private @Nullable TrainOrder ahead(Roster.Member member, Roster roster) {
    int steps = plan.localSteps().steps(member.speed(), roster.fastestSpeed());
    long left = budget - done - outstanding;
    if (member.standing.quarantined() || left < (long) steps * roster.live()) {
      return null;
    }
    return take(member, roster, member.round + 1, steps, member.busySteps);
  }

  /**
   * A round's work, taken from the budget and the data.
   *
   * @param before steps that the member has yet to take before it
   */
  private TrainOrder take(Roster.Member member, Roster roster, long round, int steps, int before) {
    int shard =
        plan.shards()
            .choose(member.id.slot(), plan.shardSizes(), shardProgress, uniform(member, round));
    TrainOrder order = order(member, roster, steps, shard, shardProgress[shard], before);
    shardProgress[shard] += steps;
    outstanding += steps;
    return order;
  }

  private void giveBack(TrainOrder order) {
    shardProgress[order.shard()] -= order.steps();
    outstanding -= order.steps();
  }

  /**
   * The round that the member is in, once more, because its answer may have been lost: the same
   * number, steps and shard, so that the budget stays exact whichever of the two answers it
   * follows.
   */
  Assignment again(Roster.Member member, Roster roster, double at) {
    member.assignedAt = at;
    member.waiting = false;
    if (member.order != null) {
      return new Assignment(member.round, member.order, "the same round again", member.ahead);
    }
    int shard = member.busyShard;
    long start = shardProgress[shard] - member.busySteps;
    return new Assignment(
        member.round,
        order(member, roster, member.busySteps, shard, start, 0),
        "the same round again");
  }

  private TrainOrder order(
      Roster.Member member, Roster roster, int steps, int shard, long start, int before) {
    return switch (plan.schedule()) {
      case SHARD -> new TrainOrder(steps, shard, start, start, 1);
      case RUN -> {
        double stride = roster.stepsPerStepOf(member);
        // Where the schedule will be when the steps before it are done.
        yield new TrainOrder(steps, shard, start, done + before * stride, stride);
      }
    };
  }

  /** Whether there are steps that nobody has been given. */
  boolean available() {
    return budget - done - outstanding > 0;
  }

  /** A push of {@code steps} steps from this member was taken. */
  void took(Roster.Member member, int steps) {
    outstanding -= member.busySteps;
    shardProgress[member.busyShard] += steps - member.busySteps;
    member.busySteps = 0;
    done += steps;
  }

  /**
   * The member's round is lost or refused: its steps go back to the budget, and with them those of
   * the round that it was told of ahead, whose number is never given to another one.
   *
   * @return the steps of the round that it was in
   */
  int lost(Roster.Member member) {
    int steps = member.busySteps;
    outstanding -= steps;
    shardProgress[member.busyShard] -= steps;
    member.busySteps = 0;
    member.order = null;
    TrainOrder ahead = member.ahead;
    if (ahead != null) {
      giveBack(ahead);
      member.ahead = null;
      member.round++;
      return steps > 0 ? steps : ahead.steps();
    }
    return steps;
  }

  /**
   * The round just given to a worker in quarantine counts for nothing: its steps go back to the
   * budget at once, and nobody waits for them.
   */
  void lendIfOut(Roster.Member member) {
    member.lent = member.standing.quarantined();
    if (member.lent) {
      lost(member);
    }
  }

  boolean exhausted() {
    return done >= budget;
  }

  long localSteps() {
    return done;
  }

  /**
   * Steps taken or given out on each shard, without those of rounds that workers were only told of
   * ahead: who takes up a saved state gives these out anew.
   */
  long[] shardProgress(Roster roster) {
    long[] progress = shardProgress.clone();
    for (Roster.Member m : roster.all()) {
      if (m.ahead != null) {
        progress[m.ahead.shard()] -= m.ahead.steps();
      }
    }
    return progress;
  }

  void restore(long localSteps, long[] progress, List<WorkerRecord> workers) {
    if (progress.length != shardProgress.length) {
      throw new IllegalArgumentException(
          "saved shards="
              + progress.length
              + " (expected "
              + shardProgress.length
              + ", as the data has)");
    }
    this.done = localSteps;
    this.outstanding = workers.stream().mapToLong(WorkerRecord::busySteps).sum();
    this.shardProgress = progress.clone();
  }

  private String reason(Roster.Member member, boolean cut) {
    if (cut) {
      return "what is left of the budget";
    }
    if (plan.localSteps() instanceof LocalSteps.Fixed) {
      return "H of the plan";
    }
    return Double.isNaN(member.secondsPerStep()) ? "speed not known yet" : "by measured speed";
  }

  private double uniform(Roster.Member member, long round) {
    long key = plan.seed() + GOLDEN * (31L * member.id.slot() + 1) + round * 0xD1B54A32D192ED03L;
    return new SplittableRandom(key).nextDouble();
  }
}
