package org.estafette.fault;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.random.CounterRandom;

/**
 * What the faults of a plan do to messages and workers at a moment. Time only goes forward: faults
 * that are over are forgotten.
 */
public final class Weather {
  /** Why a message does not arrive whose bits a fault has changed. */
  public static final String CHECKSUM = "checksum";

  /** The number of a fault that nobody wants to hear of again. */
  public static final long NOBODY = 0;

  /** A message arrives as it always does. */
  public static final Fate CLEAR = new Fate("", 0, Double.NaN);

  private final long seed;
  private final List<Active> active = new ArrayList<>();
  private final List<Over> past = new ArrayList<>();
  private long messages;

  private static final class Active {
    private final long id;
    private final double until;
    private final Fault fault;
    private long met;
    private boolean told;

    Active(long id, double until, Fault fault) {
      this.id = id;
      this.until = until;
      this.fault = fault;
      this.told = id == NOBODY;
    }

    double until() {
      return until;
    }

    Fault fault() {
      return fault;
    }
  }

  /**
   * A fault that is over.
   *
   * @param id its number
   * @param at when it ended
   * @param met how often it struck
   */
  public record Over(long id, double at, long met) {}

  /**
   * What becomes of a message.
   *
   * @param lost why it does not arrive; empty where it does
   * @param later seconds that it takes longer
   * @param again seconds after it that it arrives a second time; NaN where it does not
   */
  public record Fate(String lost, double later, double again) {
    /** Whether it arrives. */
    public boolean arrives() {
      return lost.isEmpty();
    }

    /** Whether it arrives twice. */
    public boolean twice() {
      return !Double.isNaN(again);
    }
  }

  /**
   * Clear weather.
   *
   * @param seed decides which messages are met
   */
  public Weather(long seed) {
    this.seed = seed;
  }

  /** A fault begins. Kills and freezes are their carrier's business and change nothing here. */
  public void begin(double at, Fault fault) {
    begin(at, NOBODY, fault);
  }

  /**
   * A fault begins whose end and doings are asked for.
   *
   * @param id its number, not {@link #NOBODY}
   */
  public void begin(double at, long id, Fault fault) {
    collect(at);
    active.removeIf(a -> a.until() <= at);
    active.add(new Active(id, at + lasts(fault), fault));
  }

  private void collect(double at) {
    for (Active a : active) {
      if (!a.told && a.until() <= at) {
        a.told = true;
        past.add(new Over(a.id, a.until(), a.met));
        a.met = 0;
      }
    }
    past.sort(Comparator.comparingDouble(Over::at));
  }

  /** The numbered faults that have ended by now and were not told of before. */
  public List<Over> over(double at) {
    if (active.isEmpty() && past.isEmpty()) {
      return List.of();
    }
    collect(at);
    if (past.isEmpty()) {
      return List.of();
    }
    List<Over> over = List.copyOf(past);
    past.clear();
    return over;
  }

  /** How often that fault has struck since this was asked last; 0 for one that is forgotten. */
  public long met(long id) {
    for (Active a : active) {
      if (a.id == id) {
        long met = a.met;
        a.met = 0;
        return met;
      }
    }
    return 0;
  }

  /** Whether a fault goes on. */
  public boolean clear(double at) {
    return active.stream().allMatch(a -> a.until() <= at);
  }

  private static double lasts(Fault fault) {
    return fault instanceof Fault.Kill || fault instanceof Fault.Freeze
        ? 0
        : FaultKind.seconds(fault);
  }

  /** What becomes of the next message. */
  public Fate fate(double at, PeerId from, PeerId to) {
    if (active.isEmpty()) {
      return CLEAR;
    }
    long key = CounterRandom.key(seed, messages++);
    double later = 0;
    double again = Double.NaN;
    for (int i = 0; i < active.size(); i++) {
      Active a = active.get(i);
      if (a.until() <= at) {
        continue;
      }
      double chance = CounterRandom.uniform(key, i);
      switch (a.fault()) {
        case Fault.Cut c when c.from().equals(from) && c.to().equals(to) -> {
          a.met++;
          return lost("cut off");
        }
        case Fault.Partition p when p.parts(from, to) -> {
          a.met++;
          return lost("cut off");
        }
        case Fault.Lose l when chance < l.probability() -> {
          a.met++;
          return lost("lost on the way");
        }
        case Fault.Corrupt c when chance < c.probability() -> {
          a.met++;
          return lost(CHECKSUM);
        }
        case Fault.Delay d -> {
          a.met++;
          later += d.most() * chance;
        }
        case Fault.Reorder r when chance < r.probability() -> {
          a.met++;
          later += r.most() * CounterRandom.uniform(key, 2000 + i);
        }
        case Fault.Duplicate d when chance < d.probability() -> {
          a.met++;
          again = 1e-3 + 3 * CounterRandom.uniform(key, 1000 + i);
        }
        default -> {}
      }
    }
    return new Fate("", later, again);
  }

  private static Fate lost(String why) {
    return new Fate(why, 0, Double.NaN);
  }

  /** How many times as long a worker's steps take. */
  public double slowness(double at, PeerId who) {
    double factor = 1;
    for (Active a : active) {
      if (a.until() > at && a.fault() instanceof Fault.Slow s && s.who().equals(who)) {
        a.met++;
        factor *= s.factor();
      }
    }
    return factor;
  }

  /** What spoils a worker's pseudo-gradients now: nothing, or more than one thing. */
  public List<Fault.Venom> venoms(double at, PeerId who) {
    if (active.isEmpty()) {
      return List.of();
    }
    List<Fault.Venom> venoms = new ArrayList<>();
    for (Active a : active) {
      if (a.until() > at && a.fault() instanceof Fault.Poison p && p.who().equals(who)) {
        a.met++;
        venoms.add(p.venom());
      }
    }
    return venoms;
  }

  /** Whether a message of this pair would be cut off: as {@link #fate}, without chance. */
  public boolean cut(double at, PeerId from, PeerId to) {
    for (Active a : active) {
      boolean between =
          switch (a.fault()) {
            case Fault.Cut c -> c.from().equals(from) && c.to().equals(to);
            case Fault.Partition p -> p.parts(from, to);
            default -> false;
          };
      if (between && a.until() > at) {
        a.met++;
        return true;
      }
    }
    return false;
  }

  /** Whether the disk is full now: a write that asks is refused. */
  public boolean diskFull(double at) {
    return full(at, Fault.FillDisk.class);
  }

  /** Whether shared memory is full now: a stream that asks is not opened. */
  public boolean sharedMemoryFull(double at) {
    return full(at, Fault.FillShm.class);
  }

  private boolean full(double at, Class<? extends Fault> kind) {
    for (Active a : active) {
      if (a.until() > at && kind.isInstance(a.fault())) {
        a.met++;
        return true;
      }
    }
    return false;
  }
}
