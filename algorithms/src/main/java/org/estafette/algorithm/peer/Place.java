package org.estafette.algorithm.peer;

import java.util.SortedSet;
import java.util.TreeSet;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * Where a worker is: its name, the graph that it follows, and its count of rounds, messages and
 * exchanges. What its messages' headers say.
 */
final class Place {
  enum Phase {
    NEW,
    RESTORED,
    JOINING,
    TRAINING,
    WAITING,
    DONE,
    OUT
  }

  private final long run;
  private final Surroundings surroundings;
  private @Nullable Neighbourhood around;

  Phase phase = Phase.NEW;
  PeerId self = PeerId.SERVER;
  int incarnation;
  long epoch = Long.MIN_VALUE;
  SortedSet<PeerId> live = new TreeSet<>();

  /** Rounds finished. */
  long round;

  /** Rounds of this epoch that were exchanged, the one in progress among them while waiting. */
  long tick;

  /** Exchanges of this round that are over. */
  int exchange;

  /** Messages named. */
  long sequence;

  Place(long run, Surroundings surroundings) {
    this.run = run;
    this.surroundings = surroundings;
  }

  /** Its neighbours in the exchange that comes. */
  Neighbourhood neighbourhood() {
    return java.util.Objects.requireNonNull(around);
  }

  /** Takes up a graph; its rounds are counted from {@code tick}. */
  Neighbourhood enter(long newEpoch, SortedSet<PeerId> nowLive, long newTick) {
    epoch = newEpoch;
    live = surroundings.shared(nowLive);
    tick = newTick;
    Neighbourhood now = surroundings.around(self, live, Math.max(tick, 1), 0);
    around = now;
    return now;
  }

  /** Its place in a graph that varies, for the present exchange of that round. */
  Neighbourhood turn(long inRound) {
    Neighbourhood now = surroundings.around(self, live, Math.max(inRound, 1), exchange);
    around = now;
    return now;
  }

  /** A header that names no message: for what it says of its own round. */
  Header own(long named) {
    return new Header(run, self, incarnation, 0, epoch, tick, named);
  }

  /** The header of its next message. */
  Header header(long named) {
    return new Header(run, self, incarnation, ++sequence, epoch, tick, named);
  }
}
