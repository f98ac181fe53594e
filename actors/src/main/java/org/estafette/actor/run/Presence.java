package org.estafette.actor.run;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.estafette.actor.record.Metric;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.jspecify.annotations.Nullable;

/** Who takes part in a run, who came back after a loss, and why one has gone. */
final class Presence {
  private final TreeSet<PeerId> live = new TreeSet<>();
  private final TreeSet<PeerId> seen = new TreeSet<>();
  private final Map<PeerId, Departure> departures = new HashMap<>();
  private int restarts;

  private record Departure(String cause, boolean orderly) {}

  /** Goes on from what an earlier part of the run had counted. */
  void resume(int restartsBefore) {
    restarts = restartsBefore;
  }

  /** A worker of the part that is resumed is still there. */
  void present(PeerId worker) {
    seen.add(worker);
    live.add(worker);
  }

  /** Why a worker goes that is about to be reported as gone. */
  void departs(PeerId worker, String cause, boolean orderly) {
    departures.put(worker, new Departure(cause, orderly));
  }

  Metric.WorkerEvent joined(double at, Decision.Joined j) {
    // The first life in this part of the run is no restart, whatever its number.
    boolean again = !seen.add(j.worker());
    live.add(j.worker());
    restarts += again ? 1 : 0;
    departures.remove(j.worker());
    return new Metric.WorkerEvent(
        at,
        j.worker().toString(),
        again ? Metric.Kind.RESTARTED : Metric.Kind.JOINED,
        "incarnation " + j.incarnation(),
        j.incarnation(),
        null);
  }

  /** Null where it was of the part of the run that was resumed from: its end is known. */
  Metric.@Nullable WorkerEvent left(double at, Decision.Left l) {
    if (!live.remove(l.worker()) && !seen.contains(l.worker())) {
      return null;
    }
    Departure why = departures.remove(l.worker());
    return new Metric.WorkerEvent(
        at,
        l.worker().toString(),
        why != null && why.orderly() ? Metric.Kind.LEFT : Metric.Kind.LOST,
        (why == null ? "" : why.cause() + "; ") + "local steps lost: " + l.stepsLost(),
        l.incarnation(),
        l.stepsLost());
  }

  /** Workers that are there. */
  int live() {
    return live.size();
  }

  /** Workers that came back after a loss. */
  int restarts() {
    return restarts;
  }
}
