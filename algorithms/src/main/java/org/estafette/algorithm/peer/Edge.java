package org.estafette.algorithm.peer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * What waits at a worker from one other worker, and what was taken of it before. A message's
 * position is its round within the graph's epoch and its exchange; on an edge there is one message
 * for each position and part.
 */
final class Edge {
  /** A message that waits; it owns the lease. */
  record Waiting(Header header, Passage passage, Lease lease) {
    long epoch() {
      return header.epoch();
    }

    long position() {
      return Edge.position(header.version(), passage.exchange());
    }
  }

  private static final int EXCHANGE_BITS = 16;
  private static final long NOTHING = -1;

  final PeerId id;

  /** By epoch, position and part. */
  final List<Waiting> waiting = new ArrayList<>(2);

  /** Newest position taken of each part in this epoch. */
  final long[] taken;

  /** Contributions at any pace: which of the 64 rounds up to the newest one have come. */
  final long[] newest;

  final long[] seen;

  int incarnation;

  /** Whether it is waited for; a newcomer is not before it has spoken. */
  boolean expected;

  /** The first position for which it can be waited for. */
  long since;

  /** The last round of this epoch for which it speaks; its rounds are done then. */
  long last;

  /** Whether the graph has it as a source now. */
  boolean source;

  /** More of its messages came than may wait: this worker is behind. */
  boolean overrun;

  Edge(PeerId id, int parts) {
    this.id = id;
    this.taken = new long[parts];
    this.newest = new long[parts];
    this.seen = new long[parts];
    forget();
  }

  static long position(long round, int exchange) {
    return round << EXCHANGE_BITS | exchange;
  }

  static long roundOf(long position) {
    return position >> EXCHANGE_BITS;
  }

  static boolean valid(Header h, Passage p) {
    return h.version() >= 0
        && h.version() < 1L << 62 - EXCHANGE_BITS
        && p.exchange() < 1 << EXCHANGE_BITS;
  }

  /** A new epoch, or a new life of the neighbour: what was taken before says nothing now. */
  void forget() {
    Arrays.fill(taken, NOTHING);
    Arrays.fill(newest, NOTHING);
    Arrays.fill(seen, 0);
    overrun = false;
    since = 0;
    last = Long.MAX_VALUE;
  }

  @Nullable Waiting find(long epoch, long position, int part) {
    for (Waiting w : waiting) {
      if (w.position() == position && w.passage().part() == part && w.epoch() == epoch) {
        return w;
      }
    }
    return null;
  }

  /** Whether a message of this epoch waits that belongs behind the position. */
  boolean ahead(long epoch, long position) {
    for (Waiting w : waiting) {
      if (w.epoch() == epoch && w.position() > position) {
        return true;
      }
    }
    return false;
  }

  /** The newest round of this epoch that waits; −1 for none. */
  long newestRound(long epoch) {
    long round = NOTHING;
    for (Waiting w : waiting) {
      if (w.epoch() == epoch) {
        round = Math.max(round, w.header().version());
      }
    }
    return round;
  }

  /** Puts a message in its place. */
  void add(Waiting message) {
    int at = waiting.size();
    while (at > 0 && before(message, waiting.get(at - 1))) {
      at--;
    }
    waiting.add(at, message);
  }

  private static boolean before(Waiting a, Waiting b) {
    if (a.epoch() != b.epoch()) {
      return a.epoch() < b.epoch();
    }
    return a.position() != b.position()
        ? a.position() < b.position()
        : a.passage().part() < b.passage().part();
  }

  /** Different positions that wait. */
  int positions() {
    int count = 0;
    for (int i = 0; i < waiting.size(); i++) {
      Waiting w = waiting.get(i);
      Waiting last = i == 0 ? null : waiting.get(i - 1);
      if (last == null || last.position() != w.position() || last.epoch() != w.epoch()) {
        count++;
      }
    }
    return count;
  }

  /** Whether a contribution of that round has come, or is too old to say. */
  boolean came(int part, long round) {
    long back = newest[part] - round;
    return back >= 0 && (back >= Long.SIZE || (seen[part] >> back & 1) != 0);
  }

  /** Notes that a contribution of that round has come. */
  void note(int part, long round) {
    if (round > newest[part]) {
      long up = round - newest[part];
      seen[part] = up >= Long.SIZE ? 1 : seen[part] << up | 1;
      newest[part] = round;
    } else {
      seen[part] |= 1L << (newest[part] - round);
    }
  }

  /** Gives back all that waits. */
  int clear() {
    int count = waiting.size();
    waiting.forEach(w -> w.lease().close());
    waiting.clear();
    return count;
  }
}
