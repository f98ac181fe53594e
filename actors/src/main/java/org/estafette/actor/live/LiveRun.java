package org.estafette.actor.live;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.estafette.actor.record.Metric;
import org.estafette.actor.run.RunMonitor;
import org.jspecify.annotations.Nullable;

/**
 * What can be known of a run, gathered line by line as its metrics are written. Memory is bounded,
 * however long the run; one line costs no more than a few additions. Fed by one thread, read by
 * any.
 */
public final class LiveRun implements RunView, Consumer<Metric> {
  private static final int EVENTS = 4096;
  private static final int POINTS = 2048;
  private static final int PUSHES = 4096;
  private static final int LINES = 1000;
  private static final int FAULTS = 1000;

  private final LiveFacts facts;
  private final Supplier<RunMonitor.Snapshot> now;
  private final DoubleSupplier clock;
  private final Followers followers = new Followers(EVENTS);

  // Guarded by this, as all below. Order of locks: this, then the followers'.
  private final Map<String, Ledger> ledgers = new TreeMap<>(BY_SLOT);
  private final Map<String, List<String>> neighbours = new TreeMap<>(BY_SLOT);
  private final TreeSet<String> unreachable = new TreeSet<>();
  private final Curve curve = new Curve(POINTS);
  private final Ring<Metric.PushRecord> pushes = new Ring<>(PUSHES);
  private final Ring<Metric> lines = new Ring<>(LINES);
  private final TreeMap<Long, FaultStatus> faults = new TreeMap<>();
  private final RecentPushes recent = new RecentPushes();
  private String config;
  private String server = "";
  private long epoch;
  private double rate;
  private String paused = "";
  private String stopping = "";
  private String ended = "";
  private String checkpointFailed = "";
  private RunStatus.@Nullable CheckpointStatus checkpoint;

  static final Comparator<String> BY_SLOT =
      Comparator.<String>comparingInt(LiveRun::slot).thenComparing(Comparator.naturalOrder());

  private static int slot(String worker) {
    String digits = worker.substring(worker.lastIndexOf('-') + 1);
    return digits.matches("[0-9]{1,9}") ? Integer.parseInt(digits) : Integer.MAX_VALUE;
  }

  /**
   * A run of which nothing has happened yet.
   *
   * @param now where the run stands
   * @param clock seconds of the run, pauses left out; may be called from any thread
   * @param config effective configuration, as {@link RunView#config} gives it
   */
  public LiveRun(
      LiveFacts facts, Supplier<RunMonitor.Snapshot> now, DoubleSupplier clock, String config) {
    this.facts = facts;
    this.now = now;
    this.clock = clock;
    this.config = config;
  }

  // What happens.

  /** A line of the metrics. */
  @Override
  public void accept(Metric metric) {
    synchronized (this) {
      keep(metric);
      followers.add(metric);
    }
  }

  /**
   * Lines of the part of the run that is resumed: known, but no news to anybody, and no reason to
   * warn any more.
   *
   * @param past hands them on, one after the other
   */
  public synchronized void recall(Consumer<Consumer<Metric>> past) {
    past.accept(this::keep);
    ledgers.values().forEach(Ledger::past);
    rate = 0;
    recent.clear();
    checkpointFailed = "";
    paused = "";
    stopping = "";
  }

  /** Nobody is an outlier any more. */
  public synchronized void unmark() {
    ledgers.values().forEach(Ledger::unmark);
  }

  private void keep(Metric metric) {
    switch (metric) {
      case Metric.ProgressPoint p -> {
        rate = p.tokensPerSecond();
        curve.add(p);
      }
      case Metric.PushRecord p -> {
        pushes.add(p);
        recent.add(p);
        // A refused push may name any slot at all: it makes no worker of it.
        if (p.outcome() != Metric.Outcome.REFUSED || ledgers.containsKey(p.worker())) {
          ledger(p.worker()).add(p);
        }
      }
      case Metric.WorkerEvent e -> {
        lines.add(e);
        ledger(e.worker()).add(e);
      }
      case Metric.RunEvent e -> {
        lines.add(e);
        happened(e);
      }
      case Metric.FaultRecord e -> {
        lines.add(e);
        faults.compute(e.id(), (id, before) -> FaultStatus.of(before, e));
        if (faults.size() > FAULTS) {
          faults.pollFirstEntry();
        }
      }
    }
  }

  private void happened(Metric.RunEvent e) {
    switch (e.kind()) {
      case PAUSED -> paused = e.text();
      case RESUMED -> paused = "";
      case STOPPING -> stopping = e.text();
      case CHECKPOINT -> checkpointFailed = "";
      case CHECKPOINT_FAILED -> checkpointFailed = e.text();
      case CHANGED, MEMBER, NOTE -> {}
    }
  }

  private Ledger ledger(String worker) {
    return ledgers.computeIfAbsent(worker, Ledger::new);
  }

  /** A worker has reported. */
  public synchronized void known(String worker, String key, String node, int incarnation) {
    ledger(worker).known(key, node, incarnation);
  }

