package org.estafette.actor.run;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.Pushes;
import org.estafette.actor.record.Staleness;
import org.estafette.actor.record.Wasted;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.model.Score;
import org.estafette.fault.FaultEvent;
import org.estafette.fault.FaultKind;
import org.jspecify.annotations.Nullable;

/**
 * Follows a run by what its server decides, or without one by what its workers report, and writes
 * it down: one line a push or a round, a worker's coming and going, and a progress point for each
 * hundredth of the run. Fed by one thread; {@link #now} may be read by any.
 */
public final class RunMonitor {
  private static final int POINTS = 100;
  // Weight of the newest round in the running mean of the training loss.
  private static final double NEWEST = 0.1;

  private final Consumer<Metric> log;
  private final List<Consumer<Metric>> followers = new CopyOnWriteArrayList<>();
  private final PushCounts counts = new PushCounts();
  private final ExchangeCounts exchanges = new ExchangeCounts();
  private final Throughput throughput = new Throughput();
  private final Presence presence = new Presence();
  private long budgetTokens;
  private double loss = Double.NaN;
  private @Nullable Score validation;
  private long tokens;
  private long localSteps;
  private long version;
  private long nextPoint;
  private boolean finished;
  private double startsAt;
  private double trainedBefore;
  private double beganAt = Double.NaN;
  private long tokensBefore;
  private volatile Snapshot snapshot;

  /**
   * Where a run stands.
   *
   * @param seconds of the newest decision, since the run began, pauses left out
   * @param beganAt when the first round was given out, in the same seconds; NaN before
   * @param tokensBefore tokens of what was resumed: they took no time now
   * @param trainLoss running mean over rounds; NaN before the first
   * @param validationLoss the newest; null before the first
   * @param validationAccuracy likewise; null too where the model does not classify
   * @param workers live workers
   * @param restarts workers that came back after a loss
   * @param exchanges of a run without a server; null with one
   * @param trainedBefore training seconds of the parts of the run that were resumed from
   * @param wasted training of rounds that were given up; null where none was
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
      boolean finished,
      double trainedBefore,
      @Nullable Wasted wasted) {

    /** Training seconds of the whole run, as far as they are known. */
    public double wholeSeconds() {
      return trainedBefore + trainingSeconds();
    }

    /** Mean throughput of the whole run, as far as it is known. */
    public double wholeTokensPerSecond() {
      double whole = wholeSeconds();
      return trainedBefore > 0 && whole > 0 ? tokens / whole : tokensPerSecond();
    }

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

  /** Hands every line on from now on, after it was written down; called by who feeds this. */
  public void follow(Consumer<Metric> follower) {
    followers.add(follower);
  }

  private void write(Metric metric) {
    log.accept(metric);
    for (Consumer<Metric> follower : followers) {
      follower.accept(metric);
    }
  }

  /** Goes on from what an earlier part of the run had counted; before {@link #resume}. */
  public void before(RunTally tally) {
    startsAt = tally.seconds();
    trainedBefore = tally.trainingSeconds();
    counts.resume(tally);
    presence.resume(tally.restarts());
    exchanges.resume(tally.exchanges());
    snapshot = take(startsAt);
  }

  /** What has been counted so far, to go on from. */
  public RunTally tally() {
    Snapshot s = snapshot;
    return new RunTally(
        s.seconds(),
        s.wholeSeconds(),
        s.pushes(),
        s.staleness(),
        s.restarts(),
        s.exchanges(),
        s.wasted());
  }

  /** The run is longer or shorter than it was to be. */
  public void budget(long newTokens) {
    budgetTokens = newTokens;
    nextPoint = Math.min(nextPoint, tokens + Math.max(1, newTokens / POINTS));
    snapshot = take(snapshot.seconds());
  }

  /** Something happened to the run as a whole. */
  public void event(double at, Metric.RunKind kind, String text) {
    write(new Metric.RunEvent(at, kind, text));
  }

  /** A fault was brought about, has done something or is over. */
  public void fault(double at, FaultEvent event) {
    PeerId who = FaultKind.named(event.fault()).stream().findFirst().orElse(null);
    write(
        new Metric.FaultRecord(
            at,
            event.id(),
            FaultKind.of(event.fault()).word(),
            who == null ? null : who.toString(),
            event.phase().word(),
            event.text(),
            event.met()));
  }

  /**
   * Why a worker goes that is about to be reported as gone.
   *
   * @param orderly whether it left of its own accord
   */
  public void departs(PeerId worker, String cause, boolean orderly) {
    presence.departs(worker, cause, orderly);
  }

