package org.estafette.actor.manage.dashboard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.estafette.actor.live.History;
import org.estafette.actor.live.LiveEvent;
import org.estafette.actor.live.RunState;
import org.estafette.actor.live.RunStatus;
import org.estafette.actor.live.RunView;
import org.estafette.actor.live.TopologyStatus;
import org.estafette.actor.live.WorkerStatus;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.Pushes;
import org.estafette.actor.record.Staleness;
import org.estafette.algorithm.random.CounterRandom;

/**
 * A made-up run that goes on when it is told to, the same each time: workers of unequal speed, one
 * of which is lost and comes back, with a server or on a ring.
 */
public final class ScriptedRun implements RunView {
  static final long BUDGET = 6_000_000;
  private static final int TOKENS_PER_STEP = 2048;
  private static final double[] SECONDS_PER_STEP = {0.033, 0.043, 0.087, 0.19};
  private static final int LOST_AT_PUSH = 60;
  private static final int BACK_AT_PUSH = 75;
  private static final int VICTIM = 1;

  private final String run;
  private final boolean server;
  private final long seed;
  private final Worker[] workers;
  private final List<LiveEvent> events = new ArrayList<>();
  private final List<Consumer<LiveEvent>> listeners = new CopyOnWriteArrayList<>();
  private final Map<String, Long> refused = new TreeMap<>();
  private RunState state = RunState.TRAINING;
  private String reason = "workers train";
  private List<String> warnings = List.of();
  private boolean writes;
  private double now;
  private long tokens;
  private long steps;
  private long version;
  private long accepted;
  private long merged;
  private long pushes;
  private int restarts;
  private double stalenessSum;
  private long stalenessMax;

  private static final class Worker {
    final String name;
    final double secondsPerStep;
    boolean live = true;
    int incarnation = 1;
    long round;
    double began;
    double ends;
    int roundSteps;
    long base;
    long accepted;
    long merged;
    final Map<String, Long> refused = new TreeMap<>();
    long steps;
    double stalenessSum;
    long stalenessMax;
    double loss = Double.NaN;
    double last;
    double lostAt;
    final List<WorkerStatus.Restart> restarts = new ArrayList<>();

    Worker(int slot) {
      name = "worker-" + slot;
      secondsPerStep = SECONDS_PER_STEP[slot % SECONDS_PER_STEP.length];
    }
  }

  /**
   * @param run its number
   * @param count of workers
   * @param server whether there is one; else a ring
   */
  public ScriptedRun(String run, int count, boolean server) {
    this.run = run;
    this.server = server;
    this.seed = run.hashCode();
    this.workers = IntStream.range(0, count).mapToObj(Worker::new).toArray(Worker[]::new);
    for (Worker w : workers) {
      tell(new Metric.WorkerEvent(0, w.name, Metric.Kind.JOINED, "incarnation 1"));
      begin(w, 0);
    }
  }

  /** So many pushes happen. */
  public synchronized ScriptedRun go(int more) {
    for (int i = 0; i < more; i++) {
      pushes++;
      if (pushes == LOST_AT_PUSH) {
        lose(workers[VICTIM]);
      } else if (pushes == BACK_AT_PUSH) {
        comeBack(workers[VICTIM]);
      }
      Worker next =
          Arrays.stream(workers)
              .filter(w -> w.live)
              .min(Comparator.comparingDouble(w -> w.ends))
              .orElseThrow();
      now = next.ends;
      push(next);
      begin(next, now + 0.02);
      if (pushes % 4 == 0) {
        progress(pushes % 20 == 0);
      }
      if (pushes % 100 == 0) {
        tell(
            new Metric.RunEvent(
                now, Metric.RunKind.CHECKPOINT, "checkpoints/version-" + version + ", 12.8 MB"));
      }
    }
    return this;
  }

  public synchronized void turn(RunState into, String why, Metric.RunKind kind) {
    state = into;
    reason = why;
    tell(new Metric.RunEvent(now, kind, why));
  }

  public synchronized ScriptedRun warn(String... what) {
    warnings = List.of(what);
    return this;
  }

  public synchronized ScriptedRun withWrites() {
    writes = true;
    return this;
  }

  private void lose(Worker w) {
    w.live = false;
    w.lostAt = now;
    tell(
        new Metric.WorkerEvent(
            now, w.name, Metric.Kind.LOST, "no heartbeat for 2 s; local steps lost: 12"));
    w.restarts.add(new WorkerStatus.Restart(now, w.incarnation, "no heartbeat for 2 s", 12, null));
  }

