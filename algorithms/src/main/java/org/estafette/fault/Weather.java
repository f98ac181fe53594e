package org.estafette.fault;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.random.CounterRandom;

/**
 * What the faults of a plan do to messages and workers at a moment. Time only goes forward: faults
 * that are over are forgotten.
 */
public final class Weather {
  private static final Fate CLEAR = new Fate("", 0, Double.NaN);

  private final long seed;
  private final List<Active> active = new ArrayList<>();
  private long messages;

  private record Active(double until, Fault fault) {}

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
    active.removeIf(a -> a.until() <= at);
    active.add(new Active(at + seconds(fault), fault));
  }

  private static double seconds(Fault fault) {
    return switch (fault) {
      case Fault.Kill k -> 0;
      case Fault.Freeze f -> 0;
      case Fault.Slow f -> f.seconds();
      case Fault.Cut f -> f.seconds();
      case Fault.Lose f -> f.seconds();
      case Fault.Delay f -> f.seconds();
      case Fault.Duplicate f -> f.seconds();
      case Fault.Corrupt f -> f.seconds();
      case Fault.Poison f -> f.seconds();
    };
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
          return lost("cut off");
        }
        case Fault.Lose l when chance < l.probability() -> {
          return lost("lost on the way");
        }
        case Fault.Corrupt c when chance < c.probability() -> {
          return lost("checksum");
        }
        case Fault.Delay d -> later += d.most() * chance;
        case Fault.Duplicate d when chance < d.probability() ->
            again = 1e-3 + 3 * CounterRandom.uniform(key, 1000 + i);
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
    return active.stream()
        .filter(a -> a.until() > at)
        .map(Active::fault)
        .filter(f -> f instanceof Fault.Poison p && p.who().equals(who))
        .map(f -> ((Fault.Poison) f).venom())
        .toList();
  }
}