  /** Whom a worker exchanges with in the graph of that epoch. */
  public synchronized void exchanges(String worker, List<String> with, long ofEpoch) {
    neighbours.put(worker, List.copyOf(with));
    epoch = Math.max(epoch, ofEpoch);
  }

  /** Where the server is, and its fencing epoch. */
  public synchronized void server(String address, long fencing) {
    server = address;
    epoch = fencing;
  }

  /** A node can be reached, or not; one that is gone for good is no longer unreachable. */
  public synchronized void reachable(String node, boolean isReachable) {
    if (isReachable) {
      unreachable.remove(node);
    } else {
      unreachable.add(node);
    }
  }

  /** A checkpoint is on disk. */
  public synchronized void checkpoint(RunStatus.CheckpointStatus written) {
    checkpoint = written;
  }

  /** The effective configuration has changed. */
  public synchronized void config(String effective) {
    config = effective;
  }

  /** The run is over. */
  public synchronized void ended(String reason) {
    ended = reason;
  }

  // What is known.

  @Override
  public synchronized RunStatus status() {
    RunMonitor.Snapshot s = now.get();
    RunState state = state(s);
    double speed = rate > 0 ? rate : s.tokensPerSecond();
    long left = Math.max(0, s.budgetTokens() - s.tokens());
    return new RunStatus(
        Long.toHexString(facts.run()),
        facts.name(),
        facts.release(),
        facts.strategy(),
        state,
        reason(state, s),
        Math.max(clock.getAsDouble(), s.seconds()),
        s.tokens(),
        s.budgetTokens(),
        state == RunState.TRAINING && speed > 0 ? (Double) (left / speed) : null,
        speed,
        s.localSteps(),
        Double.isNaN(s.trainLoss()) ? null : (Double) s.trainLoss(),
        s.validationLoss(),
        s.validationAccuracy(),
        s.version(),
        s.workers(),
        facts.workers(),
        s.restarts(),
        facts.gain(),
        s.pushes(),
        s.staleness(),
        s.exchanges(),
        checkpoint,
        warnings(state));
  }

  private RunState state(RunMonitor.Snapshot s) {
    if (!ended.isEmpty()) {
      return RunState.ENDED;
    }
    if (!stopping.isEmpty()) {
      return RunState.STOPPING;
    }
    if (!paused.isEmpty()) {
      return RunState.PAUSED;
    }
    return Double.isNaN(s.beganAt()) ? RunState.WAITING : RunState.TRAINING;
  }

  private String reason(RunState state, RunMonitor.Snapshot s) {
    return switch (state) {
      case ENDED -> ended;
      case STOPPING -> stopping;
      case PAUSED -> paused;
      case WAITING -> s.workers() + " of " + facts.workers() + " workers are there";
      case TRAINING -> s.workers() + " of " + facts.workers() + " workers take part";
    };
  }

  private List<String> warnings(RunState state) {
    List<String> warnings = new ArrayList<>();
    if (!checkpointFailed.isEmpty()) {
      warnings.add("the newest checkpoint could not be written: " + checkpointFailed);
    }
    unreachable.forEach(node -> warnings.add("node " + node + " cannot be reached"));
    recent.warning().ifPresent(warnings::add);
    ledgers.forEach((worker, ledger) -> {
      if (!ledger.quarantine().isEmpty()) {
        warnings.add(worker + " is in quarantine: " + ledger.quarantine());
      }
      if (!ledger.outlier().isEmpty()) {
        warnings.add(worker + " is an outlier: " + ledger.outlier());
      }
    });
    if (state == RunState.TRAINING) {
      double at = clock.getAsDouble();
      ledgers.forEach((worker, ledger) -> {
        Double silent = ledger.overdue(at);
        if (silent != null) {
          warnings.add(
              worker
                  + " on "
                  + ledger.node()
                  + " is overdue: no push for "
                  + Math.round(silent)
                  + " s");
        }
      });
    }
    return warnings;
  }

  @Override
  public synchronized List<WorkerStatus> workers() {
    double all = ledgers.values().stream().mapToDouble(Ledger::given).sum();
    return ledgers.values().stream().map(l -> l.status(all)).toList();
  }

  @Override
  public synchronized TopologyStatus topology() {
    return Topologies.of(facts, epoch, server, ledgers, neighbours);
  }

  @Override
  public synchronized History history(int points) {
    if (points < 2) {
      throw new IllegalArgumentException("points=" + points + " (expected >= 2)");
    }
    return new History(followers.next(), curve.thinned(points), pushes.all(), lines.all());
  }

  @Override
  public synchronized List<FaultStatus> faults() {
    return List.copyOf(faults.values());
  }

  @Override
  public synchronized String config() {
    return config;
  }

  @Override
  public synchronized AutoCloseable follow(long lastSeen, Consumer<LiveEvent> listener) {
    return followers.follow(lastSeen, listener);
  }
}
