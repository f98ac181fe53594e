package org.estafette.fault;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.random.CounterRandom;

/**
 * Fault plans at random: a pure function of the seed.
 *
 * @param workers slots that faults may meet
 * @param seconds length of the time in which faults begin
 * @param meanBetween mean seconds between two faults; they come as a Poisson process
 * @param server whether the server may be killed, frozen and cut off too
 * @param poison whether workers may be poisoned
 */
public record RandomFaults(
    int workers, double seconds, double meanBetween, boolean server, boolean poison) {
  private static final int KINDS = 9;

  /** Checks the numbers. */
  public RandomFaults {
    if (workers < 1 || !(seconds > 0 && meanBetween > 0)) {
      throw new IllegalArgumentException(
          "workers="
              + workers
              + ", seconds="
              + seconds
              + ", meanBetween="
              + meanBetween
              + " (expected >= 1, > 0, > 0)");
    }
  }

  /** The plan of that seed. */
  public FaultPlan plan(long seed) {
    long key = CounterRandom.key(seed, 0xFA);
    List<FaultPlan.Timed> faults = new ArrayList<>();
    double at = 0;
    for (long i = 0; ; i++) {
      at -= meanBetween * Math.log1p(-CounterRandom.uniform(CounterRandom.key(key, i), 0));
      if (at >= seconds) {
        return new FaultPlan(seed, faults);
      }
      fault(at, CounterRandom.key(key, i), faults);
    }
  }

  private void fault(double at, long key, List<FaultPlan.Timed> to) {
    PeerId who = who(key);
    double time = meanBetween * (0.2 + 3 * CounterRandom.uniform(key, 2));
    double probability = 0.05 + 0.4 * CounterRandom.uniform(key, 3);
    switch ((int) CounterRandom.below(key, 4, KINDS)) {
      case 0, 1 -> to.add(new FaultPlan.Timed(at, new Fault.Kill(who, time)));
      case 2 -> to.add(new FaultPlan.Timed(at, new Fault.Freeze(who, time)));
      case 3 ->
          to.add(
              new FaultPlan.Timed(
                  at, new Fault.Slow(worker(key), 1 + 9 * CounterRandom.uniform(key, 5), time)));
      case 4 -> cut(at, who, CounterRandom.below(key, 6, 3), time, to);
      case 5 -> to.add(new FaultPlan.Timed(at, new Fault.Lose(probability, time)));
      case 6 -> to.add(new FaultPlan.Timed(at, new Fault.Delay(time / 2, time)));
      case 7 -> to.add(new FaultPlan.Timed(at, new Fault.Duplicate(probability, time)));
      default ->
          to.add(
              new FaultPlan.Timed(
                  at,
                  poison && CounterRandom.below(key, 7, 2) == 0
                      ? new Fault.Poison(worker(key), Fault.Venom.NAN, time)
                      : new Fault.Corrupt(probability, time)));
    }
  }

  /** Both ways, or one of them: nothing that a worker sends, or nothing that it is sent. */
  private void cut(double at, PeerId who, long way, double time, List<FaultPlan.Timed> to) {
    PeerId other = PeerId.SERVER;
    PeerId one = who.isServer() ? PeerId.worker(0) : who;
    if (way != 1) {
      to.add(new FaultPlan.Timed(at, new Fault.Cut(one, other, time)));
    }
    if (way != 2) {
      to.add(new FaultPlan.Timed(at, new Fault.Cut(other, one, time)));
    }
  }

  private PeerId who(long key) {
    return server && CounterRandom.below(key, 1, workers + 1L) == workers
        ? PeerId.SERVER
        : worker(key);
  }

  private PeerId worker(long key) {
    return PeerId.worker((int) CounterRandom.below(key, 8, workers));
  }
}
