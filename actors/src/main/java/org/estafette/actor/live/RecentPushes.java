package org.estafette.actor.live;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.estafette.actor.record.Metric;

/** Whether many of the newest pushes are refused, and why. */
final class RecentPushes {
  private static final int NEWEST = 100;
  // A refused push now and then is how fencing works; this many is a fault or a wrong plan.
  private static final int WARN = 10;

  /** The reason of each that was refused, "" for one that was applied. */
  private final ArrayDeque<String> reasons = new ArrayDeque<>();

  void add(Metric.PushRecord push) {
    if (reasons.size() == NEWEST) {
      reasons.removeFirst();
    }
    reasons.addLast(push.outcome() == Metric.Outcome.REFUSED ? Ledger.reason(push) : "");
  }

  void clear() {
    reasons.clear();
  }

  Optional<String> warning() {
    Map<String, Integer> counts = new TreeMap<>();
    reasons.stream().filter(r -> !r.isEmpty()).forEach(r -> counts.merge(r, 1, Integer::sum));
    int refused = counts.values().stream().mapToInt(Integer::intValue).sum();
    if (refused < WARN) {
      return Optional.empty();
    }
    return Optional.of(
        refused
            + " of the last "
            + reasons.size()
            + " pushes were refused: "
            + counts.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", ")));
  }
}
