package org.estafette.actor.run;

import org.estafette.actor.record.Metric;
import org.estafette.algorithm.Decision;

/** Decisions on rounds as lines of the metrics. */
final class Rounds {
  private Rounds() {}

  static Metric.PushRecord of(double at, Decision.Applied a) {
    return new Metric.PushRecord(
        at,
        a.header().sender().toString(),
        a.header().round(),
        a.report().seconds(),
        a.report().steps(),
        a.report().tokens(),
        a.report().meanLoss(),
        a.staleness(),
        a.weight(),
        a.merged() ? Metric.Outcome.MERGED : Metric.Outcome.ACCEPTED,
        null);
  }

  static Metric.PushRecord of(double at, Decision.Mixed m) {
    return new Metric.PushRecord(
        at,
        m.worker().toString(),
        m.round(),
        m.report().seconds(),
        m.report().steps(),
        m.report().tokens(),
        m.report().meanLoss(),
        0,
        1,
        Metric.Outcome.ACCEPTED,
        null,
        new Metric.Mix(
            m.fresh(), m.held(), m.mass(), Double.isNaN(m.spread()) ? null : m.spread()));
  }

  static Metric.PushRecord of(double at, Decision.Refused r) {
    return new Metric.PushRecord(
        at,
        r.header().sender().toString(),
        r.header().round(),
        0,
        0,
        0,
        Double.NaN,
        0,
        0,
        Metric.Outcome.REFUSED,
        r.reason().key() + ": " + r.detail());
  }
}
