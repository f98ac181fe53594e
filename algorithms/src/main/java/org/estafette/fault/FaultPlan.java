package org.estafette.fault;

import java.util.Comparator;
import java.util.List;

/**
 * What goes wrong in a run, and when.
 *
 * @param seed decides which messages a fault with a probability meets
 * @param faults in the order of their times
 */
public record FaultPlan(long seed, List<Timed> faults) {
  /** Nothing goes wrong. */
  public static final FaultPlan NONE = new FaultPlan(0, List.of());

  /**
   * A fault with its time.
   *
   * @param at seconds since the run began
   */
  public record Timed(double at, Fault fault) {
    /** Checks the number. */
    public Timed {
      if (!(at >= 0 && Double.isFinite(at))) {
        throw new IllegalArgumentException("at=" + at + " (expected >= 0, finite)");
      }
    }
  }

  /** Sorts the faults; those of one time keep their order. */
  public FaultPlan {
    faults = faults.stream().sorted(Comparator.comparingDouble(Timed::at)).toList();
  }

  /** Whether the server is killed. */
  public boolean killsServer() {
    return faults.stream().anyMatch(t -> t.fault() instanceof Fault.Kill k && k.who().isServer());
  }
}