  /** Goes on from what an earlier part of the run has done. */
  public void resume(long tokens, long localSteps, long version) {
    this.tokens = tokens;
    this.localSteps = localSteps;
    this.version = version;
    this.tokensBefore = tokens;
    this.nextPoint = tokens + Math.max(1, budgetTokens / POINTS);
    snapshot = take(startsAt);
  }

  /** A worker of the part that is resumed is still there. */
  public void present(PeerId worker) {
    presence.present(worker);
  }

  /** The server has decided something. */
  public void decided(double at, Decision decision) {
    switch (decision) {
      case Decision.Applied a -> applied(at, a);
      case Decision.Refused r -> {
        counts.refused(r.reason().key());
        write(Rounds.of(at, r));
      }
      case Decision.Joined j -> write(presence.joined(at, j));
      case Decision.Left l -> {
        Metric left = presence.left(at, l);
        if (left != null) {
          write(left);
        }
      }
      case Decision.Finished f -> {
        finished = true;
        point(at);
      }
      case Decision.Assigned a -> {
        if (Double.isNaN(beganAt)) {
          beganAt = at;
          throughput.begin(at, tokens);
        }
      }
      case Decision.Mixed m -> mixed(at, m);
      case Decision.Rewired r -> {
        // What a worker's place in the graph was at first is no news.
        if (exchanges.rewired(r)) {
          write(WorkerLines.of(at, r));
        }
      }
      case Decision.Quarantined q -> write(WorkerLines.of(at, q));
      case Decision.Released r -> write(WorkerLines.of(at, r));
      case Decision.Wasted w -> {
        counts.wasted(w.steps(), w.tokens());
        write(WorkerLines.of(at, w));
      }
      case Decision.Outlier o -> write(WorkerLines.of(at, o));
      case Decision.RoundClosed r -> {}
    }
    snapshot = take(at);
  }

  private void applied(double at, Decision.Applied a) {
    tokens += a.report().tokens();
    localSteps += a.report().steps();
    version = a.version();
    counts.applied(a.staleness(), a.merged());
    train(a.report().meanLoss());
    write(Rounds.of(at, a));
    if (tokens >= nextPoint) {
      point(at);
    }
  }

  /** A worker's round: its version is the number of rounds of all workers. */
  private void mixed(double at, Decision.Mixed m) {
    tokens += m.report().tokens();
    localSteps += m.report().steps();
    version++;
    counts.applied(0, false);
    exchanges.mixed(m);
    train(m.report().meanLoss());
    write(Rounds.of(at, m));
    if (tokens >= nextPoint) {
      point(at);
    }
  }

  private void train(double meanLoss) {
    if (!Double.isFinite(meanLoss)) {
      return; // Of a round that diverged: it is counted, but no later mean would get over it.
    }
    loss = Double.isNaN(loss) ? meanLoss : (1 - NEWEST) * loss + NEWEST * meanLoss;
  }

  /** The run has no server: a new graph, of that epoch; {@code lost} where a worker left it. */
  public void graph(double at, long newEpoch, boolean lost) {
    exchanges.graph(newEpoch, lost);
    if (Double.isNaN(beganAt)) {
      beganAt = at;
      throughput.begin(at, tokens);
    }
    snapshot = take(at);
  }

  /** Mailboxes dropped that many messages for newer ones. */
  public void superseded(long messages) {
    exchanges.superseded(messages);
  }

  /** Ξ was measured. */
  public void consensus(double at, double distance) {
    exchanges.consensus(distance);
    snapshot = take(at);
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
    double rate = throughput.point(at, tokens);
    nextPoint = tokens + Math.max(1, budgetTokens / POINTS);
    write(
        new Metric.ProgressPoint(
            at,
            tokens,
            localSteps,
            loss,
            loss(measured),
            accuracy(measured),
            rate,
            version,
            presence.live(),
            counts.pushes(),
            counts.staleness(),
            exchanges.exchanges()));
  }

  private static @Nullable Double loss(@Nullable Score score) {
    return score == null ? null : score.loss();
  }

  private static @Nullable Double accuracy(@Nullable Score score) {
    return score == null || !score.classifies() ? null : score.accuracy();
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
        presence.live(),
        presence.restarts(),
        counts.pushes(),
        counts.staleness(),
        exchanges.exchanges(),
        finished,
        trainedBefore,
        counts.wasted());
  }

  /** Where the run stands now. */
  public Snapshot now() {
    return snapshot;
  }
}
