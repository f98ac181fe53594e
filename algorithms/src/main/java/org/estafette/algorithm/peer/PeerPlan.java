package org.estafette.algorithm.peer;

import org.estafette.algorithm.train.TrainOrder;

/**
 * What all workers of a run without a server agree on, but for graph and method.
 *
 * @param run the run's number; messages of another run are refused
 * @param steps local steps H of a round
 * @param rounds rounds that each worker does; {@link Long#MAX_VALUE} for no end
 * @param pace when messages are waited for
 * @param patience seconds that a worker waits for its neighbours after its local steps; then it
 *     goes on without those that are missing. Infinite where no message is ever lost
 * @param askAgain seconds after which a joining worker asks the next one for parameters
 * @param ordered whether a link keeps the order of messages: a neighbour's message of a later round
 *     then says that the one waited for is lost, and nobody waits for it
 * @param scheduleStride how far one local step moves in the learning-rate schedule
 */
public record PeerPlan(
    long run,
    int steps,
    long rounds,
    Pace pace,
    double patience,
    double askAgain,
    boolean ordered,
    double scheduleStride) {
  /** When messages are waited for. */
  public enum Pace {
    /** A round's messages are used in that round: local steps, exchange, average. */
    SYNCHRONOUS,
    /** A round's messages are used one round later, so that they travel during local steps. */
    OVERLAPPED,
    /** Nobody waits: the average takes what is there when a worker's local steps end. */
    ASYNCHRONOUS
  }

  /**
   * @throws IllegalArgumentException where a number is out of its range
   */
  public PeerPlan {
    if (steps < 1) {
      throw new IllegalArgumentException("steps=" + steps + " (expected >= 1)");
    }
    if (rounds < 0) {
      throw new IllegalArgumentException("rounds=" + rounds + " (expected >= 0)");
    }
    if (!(patience > 0)) {
      throw new IllegalArgumentException("patience=" + patience + " s (expected > 0)");
    }
    if (!(askAgain > 0 && askAgain < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("askAgain=" + askAgain + " s (expected > 0, finite)");
    }
  }

  /** Synchronous rounds over links that lose nothing. */
  public static PeerPlan of(long run, int steps, long rounds) {
    return new PeerPlan(
        run, steps, rounds, Pace.SYNCHRONOUS, Double.POSITIVE_INFINITY, 1, false, 1);
  }

  /** This plan at another pace. */
  public PeerPlan withPace(Pace other) {
    return new PeerPlan(run, steps, rounds, other, patience, askAgain, ordered, scheduleStride);
  }

  /** This plan with another patience, in seconds. */
  public PeerPlan withPatience(double seconds) {
    return new PeerPlan(run, steps, rounds, pace, seconds, askAgain, ordered, scheduleStride);
  }

  /** This plan over links that keep the order of messages, or do not. */
  public PeerPlan withOrdered(boolean yes) {
    return new PeerPlan(run, steps, rounds, pace, patience, askAgain, yes, scheduleStride);
  }

  /** This plan with another time between two calls for parameters, in seconds. */
  public PeerPlan withAskAgain(double seconds) {
    return new PeerPlan(run, steps, rounds, pace, patience, seconds, ordered, scheduleStride);
  }

  /** The local steps after {@code done} rounds: every worker draws from the shard of its slot. */
  TrainOrder order(int slot, long done) {
    long step = Math.multiplyExact(done, steps);
    return new TrainOrder(steps, slot, step, step * scheduleStride, scheduleStride);
  }
}
