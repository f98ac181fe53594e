package org.estafette.actor.run;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.Pushes;
import org.estafette.actor.record.Staleness;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.model.Score;
import org.jspecify.annotations.Nullable;

/**
 * Follows a run by what its server decides, or without one by what its workers report, and writes
 * it down: one line a push or a round, a worker's coming and going, and a progress point for each
 * hundredth of the run. Fed by one thread; {@link #now} may be read by any.
 */
public final class RunMonitor {
  private static final int POINTS = 100;
  private static final int RATE_POINTS = 8;
  // Weight of the newest round in the running mean of the training loss.
  private static final double NEWEST = 0.1;

  private final long budgetTokens;
  private final Consumer<Metric> log;
  private final TreeSet<PeerId> live = new TreeSet<>();
  private final TreeSet<PeerId> seen = new TreeSet<>();
  private final Map<String, Long> refused = new TreeMap<>();
  private double loss = Double.NaN;
  private @Nullable Score validation;
  private long tokens;
  private long localSteps;
  private long accepted;
  private long merged;
  private double stalenessSum;
  private long stalenessMax;
  private long version;
  private int restarts;
  private long nextPoint;

  /**
   * Where the last points stood. Workers in step report all at once: a rate from one point to the
   * next would be nought and then enormous.
   */
  private final ArrayDeque<Mark> marks = new ArrayDeque<>();

  private boolean finished;
  private double beganAt = Double.NaN;
  private long tokensBefore;
  private final Map<PeerId, List<PeerId>> neighbours = new TreeMap<>();
  private boolean withoutServer;
  private long fresh;
  private long held;
  private long superseded;
  private long epoch;
  private int repairs;
  private @Nullable Double consensus;
  private volatile Snapshot snapshot;

  private record Mark(double at, long tokens) {}

  /**
   * Where a run stands.
   *
   * @param seconds of the newest decision, since the server began
   * @param beganAt when the first round was given out, in the same seconds; NaN before
   * @param tokensBefore tokens of what was resumed: they took no time now
   * @param trainLoss running mean over rounds; NaN before the first
   * @param validationLoss the newest; null before the first
   * @param validationAccuracy likewise; null too where the model does not classify
   * @param workers live workers
   * @param restarts workers that came back after a loss
   * @param exchanges of a run without a server; null with one
   */
  public record Snapshot(
      double seconds,
      double beganAt,
      long tokens,
      long tokensBefore,
      long budgetTokens,
      long localSteps,
      double trainLoss,
      @Nullable Double validationLoss,
      @Nullable Double validationAccuracy,
      long version,
      int workers,
      int restarts,
      Pushes pushes,
      Staleness staleness,
      @Nullable Exchanges exchanges,
      boolean finished) {

    /** Seconds from the first round given out to the newest decision. */
    public double trainingSeconds() {
      return Double.isNaN(beganAt) ? 0 : seconds - beganAt;
    }

    /** Mean throughput of this part of the run. */
    public double tokensPerSecond() {
      return trainingSeconds() > 0 ? (tokens - tokensBefore) / trainingSeconds() : 0;
    }

    /**
     * As a line of progress.
     *
     * @param at seconds to show
     * @param validated whether the validation is new
     */
    public Metric.ProgressPoint point(double at, boolean validated) {
      return new Metric.ProgressPoint(
          at,
          tokens,
          localSteps,
          trainLoss,
          validated ? validationLoss : null,
          validated ? validationAccuracy : null,
          tokensPerSecond(),
          version,
          workers,
          pushes,
          staleness,
          exchanges);
    }
  }

  /**
   * @param budgetTokens length of the run
   * @param log takes the lines
   */
  public RunMonitor(long budgetTokens, Consumer<Metric> log) {
    this.budgetTokens = budgetTokens;
    this.log = log;
    this.nextPoint = Math.max(1, budgetTokens / POINTS);
    this.snapshot = take(0);
  }

  /** Goes on from what an earlier part of the run has done. */
  public void resume(long tokens, long localSteps, long version) {
    this.tokens = tokens;
    this.localSteps = localSteps;
    this.version = version;
    this.tokensBefore = tokens;
    this.nextPoint = tokens + Math.max(1, budgetTokens / POINTS);
    snapshot = take(0);
  }

  /** A worker of the part that is resumed is still there. */
  public void present(PeerId worker) {
    seen.add(worker);
    live.add(worker);
  }

  /** The server has decided something. */
  public void decided(double at, Decision decision) {
    switch (decision) {
      case Decision.Applied a -> applied(at, a);
      case Decision.Refused r -> refused(at, r.header(), r.reason(), r.detail());
      case Decision.Joined j -> {
        // The first life in this part of the run is no restart, whatever its number.
        boolean again = !seen.add(j.worker());
        live.add(j.worker());
        restarts += again ? 1 : 0;
        event(
            at,
            j.worker(),
            again ? Metric.Kind.RESTARTED : Metric.Kind.JOINED,
            "incarnation " + j.incarnation());
      }
      case Decision.Left l -> {
        if (!live.remove(l.worker()) && !seen.contains(l.worker())) {
          break; // Of the part of the run that was resumed from: its end is known.
        }
        event(at, l.worker(), Metric.Kind.LOST, "local steps lost: " + l.stepsLost());
      }
      case Decision.Finished f -> {
        finished = true;
        point(at);
      }
      case Decision.Assigned a -> {
        if (Double.isNaN(beganAt)) {
          beganAt = at;
          marks.add(new Mark(at, tokens));
        }
      }
      case Decision.Mixed m -> mixed(at, m);
      case Decision.Rewired r -> rewired(at, r);
      case Decision.RoundClosed r -> {}
    }
    snapshot = take(at);
  }

