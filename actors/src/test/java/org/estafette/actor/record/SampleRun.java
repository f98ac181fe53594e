package org.estafette.actor.record;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.estafette.algorithm.random.CounterRandom;

/** A made-up run that looks like a real one: workers of unequal speed, one of them killed once. */
final class SampleRun {
  private static final double[] SECONDS_PER_STEP = {0.033, 0.043, 0.087, 0.19};
  private static final int TOKENS_PER_STEP = 2048;

  private record Pending(int worker, long round, double began, double ends, int steps, long base) {}

  private final List<Metric> metrics = new ArrayList<>();
  private final PriorityQueue<Pending> pending =
      new PriorityQueue<>(Comparator.comparingDouble(Pending::ends));
  private final String name;
  private final long seed;
  private final double floor;
  private final int workers;
  private long version;
  private long tokens;
  private long steps;
  private long accepted;
  private long merged;
  private final Map<String, Long> refused = new TreeMap<>();
  private double stalenessSum;
  private long stalenessMax;

  private SampleRun(String name, long seed, double floor, int workers) {
    this.name = name;
    this.seed = seed;
    this.floor = floor;
    this.workers = workers;
  }

  static RunRecord of(String name, long seed, long tokens, double floor, int workers) {
    SampleRun run = new SampleRun(name, seed, floor, workers);
    run.go(tokens);
    return run.record();
  }

  private void go(long budget) {
    for (int w = 0; w < workers; w++) {
      metrics.add(event(0.1 * w, w, Metric.Kind.JOINED, "started with the run"));
      begin(w, 0, 0.1 * w);
    }
    double next = 0;
    boolean killed = false;
    double last = 0;
    while (tokens < budget) {
      Pending p = pending.remove();
      double now = p.ends();
      if (!killed && tokens > budget / 2 && p.worker() == 1) {
        killed = true;
        metrics.add(event(now - 0.4, 1, Metric.Kind.LOST, "no heartbeat for 2 s (kill -9)"));
        metrics.add(event(now + 3, 1, Metric.Kind.RESTARTED, "replacement joined by itself"));
        begin(1, p.round() + 1, now + 3);
        continue;
      }
      push(p, now);
      begin(p.worker(), p.round() + 1, now + 0.02);
      if (now >= next) {
        progress(now, now - last, tokens >= budget || version % 4 == 0);
        last = now;
        next = now + 0.8;
      }
    }
    progress(last + 1, 1, true);
  }

  private void begin(int w, long round, double now) {
    int h = Math.max(4, (int) (20 * SECONDS_PER_STEP[0] / SECONDS_PER_STEP[w % 4]));
    double jitter = 1 + 0.25 * CounterRandom.uniform(CounterRandom.key(seed, w), round);
    double ends = now + h * SECONDS_PER_STEP[w % 4] * jitter;
    pending.add(new Pending(w, round, now, ends, h, version));
  }

  private void push(Pending p, double now) {
    long staleness = version - p.base();
    long draw = CounterRandom.below(seed, version + 7 * p.round(), 40);
    Metric.Outcome outcome =
        draw == 0
            ? Metric.Outcome.REFUSED
            : draw < 4 ? Metric.Outcome.MERGED : Metric.Outcome.ACCEPTED;
    String reason =
        switch (outcome) {
          case ACCEPTED -> null;
          case MERGED -> "backlog of 2";
          case REFUSED -> p.round() % 3 == 0 ? "staleness 11 > limit 10" : "not finite";
        };
    tokens += (long) p.steps() * TOKENS_PER_STEP;
    steps += p.steps();
    switch (outcome) {
      case ACCEPTED -> accepted++;
      case MERGED -> merged++;
      case REFUSED -> refused.merge(reason, 1L, Long::sum);
    }
    if (outcome != Metric.Outcome.REFUSED) {
      version++;
      stalenessSum += staleness;
      stalenessMax = Math.max(stalenessMax, staleness);
    }
    metrics.add(
        new Metric.PushRecord(
            now,
            "worker-" + (p.worker() + 1),
            p.round(),
            now - p.began(),
            p.steps(),
            (long) p.steps() * TOKENS_PER_STEP,
            loss(0.06),
            staleness,
            outcome == Metric.Outcome.REFUSED ? 0 : 0.5,
            outcome,
            reason));
  }

  private void progress(double now, double since, boolean measure) {
    metrics.add(
        new Metric.ProgressPoint(
            now,
            tokens,
            steps,
            loss(0.05),
            measure ? loss(0.004) + 0.03 : null,
            null,
            145_000 * (0.9 + 0.2 * CounterRandom.uniform(seed, tokens)),
            version,
            workers,
            pushes(),
            staleness()));
  }

  private double loss(double noise) {
    double curve = floor + (5.55 - floor) / (1 + Math.pow(tokens / 120_000.0, 0.85));
    return curve + noise * CounterRandom.gaussian(seed, tokens + (long) (noise * 1e6));
  }

  private Pushes pushes() {
    return new Pushes(accepted, merged, refused);
  }

  private Staleness staleness() {
    return new Staleness(stalenessSum / Math.max(1, accepted + merged), stalenessMax);
  }

  private RunRecord record() {
    Metric.ProgressPoint last = (Metric.ProgressPoint) metrics.getLast();
    Summary summary =
        new Summary(
            "async-delayed-nesterov",
            workers,
            20,
            tokens,
            last.seconds(),
            tokens / last.seconds(),
            last.trainLoss(),
            last.validationLoss(),
            last.validationAccuracy(),
            pushes(),
            staleness(),
            7,
            "checkpoints/step-" + steps,
            seed,
            version,
            1,
            null,
            null,
            Summary.versions(Map.of("estafette", "0.1.0", "akka", "2.8.5", "aeron", "1.51.0")),
            "OpenJDK 64-Bit Server VM 25.0.3+9 (Eclipse Adoptium)",
            new Machine("Linux 6.1", "amd64", 2, 24L << 30));
    return new RunRecord(name, config(), summary, metrics);
  }

  private String config() {
    return """
    estafette {
      seed = %d
      model { kind = gpt, layers = 4, width = 128, heads = 4, context = 128 }
      data { path = "data/tinyshakespeare.txt", partition = iid }
      inner { kind = adamw, rate = 6e-4, betas = [0.9, 0.99], weight-decay = 0.1 }
      outer { kind = delayed-nesterov, rate = 0.7, momentum = 0.9, period = 4, c = 0.0 }
      workers { count = %d, local-steps = 20, dylu = true }
      mailbox = delayed-nesterov
    }
    """
        .formatted(seed, workers);
  }

  private static Metric event(double seconds, int worker, Metric.Kind kind, String reason) {
    return new Metric.WorkerEvent(seconds, "worker-" + (worker + 1), kind, reason);
  }
}