  private void comeBack(Worker w) {
    w.live = true;
    w.incarnation++;
    restarts++;
    w.restarts.set(
        0, new WorkerStatus.Restart(w.lostAt, 1, "no heartbeat for 2 s", 12, now - w.lostAt));
    tell(
        new Metric.WorkerEvent(now, w.name, Metric.Kind.RESTARTED, "incarnation " + w.incarnation));
    begin(w, now);
  }

  private void begin(Worker w, double at) {
    w.roundSteps = Math.max(4, (int) (20 * SECONDS_PER_STEP[0] / w.secondsPerStep));
    double jitter =
        1 + 0.3 * CounterRandom.uniform(CounterRandom.key(seed, w.name.hashCode()), w.round);
    w.began = at;
    w.ends = at + w.roundSteps * w.secondsPerStep * jitter;
    w.base = version;
  }

  private void push(Worker w) {
    long staleness = server ? version - w.base : 0;
    long draw = CounterRandom.below(seed, pushes, 40);
    Metric.Outcome outcome =
        !server
            ? Metric.Outcome.ACCEPTED
            : draw == 0
                ? Metric.Outcome.REFUSED
                : draw < 4 ? Metric.Outcome.MERGED : Metric.Outcome.ACCEPTED;
    @org.jspecify.annotations.Nullable String why = null;
    w.loss = loss(0.05);
    w.last = now;
    switch (outcome) {
      case ACCEPTED -> {
        accepted++;
        w.accepted++;
      }
      case MERGED -> {
        merged++;
        w.merged++;
        why = "backlog of 2";
      }
      case REFUSED -> {
        String key = pushes % 3 == 0 ? "not_finite" : "too_stale";
        why = key + ": staleness 11 (expected at most 10)";
        refused.merge(key, 1L, Long::sum);
        w.refused.merge(key, 1L, Long::sum);
      }
    }
    boolean applied = outcome != Metric.Outcome.REFUSED;
    if (applied) {
      version++;
      tokens += (long) w.roundSteps * TOKENS_PER_STEP;
      steps += w.roundSteps;
      w.steps += w.roundSteps;
      stalenessSum += staleness;
      stalenessMax = Math.max(stalenessMax, staleness);
      w.stalenessSum += staleness;
      w.stalenessMax = Math.max(w.stalenessMax, staleness);
    }
    int held = (int) CounterRandom.below(seed + 1, pushes, 5) / 3;
    tell(
        new Metric.PushRecord(
            now,
            w.name,
            w.round++,
            applied ? now - w.began : 0,
            applied ? w.roundSteps : 0,
            applied ? (long) w.roundSteps * TOKENS_PER_STEP : 0,
            applied ? w.loss : Double.NaN,
            staleness,
            applied ? 0.5 : 0,
            outcome,
            why,
            server ? null : new Metric.Mix(2 - held, held, 1, 0.01)));
  }

  private void progress(boolean validated) {
    tell(
        new Metric.ProgressPoint(
            now,
            tokens,
            steps,
            loss(0.02),
            validated ? loss(0.004) + 0.03 : null,
            null,
            rate(),
            version,
            live(),
            counts(),
            staleness(),
            exchanges()));
  }

  private double rate() {
    return 145_000 * (0.93 + 0.14 * CounterRandom.uniform(seed, tokens)) * live() / workers.length;
  }

  private double loss(double noise) {
    double curve = 1.55 + 4 / (1 + Math.pow(tokens / 150_000.0, 0.85));
    return curve + noise * CounterRandom.gaussian(seed, tokens + (long) (noise * 1e6));
  }

  private int live() {
    return (int) Arrays.stream(workers).filter(w -> w.live).count();
  }

  private Pushes counts() {
    return new Pushes(accepted, merged, refused);
  }

  private Staleness staleness() {
    return new Staleness(stalenessSum / Math.max(1, accepted + merged), stalenessMax);
  }

  private @org.jspecify.annotations.Nullable Exchanges exchanges() {
    return server
        ? null
        : new Exchanges(
            accepted * 2 - accepted / 5,
            accepted / 5,
            accepted / 9,
            restarts + 1,
            restarts,
            0.4 / (1 + tokens / 400_000.0) + 0.02 * CounterRandom.uniform(seed + 2, tokens));
  }