  private void applied(double at, Decision.Applied a) {
    tokens += a.report().tokens();
    localSteps += a.report().steps();
    version = a.version();
    if (a.merged()) {
      merged++;
    } else {
      accepted++;
    }
    stalenessSum += a.staleness();
    stalenessMax = Math.max(stalenessMax, a.staleness());
    train(a.report().meanLoss());
    log.accept(
        new Metric.PushRecord(
            at,
            a.header().sender().toString(),
            a.header().round(),
            a.report().seconds(),
            a.report().steps(),
            a.report().tokens(),
            a.report().meanLoss(),
            a.staleness(),
            a.weight(),
            a.merged() ? Metric.Outcome.MERGED : Metric.Outcome.ACCEPTED,
            null));
    if (tokens >= nextPoint) {
      point(at);
    }
  }

  /** A worker's round: its version is the number of rounds of all workers. */
  private void mixed(double at, Decision.Mixed m) {
    tokens += m.report().tokens();
    localSteps += m.report().steps();
    version++;
    accepted++;
    fresh += m.fresh();
    held += m.held();
    train(m.report().meanLoss());
    log.accept(
        new Metric.PushRecord(
            at,
            m.worker().toString(),
            m.round(),
            m.report().seconds(),
            m.report().steps(),
            m.report().tokens(),
            m.report().meanLoss(),
            0,
            1,
            Metric.Outcome.ACCEPTED,
            null,
            new Metric.Mix(
                m.fresh(), m.held(), m.mass(), Double.isNaN(m.spread()) ? null : m.spread())));
    if (tokens >= nextPoint) {
      point(at);
    }
  }

  /** What a worker's place in the graph was at first is no news. */
  private void rewired(double at, Decision.Rewired r) {
    List<PeerId> before = neighbours.put(r.worker(), r.neighbours());
    if (before != null && !before.equals(r.neighbours())) {
      event(
          at,
          r.worker(),
          Metric.Kind.NOTE,
          "neighbours are now "
              + r.neighbours().stream().map(PeerId::toString).collect(Collectors.joining(", "))
              + " (epoch "
              + r.epoch()
              + ")");
    }
  }

  private void train(double meanLoss) {
    loss = Double.isNaN(loss) ? meanLoss : (1 - NEWEST) * loss + NEWEST * meanLoss;
  }

  /** The run has no server: a new graph, of that epoch; {@code lost} where a worker left it. */
  public void graph(double at, long newEpoch, boolean lost) {
    withoutServer = true;
    epoch = newEpoch;
    repairs += lost ? 1 : 0;
    if (Double.isNaN(beganAt)) {
      beganAt = at;
      marks.add(new Mark(at, tokens));
    }
    snapshot = take(at);
  }

  /** Mailboxes dropped that many messages for newer ones. */
  public void superseded(long messages) {
    superseded += messages;
  }

  /** Ξ was measured. */
  public void consensus(double at, double distance) {
    consensus = distance;
    snapshot = take(at);
  }

  private void refused(double at, Header h, Refusal reason, String detail) {
    refused.merge(reason.key(), 1L, Long::sum);
    log.accept(
        new Metric.PushRecord(
            at,
            h.sender().toString(),
            h.round(),
            0,
            0,
            0,
            Double.NaN,
            0,
            0,
            Metric.Outcome.REFUSED,
            reason.key() + ": " + detail));
  }

  private void event(double at, PeerId worker, Metric.Kind kind, String reason) {
    log.accept(new Metric.WorkerEvent(at, worker.toString(), kind, reason));
  }

  /** The parameters were validated. */
  public void validated(double at, Score score) {
    validation = score;
    point(at, score);
    snapshot = take(at);
  }

  private void point(double at) {
    point(at, null);
  }

  /** One line; {@code measured} is the validation if it was done just now. */
  private void point(double at, @Nullable Score measured) {
    Mark since = marks.isEmpty() ? new Mark(at, tokens) : marks.getFirst();
    double rate = at > since.at() ? (tokens - since.tokens()) / (at - since.at()) : 0;
    marks.add(new Mark(at, tokens));
    if (marks.size() > RATE_POINTS) {
      marks.removeFirst();
    }
    nextPoint = tokens + Math.max(1, budgetTokens / POINTS);
    log.accept(
        new Metric.ProgressPoint(
            at,
            tokens,
            localSteps,
            loss,
            loss(measured),
            accuracy(measured),
            rate,
            version,
            live.size(),
            pushes(),
            staleness(),
            exchanges()));
  }

  private @Nullable Exchanges exchanges() {
    return withoutServer ? new Exchanges(fresh, held, superseded, epoch, repairs, consensus) : null;
  }

  private static @Nullable Double loss(@Nullable Score score) {
    return score == null ? null : score.loss();
  }

  private static @Nullable Double accuracy(@Nullable Score score) {
    return score == null || !score.classifies() ? null : score.accuracy();
  }

  private Pushes pushes() {
    return new Pushes(accepted, merged, refused);
  }

  private Staleness staleness() {
    long n = accepted + merged;
    return n == 0 ? Staleness.NONE : new Staleness(stalenessSum / n, stalenessMax);
  }

  private Snapshot take(double at) {
    return new Snapshot(
        at,
        beganAt,
        tokens,
        tokensBefore,
        budgetTokens,
        localSteps,
        loss,
        loss(validation),
        accuracy(validation),
        version,
        live.size(),
        restarts,
        pushes(),
        staleness(),
        exchanges(),
        finished);
  }

  /** Where the run stands now. */
  public Snapshot now() {
    return snapshot;
  }
}
