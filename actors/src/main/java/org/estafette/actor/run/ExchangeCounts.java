package org.estafette.actor.run;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.estafette.actor.record.Exchanges;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.jspecify.annotations.Nullable;

/** What a run without a server tells beside its rounds, counted. */
final class ExchangeCounts {
  private final Map<PeerId, List<PeerId>> neighbours = new TreeMap<>();
  private boolean withoutServer;
  private long fresh;
  private long held;
  private long superseded;
  private long epoch;
  private int repairs;
  private @Nullable Double consensus;

  /** Goes on from what an earlier part of the run has counted. */
  void resume(@Nullable Exchanges before) {
    if (before != null) {
      fresh = before.fresh();
      held = before.held();
      superseded = before.superseded();
      repairs = before.repairs();
    }
  }

  void mixed(Decision.Mixed m) {
    fresh += m.fresh();
    held += m.held();
  }

  void superseded(long messages) {
    superseded += messages;
  }

  void graph(long newEpoch, boolean lost) {
    withoutServer = true;
    epoch = newEpoch;
    repairs += lost ? 1 : 0;
  }

  void consensus(double distance) {
    consensus = distance;
  }

  /** Whether a worker's neighbours are others than before: what they were at first is no news. */
  boolean rewired(Decision.Rewired r) {
    List<PeerId> before = neighbours.put(r.worker(), r.neighbours());
    return before != null && !before.equals(r.neighbours());
  }

  /** Null in a run with a server. */
  @Nullable Exchanges exchanges() {
    return withoutServer ? new Exchanges(fresh, held, superseded, epoch, repairs, consensus) : null;
  }
}
