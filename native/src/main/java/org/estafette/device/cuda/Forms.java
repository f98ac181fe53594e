package org.estafette.device.cuda;

import java.util.Arrays;

/**
 * In which forms the numbers of an arena are there: as float32 words, as bfloat16 halves in the
 * arena's second part, or both. An operation asks for the form that it reads, and what is missing
 * is converted; it says which form it wrote, and the other one is void from then on. So a model
 * that knows nothing of bfloat16 is computed in it, and no number is converted twice.
 *
 * <p>The arena is cut where operands begin and end. Models cut their vectors once, so after the
 * first step there are no new cuts, and nothing is allocated.
 */
final class Forms {
  static final int WORDS = 1;
  static final int HALVES = 2;

  private final long length;
  private long[] starts = new long[64];
  private byte[] there = new byte[64];
  private int count = 1;

  /** Of an arena of zeros, which are zeros in both forms. */
  Forms(long length) {
    this.length = length;
    there[0] = WORDS | HALVES;
  }

  /** Converts elements {@code from} … {@code to − 1} into the form that is asked for. */
  interface Conversion {
    void convert(long from, long to);
  }

  /** Elements from … to − 1 were written in these forms. */
  void wrote(long from, long to, int forms) {
    if (from == to) {
      return;
    }
    int first = cut(from);
    int end = cut(to);
    Arrays.fill(there, first, end, (byte) forms);
  }

  /** Sees to it that elements from … to − 1 are there in one form. */
  void need(long from, long to, int form, Conversion conversion) {
    if (from == to) {
      return;
    }
    int first = cut(from);
    int end = cut(to);
    for (int i = first; i < end; i++) {
      if ((there[i] & form) == 0) {
        int last = i;
        while (last + 1 < end && (there[last + 1] & form) == 0) {
          last++;
        }
        conversion.convert(starts[i], last + 1 < count ? starts[last + 1] : length);
        while (i <= last) {
          there[i++] |= (byte) form;
        }
      }
    }
  }

  /** Whether elements from … to − 1 are all there in a form. */
  boolean are(long from, long to, int form) {
    for (int i = at(from); i < count && starts[i] < to; i++) {
      if ((there[i] & form) == 0) {
        return false;
      }
    }
    return true;
  }

  /** The piece that element {@code place} is in. */
  private int at(long place) {
    int i = Arrays.binarySearch(starts, 0, count, place);
    return i >= 0 ? i : -i - 2;
  }

  /** The piece that begins at {@code place}, which becomes one where there is none. */
  private int cut(long place) {
    if (place == length) {
      return count;
    }
    int i = Arrays.binarySearch(starts, 0, count, place);
    if (i >= 0) {
      return i;
    }
    int to = -i - 1;
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      there = Arrays.copyOf(there, 2 * count);
    }
    System.arraycopy(starts, to, starts, to + 1, count - to);
    System.arraycopy(there, to, there, to + 1, count - to);
    starts[to] = place;
    there[to] = there[to - 1];
    count++;
    return to;
  }
}
