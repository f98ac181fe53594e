package org.estafette.history.peer;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.estafette.history.Violation;
import org.estafette.history.Violation.Promise;
import org.estafette.memory.FlatVector;

/** One look at a history: sees every fact once, in order. */
interface Watch {
  /** So many violations of one promise are told; one broken sum breaks all that rest on it. */
  int MOST = 10;

  void see(PeerFact fact);

  /** The history is over. */
  default void end() {}

  /** What the looks have found, and how much they have looked at. */
  final class Findings {
    private final List<Violation> violations = new ArrayList<>();
    private final Map<Promise, Integer> found = new EnumMap<>(Promise.class);
    private final long[] held = new long[Promise.values().length];

    void broken(Promise promise, double at, String detail) {
      if (found.merge(promise, 1, Integer::sum) <= MOST) {
        violations.add(new Violation(promise, at, detail));
      }
    }

    /** Holds one thing against a promise; returns whether it is kept. */
    boolean hold(
        boolean kept, Promise promise, double at, java.util.function.Supplier<String> detail) {
      held[promise.ordinal()]++;
      if (!kept) {
        broken(promise, at, detail.get());
      }
      return kept;
    }

    List<Violation> violations() {
      return List.copyOf(violations);
    }

    Map<Promise, Long> held() {
      Map<Promise, Long> all = new EnumMap<>(Promise.class);
      for (Promise p : Promise.values()) {
        if (held[p.ordinal()] > 0) {
          all.put(p, held[p.ordinal()]);
        }
      }
      return all;
    }
  }

  /**
   * The first element in which two vectors differ by more than roundings do; −1 for none. NaN
   * differs from everything.
   */
  static long differs(FlatVector a, FlatVector b) {
    return differs(a, b, Math.max(largest(a), largest(b)));
  }

  /**
   * The same for sums.
   *
   * @param scale largest element of what was summed
   */
  static long differs(FlatVector a, FlatVector b, double scale) {
    for (long i = 0; i < a.length(); i++) {
      if (!(Math.abs(a.get(i) - b.get(i)) <= 1e-9 * (1 + scale))) {
        return i;
      }
    }
    return -1;
  }

  /** The largest element without its sign. */
  static double largest(FlatVector v) {
    double largest = 0;
    for (long i = 0; i < v.length(); i++) {
      largest = Math.max(largest, Math.abs(v.get(i)));
    }
    return largest;
  }

  /** Says in what they differ. */
  static String difference(long i, FlatVector seen, FlatVector expected) {
    return "element " + i + " is " + seen.get(i) + " (expected " + expected.get(i) + ")";
  }
}
