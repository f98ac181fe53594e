package org.estafette.algorithm.peer;

import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Refusal;

/** NaN or infinity from a worker's own training: nobody is to get it, the worker neither. */
public final class Diverged {
  private Diverged() {}

  /**
   * The worker stays where the round began: Δ is zero, and the refusal is told. It exchanges like
   * after any round, since others wait for that.
   */
  public static void stay(Event.RoundTrained e, Header header, Effects effects) {
    e.delta().vector().fill(0);
    effects.decided(
        new Decision.Refused(
            header,
            Refusal.DIVERGED,
            "round " + e.round() + ": mean loss=" + e.result().meanLoss()));
  }
}