  private void tell(Metric metric) {
    LiveEvent event = new LiveEvent(events.size() + 1, metric);
    events.add(event);
    listeners.forEach(l -> l.accept(event));
  }

  @Override
  public List<org.estafette.actor.live.FaultStatus> faults() {
    return List.of();
  }

  @Override
  public synchronized RunStatus status() {
    return new RunStatus(
        run,
        server ? "shakespeare" : "gossip-ring",
        "0.1.0",
        server ? "async delayed-nesterov dylu" : "gossip ring",
        state,
        reason,
        now,
        tokens,
        BUDGET,
        (BUDGET - tokens) / 145_000.0,
        rate(),
        steps,
        loss(0.02),
        loss(0.004) + 0.03,
        null,
        version,
        live(),
        workers.length,
        restarts,
        7,
        counts(),
        staleness(),
        exchanges(),
        new RunStatus.CheckpointStatus("checkpoints/version-" + version, version, now / 2),
        warnings);
  }

  @Override
  public synchronized List<WorkerStatus> workers() {
    double all = Math.max(1, Arrays.stream(workers).mapToLong(w -> w.steps).sum());
    return Arrays.stream(workers)
        .map(w ->
            new WorkerStatus(
                w.name,
                "k" + w.name,
                "127.0.0.1:" + (25520 + w.name.hashCode() % 10),
                w.live,
                w.incarnation,
                1 / w.secondsPerStep,
                w.round,
                w.steps,
                w.steps * TOKENS_PER_STEP,
                w.accepted,
                w.merged,
                w.refused,
                new Staleness(w.stalenessSum / Math.max(1, w.accepted + w.merged), w.stalenessMax),
                w.steps / all,
                w.loss,
                w.last,
                w.restarts,
                false,
                server && w.name.equals("worker-3")
                    ? "cosine -0.71 with the sum of the 3 others, who agree by 0.42 (expected above"
                        + " -0.23)"
                    : null))
        .toList();
  }

  @Override
  public synchronized TopologyStatus topology() {
    List<TopologyStatus.Node> nodes = new ArrayList<>();
    List<TopologyStatus.Link> links = new ArrayList<>();
    if (server) {
      nodes.add(new TopologyStatus.Node("server", "127.0.0.1:25520", true));
    }
    List<String> ring = new ArrayList<>();
    for (Worker w : workers) {
      nodes.add(new TopologyStatus.Node(w.name, "127.0.0.1:25521", w.live));
      if (w.live && server) {
        links.add(new TopologyStatus.Link("server", w.name));
      } else if (w.live) {
        ring.add(w.name);
      }
    }
    for (int i = 0; i < ring.size(); i++) {
      links.add(new TopologyStatus.Link(ring.get(i), ring.get((i + 1) % ring.size())));
    }
    return new TopologyStatus(server ? "server" : "ring", 1 + restarts, nodes, links, false);
  }

  @Override
  public synchronized History history(int points) {
    List<Metric> all = events.stream().map(LiveEvent::metric).toList();
    List<Metric.ProgressPoint> progress =
        all.stream()
            .filter(Metric.ProgressPoint.class::isInstance)
            .map(Metric.ProgressPoint.class::cast)
            .toList();
    return new History(
        events.size() + 1,
        progress.subList(Math.max(0, progress.size() - points), progress.size()),
        all.stream()
            .filter(Metric.PushRecord.class::isInstance)
            .map(Metric.PushRecord.class::cast)
            .toList(),
        all.stream()
            .filter(m -> m instanceof Metric.WorkerEvent || m instanceof Metric.RunEvent)
            .toList());
  }

  @Override
  public synchronized String config() {
    return """
    estafette {
        # Address and port of HTTP.
        management {
            # Whether pause, resume, checkpoint, stop and changes are obeyed.
            writes=%s
        }
        # How far one push moves the model. [> 0]
        outer {
            momentum=0.9
            # Learning rate of the outer step.
            rate=0.7
        }
        workers {
            count=%d
            # Relative speeds.
            speeds=[
                1,
                0.5
            ]
        }
    }
    """
        .formatted(writes, workers.length);
  }

  @Override
  public synchronized AutoCloseable follow(long lastSeen, Consumer<LiveEvent> listener) {
    if (lastSeen >= 0) {
      events.stream().filter(e -> e.id() > lastSeen).forEach(listener);
    }
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
