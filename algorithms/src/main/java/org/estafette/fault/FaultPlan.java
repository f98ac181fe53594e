package org.estafette.fault;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.estafette.algorithm.PeerId;

/**
 * What goes wrong in a run, and when.
 *
 * @param seed decides which messages a fault with a probability meets
 * @param faults in the order of their times
 * @param versioned in the order of their versions
 */
public record FaultPlan(long seed, List<Timed> faults, List<AtVersion> versioned) {
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

  /**
   * A fault that begins when the global model has had so many updates; without a server, when the
   * workers have finished so many rounds.
   *
   * @param version at least 1
   */
  public record AtVersion(long version, Fault fault) {
    /** Checks the number. */
    public AtVersion {
      if (version < 1) {
        throw new IllegalArgumentException("version=" + version + " (expected >= 1)");
      }
    }
  }

  /** Sorts the faults; those of one time, or version, keep their order. */
  public FaultPlan {
    faults = faults.stream().sorted(Comparator.comparingDouble(Timed::at)).toList();
    versioned = versioned.stream().sorted(Comparator.comparingLong(AtVersion::version)).toList();
  }

  /** A plan in which everything has a time. */
  public FaultPlan(long seed, List<Timed> faults) {
    this(seed, faults, List.of());
  }

  /** Whether nothing goes wrong. */
  public boolean isEmpty() {
    return faults.isEmpty() && versioned.isEmpty();
  }

  /** All faults, those with a time first. */
  public Stream<Fault> all() {
    return Stream.concat(
        faults.stream().map(Timed::fault), versioned.stream().map(AtVersion::fault));
  }

  /** Whether the server is killed. */
  public boolean killsServer() {
    return all().anyMatch(f -> f instanceof Fault.Kill k && k.who().isServer());
  }

  /** The same plan, its times counted from that second on. */
  public FaultPlan from(double second) {
    return new FaultPlan(
        seed, faults.stream().map(t -> new Timed(t.at() + second, t.fault())).toList(), versioned);
  }

  /**
   * Refuses a plan that names a worker that the run does not have.
   *
   * @throws IllegalArgumentException that names the fault
   */
  public void check(int workers) {
    all()
        .forEach(fault -> {
          for (PeerId who : FaultKind.named(fault)) {
            if (!who.isServer() && who.slot() >= workers) {
              throw new IllegalArgumentException(
                  "a fault ("
                      + FaultKind.text(fault)
                      + ") names "
                      + who
                      + " (expected one of "
                      + workers
                      + " workers)");
            }
          }
        });
  }
}
