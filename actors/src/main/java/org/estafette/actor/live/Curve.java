package org.estafette.actor.live;

import java.util.ArrayList;
import java.util.List;
import org.estafette.actor.record.Metric.ProgressPoint;

/**
 * Progress of a run of any length in bounded memory: where it is full, every two neighbours become
 * one, and from then on twice as many new points do. A measured validation is never dropped.
 */
final class Curve {
  private final int most;
  private List<ProgressPoint> points = new ArrayList<>();
  private int each = 1;
  private int inLast;

  Curve(int most) {
    this.most = most;
  }

  void add(ProgressPoint point) {
    if (inLast > 0 && inLast < each) {
      points.set(points.size() - 1, join(points.getLast(), point));
      inLast++;
      return;
    }
    if (points.size() == most) {
      points = grouped(2);
      each *= 2;
    }
    points.add(point);
    inLast = 1;
  }

  /** The points, in groups of equal size of which each becomes one, at most so many. */
  List<ProgressPoint> thinned(int atMost) {
    return grouped(Math.max(1, Math.ceilDiv(points.size(), Math.max(1, atMost))));
  }

  private List<ProgressPoint> grouped(int size) {
    List<ProgressPoint> groups = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      if (i % size == 0) {
        groups.add(points.get(i));
      } else {
        groups.set(groups.size() - 1, join(groups.getLast(), points.get(i)));
      }
    }
    return groups;
  }

  /** The later one, with what only the earlier one measured. */
  private static ProgressPoint join(ProgressPoint a, ProgressPoint b) {
    if (b.validationLoss() != null || a.validationLoss() == null) {
      return b;
    }
    return new ProgressPoint(
        b.seconds(),
        b.tokens(),
        b.localSteps(),
        b.trainLoss(),
        a.validationLoss(),
        a.validationAccuracy(),
        b.tokensPerSecond(),
        b.version(),
        b.workers(),
        b.pushes(),
        b.staleness(),
        b.exchanges());
  }
}
