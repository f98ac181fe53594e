package org.estafette.actor.run;

import java.util.stream.Collectors;
import org.estafette.actor.record.Metric;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;

/** Lines of what is decided about a worker, in words. */
final class WorkerLines {
  private WorkerLines() {}

  static Metric of(double at, Decision.Quarantined q) {
    return line(
        at,
        q.worker(),
        Metric.Kind.QUARANTINED,
        q.refusals()
            + " of its newest pushes could not be used, the last: "
            + q.reason().key()
            + ", "
            + q.detail());
  }

  static Metric of(double at, Decision.Released r) {
    return line(
        at,
        r.worker(),
        Metric.Kind.RELEASED,
        (r.by().isEmpty() ? r.goodPushes() + " good pushes in a row" : "by hand, by " + r.by())
            + ": the next one counts again");
  }

  static Metric of(double at, Decision.Outlier o) {
    return line(
        at, o.worker(), o.marked() ? Metric.Kind.OUTLIER : Metric.Kind.ORDINARY, o.reason());
  }

  static Metric of(double at, Decision.Wasted w) {
    return new Metric.WorkerEvent(
        at,
        w.worker().toString(),
        Metric.Kind.NOTE,
        w.steps()
            + " local steps ("
            + w.tokens()
            + " tokens) of round "
            + w.round()
            + " were taken for nothing: "
            + w.reason(),
        w.incarnation(),
        w.steps());
  }

  static Metric of(double at, Decision.Rewired r) {
    return line(
        at,
        r.worker(),
        Metric.Kind.NOTE,
        "neighbours are now "
            + r.neighbours().stream().map(PeerId::toString).collect(Collectors.joining(", "))
            + " (epoch "
            + r.epoch()
            + ")");
  }

  private static Metric line(double at, PeerId worker, Metric.Kind kind, String reason) {
    return new Metric.WorkerEvent(at, worker.toString(), kind, reason);
  }
}
