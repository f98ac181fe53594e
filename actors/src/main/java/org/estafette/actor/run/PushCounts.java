package org.estafette.actor.run;

import java.util.Map;
import java.util.TreeMap;
import org.estafette.actor.record.Pushes;
import org.estafette.actor.record.Staleness;
import org.estafette.actor.record.Wasted;
import org.jspecify.annotations.Nullable;

/** What became of the pushes and of rounds that were given up, counted as they are decided on. */
final class PushCounts {
  private final Map<String, Long> refused = new TreeMap<>();
  private long accepted;
  private long merged;
  private double stalenessSum;
  private long stalenessMax;
  private @Nullable Wasted wasted;

  /** Goes on from what an earlier part of the run has counted. */
  void resume(RunTally before) {
    accepted = before.pushes().accepted();
    merged = before.pushes().merged();
    refused.putAll(before.pushes().refused());
    stalenessSum = before.staleness().mean() * (accepted + merged);
    stalenessMax = before.staleness().max();
    wasted = before.wasted();
  }

  void applied(long staleness, boolean together) {
    if (together) {
      merged++;
    } else {
      accepted++;
    }
    stalenessSum += staleness;
    stalenessMax = Math.max(stalenessMax, staleness);
  }

  void refused(String reason) {
    refused.merge(reason, 1L, Long::sum);
  }

  void wasted(int steps, long tokens) {
    Wasted before = wasted == null ? new Wasted(0, 0) : wasted;
    wasted = new Wasted(before.steps() + steps, before.tokens() + tokens);
  }

  /** Null where nothing was for nothing. */
  @Nullable Wasted wasted() {
    return wasted;
  }

  Pushes pushes() {
    return new Pushes(accepted, merged, refused);
  }

  Staleness staleness() {
    long n = accepted + merged;
    return n == 0 ? Staleness.NONE : new Staleness(stalenessSum / n, stalenessMax);
  }
}
