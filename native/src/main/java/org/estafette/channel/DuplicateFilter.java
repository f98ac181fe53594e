package org.estafette.channel;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Recognises frames that were seen before, by (sender, incarnation, sequence). Per sender it keeps
 * the newest incarnation, the sequence up to which everything is seen or given up, and a window of
 * {@value #WINDOW} sequences behind it. A sequence beyond the window moves the window on: what
 * falls out unseen is {@link Verdict#TOO_OLD} from then on, so that nothing can be taken twice.
 *
 * <p>Not thread-safe.
 */
public final class DuplicateFilter {
  /** How far sequences of one sender may be out of order. */
  public static final int WINDOW = 1024;

  /** What a frame is. */
  public enum Verdict {
    /** Never seen: take it. */
    NEW,
    /** Seen before. */
    DUPLICATE,
    /** From an earlier life of its sender. */
    OLD_INCARNATION,
    /** So far behind that nobody can say whether it was seen. */
    TOO_OLD
  }

  private final Map<Long, Sender> senders = new HashMap<>();

  /** Judges a frame, and remembers it where it is {@link Verdict#NEW}. */
  public Verdict judge(long sender, long incarnation, long sequence) {
    Sender state = senders.get(sender);
    if (state == null || incarnation > state.incarnation) {
      state = new Sender(incarnation, sequence);
      senders.put(sender, state);
    } else if (incarnation < state.incarnation) {
      return Verdict.OLD_INCARNATION;
    }
    return state.judge(sequence);
  }

  /** Judges a frame by its header. */
  public Verdict judge(FrameHeader header) {
    return judge(header.sender(), header.incarnation(), header.sequence());
  }

  /** Number of senders remembered. */
  public int senders() {
    return senders.size();
  }

  private static final class Sender {
    final long incarnation;

    /** Bit i % WINDOW tells whether sequence i is seen, for floor <= i < floor + WINDOW. */
    private final long[] seen = new long[WINDOW / Long.SIZE];

    private long floor;

    Sender(long incarnation, long first) {
      this.incarnation = incarnation;
      // Earlier sequences of this life may still be under way on another path.
      this.floor = first < Long.MIN_VALUE + WINDOW / 2 ? Long.MIN_VALUE : first - WINDOW / 2;
    }

    Verdict judge(long sequence) {
      if (sequence < floor) {
        return Verdict.TOO_OLD;
      }
      if (sequence - floor >= WINDOW || sequence - floor < 0) {
        moveTo(sequence - WINDOW + 1);
      }
      int bit = (int) Math.floorMod(sequence, (long) WINDOW);
      long mask = 1L << bit;
      if ((seen[bit / Long.SIZE] & mask) != 0) {
        return Verdict.DUPLICATE;
      }
      seen[bit / Long.SIZE] |= mask;
      return Verdict.NEW;
    }

    private void moveTo(long newFloor) {
      long distance = newFloor - floor;
      if (distance >= WINDOW || distance < 0) {
        Arrays.fill(seen, 0);
      } else {
        for (long i = floor; i < newFloor; i++) {
          int bit = (int) Math.floorMod(i, (long) WINDOW);
          seen[bit / Long.SIZE] &= ~(1L << bit);
        }
      }
      floor = newFloor;
    }
  }
}
