package org.estafette.fault;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.random.CounterRandom;

/**
 * Faults of chosen kinds at random: a pure function of the seed. They come as a Poisson process.
 *
 * @param workers slots that faults may meet
 * @param from seconds before which none begins
 * @param seconds length of the time in which faults begin
 * @param meanBetween mean seconds between two of them
 * @param least shortest that one lasts; also the shortest downtime
 * @param most longest that one lasts
 * @param server whether the server may be killed, frozen and cut off too
 * @param kinds what may happen, each as often
 */
public record RandomMix(
    int workers,
    double from,
    double seconds,
    double meanBetween,
    double least,
    double most,
    boolean server,
    List<FaultKind> kinds) {
  /** More than a plan can use. */
  private static final int MOST_FAULTS = 100_000;

  /** Checks the numbers. */
  public RandomMix {
    kinds = List.copyOf(kinds);
    if (workers < 1 || kinds.isEmpty()) {
      throw new IllegalArgumentException(
          "workers=" + workers + ", kinds=" + kinds + " (expected >= 1, at least one)");
    }
    if (!(from >= 0 && seconds > 0 && meanBetween > 0 && seconds / meanBetween <= MOST_FAULTS)) {
      throw new IllegalArgumentException(
          "from="
              + from
              + ", seconds="
              + seconds
              + ", meanBetween="
              + meanBetween
              + " (expected >= 0, > 0, > 0, no more than "
              + MOST_FAULTS
              + " faults)");
    }
    if (!(least >= 0 && most >= least && Double.isFinite(most))) {
      throw new IllegalArgumentException(
          "least=" + least + ", most=" + most + " (expected 0 <= least <= most)");
    }
  }

  /** The plan of that seed. */
  public FaultPlan plan(long seed) {
    long key = CounterRandom.key(seed, 0xFA17);
    List<FaultPlan.Timed> faults = new ArrayList<>();
    double at = 0;
    for (long i = 0; ; i++) {
      long own = CounterRandom.key(key, i);
      at -= meanBetween * Math.log1p(-CounterRandom.uniform(own, 0));
      if (at >= seconds) {
        return new FaultPlan(seed, faults);
      }
      add(from + at, own, faults);
    }
  }

  private void add(double at, long key, List<FaultPlan.Timed> to) {
    double time = least + (most - least) * CounterRandom.uniform(key, 1);
    double probability = 0.05 + 0.4 * CounterRandom.uniform(key, 2);
    PeerId worker = PeerId.worker((int) CounterRandom.below(key, 3, workers));
    PeerId who =
        server && CounterRandom.below(key, 4, workers + 1L) == workers ? PeerId.SERVER : worker;
    Fault fault =
        switch (kinds.get((int) CounterRandom.below(key, 5, kinds.size()))) {
          case KILL -> new Fault.Kill(who, time);
          case FREEZE -> new Fault.Freeze(who, time);
          case SLOW -> new Fault.Slow(worker, 1 + 9 * CounterRandom.uniform(key, 6), time);
          case CUT ->
              CounterRandom.below(key, 6, 2) == 0
                  ? new Fault.Cut(worker, PeerId.SERVER, time)
                  : new Fault.Cut(PeerId.SERVER, worker, time);
          case PARTITION -> new Fault.Partition(java.util.Set.of(worker), time);
          case LOSE -> new Fault.Lose(probability, time);
          case DELAY -> new Fault.Delay(time / 2, time);
          case DUPLICATE -> new Fault.Duplicate(probability, time);
          case REORDER -> new Fault.Reorder(probability, time / 2, time);
          case CORRUPT -> new Fault.Corrupt(probability, time);
          case POISON -> new Fault.Poison(worker, venom(key), time);
          case FILL_DISK -> new Fault.FillDisk(time);
          case FILL_SHM -> new Fault.FillShm(time);
          case KILL_DRIVER -> new Fault.KillDriver(worker);
          case SKEW_CLOCK ->
              new Fault.SkewClock(who, 7200 * CounterRandom.uniform(key, 6) - 3600, time);
        };
    to.add(new FaultPlan.Timed(at, fault));
  }

  private static Fault.Venom venom(long key) {
    Fault.Venom[] all = Fault.Venom.values();
    return all[(int) CounterRandom.below(key, 6, all.length)];
  }
}
