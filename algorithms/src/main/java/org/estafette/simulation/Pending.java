package org.estafette.simulation;

import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.fault.Fault;
import org.jspecify.annotations.Nullable;

/**
 * Something that will happen, in the order of (time, sequence).
 *
 * @param time virtual seconds
 * @param sequence order among those of one time: first scheduled, first to happen
 * @param target to whom
 * @param life incarnation of the target at which this is aimed; a later one never sees it
 * @param what what will happen
 */
public record Pending(double time, long sequence, PeerId target, int life, What what)
    implements Comparable<Pending> {

  /** What will happen. */
  public sealed interface What {}

  /** A message arrives. */
  public record Arrival(Message message) implements What {}

  /** Local steps are done; {@code era} tells them from those that have been given up. */
  public record Trained(long round, TrainOrder order, double seconds, int era) implements What {}

  /** A round that was begun before its time has been given up. */
  public record Dropped(long round, TrainedRound result, String why) implements What {}

  /** A timer is due; {@code setting} tells it from earlier settings of the same timer. */
  public record Timer(String name, long setting) implements What {}

  /** The server has finished what it was at. */
  public record Free() implements What {}

  /** A worker dies; a replacement comes after {@code downtime} seconds, never if it is infinite. */
  public record Death(double downtime) implements What {}

  /** A replacement takes the slot. */
  public record Rebirth() implements What {}

  /** The server learns who is live; a worker, that the server is another. */
  public record Membership() implements What {}

  /** Something goes wrong. */
  public record Mishap(Fault fault) implements What {}

  /** The server's state is saved. */
  public record Save() implements What {}

  @Override
  public int compareTo(Pending other) {
    int byTime = Double.compare(time, other.time);
    return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
  }

  /** Gives back the memory of an event that will not be seen. */
  void discard() {
    if (what instanceof Arrival(var message)
        && message instanceof org.estafette.algorithm.Update u) {
      u.discard();
    }
  }

  /** The message of an arrival; null for anything else. */
  public @Nullable Message message() {
    return what instanceof Arrival a ? a.message() : null;
  }
}
