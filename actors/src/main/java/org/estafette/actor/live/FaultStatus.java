package org.estafette.actor.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.estafette.actor.record.Metric;
import org.jspecify.annotations.Nullable;

/**
 * A fault that was brought about on purpose.
 *
 * @param id which of the run, from 1 on
 * @param kind its name in plans
 * @param worker whom it is aimed at first; null where at nobody in particular
 * @param phase "began", "effect", "ended" or "not-carried-out"
 * @param began when, in seconds of the run
 * @param ended when it was over; null while it goes on
 * @param text what it does
 * @param detail what was told of it last
 * @param met how often it has struck, as far as is known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FaultStatus(
    long id,
    String kind,
    @Nullable String worker,
    String phase,
    double began,
    @Nullable Double ended,
    String text,
    String detail,
    long met) {
  static FaultStatus of(@Nullable FaultStatus before, Metric.FaultRecord r) {
    boolean over = r.phase().equals("ended") || r.phase().equals("not-carried-out");
    if (before == null) {
      return new FaultStatus(
          r.id(),
          r.kind(),
          r.worker(),
          r.phase(),
          r.seconds(),
          over ? (Double) r.seconds() : null,
          r.reason(),
          r.reason(),
          r.met());
    }
    boolean late = before.ended() != null;
    return new FaultStatus(
        before.id(),
        before.kind(),
        before.worker(),
        late ? before.phase() : r.phase(),
        before.began(),
        late ? before.ended() : over ? (Double) r.seconds() : null,
        before.text(),
        r.reason(),
        late ? before.met() + r.met() : Math.max(before.met(), r.met()));
  }
}
