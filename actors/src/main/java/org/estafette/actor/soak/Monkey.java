package org.estafette.actor.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.estafette.algorithm.random.CounterRandom;

/**
 * What is done to a run and when: a pure function of the seed. Faults come as a Poisson process;
 * each worker and the server are among those that are killed as often as asked for, the rest is
 * drawn.
 */
final class Monkey {
  private static final int KINDS = 16;

  private final long key;
  private final int workers;
  private final double meanBetween;

  /** A disturbance with its time, in seconds since the faults began. */
  record Timed(double at, Disturbance what) {}

  /**
   * @param meanBetween seconds between two faults
   */
  Monkey(long seed, int workers, double meanBetween) {
    if (workers < 1 || !(meanBetween > 0)) {
      throw new IllegalArgumentException(
          "workers=" + workers + ", meanBetween=" + meanBetween + " (expected >= 1, > 0)");
    }
    this.key = CounterRandom.key(seed, 0x50AC);
    this.workers = workers;
    this.meanBetween = meanBetween;
  }

  /**
   * The whole plan.
   *
   * @param seconds length of the time in which faults begin
   * @param deaths how often at least each worker and the server are killed
   */
  List<Timed> plan(double seconds, int deaths) {
    List<Double> times = new ArrayList<>();
    double at = 0;
    for (long i = 0; ; i++) {
      at -= meanBetween * Math.log1p(-CounterRandom.uniform(CounterRandom.key(key, i), 0));
      if (at >= seconds) {
        break;
      }
      times.add(at);
    }
    List<Disturbance> musts = musts(deaths);
    List<Timed> plan = new ArrayList<>();
    // Spread over the time, so that a run has recovered from one death before the next.
    int every = Math.max(1, times.size() / Math.max(1, musts.size()));
    for (int i = 0; i < times.size(); i++) {
      boolean must = i % every == every / 2 && i / every < musts.size();
      plan.add(
          new Timed(times.get(i), must ? musts.get(i / every) : any(CounterRandom.key(key, i))));
    }
    return plan;
  }

  private List<Disturbance> musts(int deaths) {
    List<Disturbance> musts = new ArrayList<>();
    for (int round = 0; round < deaths; round++) {
      for (int worker = 0; worker < workers; worker++) {
        musts.add(new Disturbance.KillWorker(worker));
      }
      musts.add(new Disturbance.KillServer());
    }
    return musts;
  }

  private Disturbance any(long k) {
    int worker = (int) CounterRandom.below(k, 1, workers);
    String who = "worker-" + worker;
    double seconds = 1 + 4 * CounterRandom.uniform(k, 2);
    double probability = 0.05 + 0.25 * CounterRandom.uniform(k, 3);
    return switch ((int) CounterRandom.below(k, 4, KINDS)) {
      case 0, 1 -> new Disturbance.KillWorker(worker);
      case 2 ->
          CounterRandom.below(k, 5, 2) == 0
              ? new Disturbance.KillServer()
              : new Disturbance.KillStandby();
      case 3, 4 -> new Disturbance.Stop(worker, seconds);
      case 5 -> new Disturbance.Stop(-1, Math.min(seconds, 2));
      case 6, 7 -> chance("lose", probability, seconds);
      case 8 -> chance("duplicate", probability, seconds);
      case 9 -> chance("corrupt", probability, seconds);
      case 10 -> asked("delay", "\"most\": %.2f, \"seconds\": %.1f", seconds / 4, seconds);
      case 11 ->
          asked("cut", "\"from\": \"%s\", \"to\": \"server\", \"seconds\": %.1f", who, seconds);
      case 12 ->
          asked("cut", "\"from\": \"server\", \"to\": \"%s\", \"seconds\": %.1f", who, seconds);
      case 13 ->
          asked(
              "slow",
              "\"who\": \"%s\", \"factor\": %.1f, \"seconds\": %.1f",
              who,
              2 + 6 * CounterRandom.uniform(k, 6),
              seconds);
      case 14 -> asked("freeze", "\"who\": \"%s\", \"seconds\": %.1f", who, seconds);
      default ->
          asked("poison", "\"who\": \"%s\", \"venom\": \"nan\", \"seconds\": %.1f", who, seconds);
    };
  }

  private static Disturbance chance(String kind, double probability, double seconds) {
    return asked(kind, "\"probability\": %.3f, \"seconds\": %.1f", probability, seconds);
  }

  private static Disturbance asked(String kind, String rest, Object... values) {
    String body = String.format(Locale.ROOT, rest, values);
    return new Disturbance.Asked(kind, "{\"kind\": \"" + kind + "\", " + body + "}");
  }
}
