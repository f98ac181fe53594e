package org.estafette.algorithm.server;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.estafette.algorithm.Assignment;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.guard.Clipping;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.algorithm.robust.Aggregation;
import org.estafette.algorithm.robust.Mean;
import org.estafette.memory.FlatVector;

/**
 * Synchronous rounds, the yardstick: DiLoCo (arXiv 2311.08105, Algorithm 1), and FedAvg where the
 * outer rule is SGD with rate 1. A round ends when every live participant has pushed; the mean over
 * those that did, not over K, makes one outer step.
 */
public final class RoundCoordinator implements Server {
  private static final String QUORUM = "quorum";

  /** How a round's pushes are weighed. */
  public enum Averaging {
    /** All alike, as DiLoCo. */
    UNIFORM,
    /** By tokens seen, as FedAvg weighs by samples. */
    TOKENS
  }

  private final ServerPlan plan;
  private final FlatVector parameters;
  private final FlatVector mean;
  private final OuterOptimizer outer;
  private final Averaging averaging;
  private final Aggregation aggregation;
  private final int workers;
  private final double quorumPatience;
  private final Roster roster = new Roster();
  private final WorkGiver work;
  private final AdmissionGuard guard;
  private final Snapshots snapshots;

  /** Participants of the open round whose push is not in. */
  private final TreeSet<PeerId> expected = new TreeSet<>();

  private final TreeMap<PeerId, PseudoGradient> arrived = new TreeMap<>();

  /** What became of each worker's newest message; told with its next round. */
  private final Map<PeerId, Outcome> outcomes = new HashMap<>();

  private long epoch;
  private long version;
  private long tokens;
  private long sent;
  private boolean running;
  private boolean gathering = true;
  private boolean finished;

  /** A coordinator that takes the mean. */
  public RoundCoordinator(
      ServerPlan plan,
      FlatVector parameters,
      OuterOptimizer outer,
      Averaging averaging,
      int workers,
      double quorumPatience) {
    this(plan, parameters, outer, averaging, new Mean(), workers, quorumPatience);
  }

  /**
   * A coordinator for these parameters.
   *
   * @param averaging what the pushes weigh, for rules that weigh them
   * @param aggregation how a round's pushes become one
   * @param workers participants that the first round waits for
   * @param quorumPatience seconds after which it begins with those that have come
   */
  public RoundCoordinator(
      ServerPlan plan,
      FlatVector parameters,
      OuterOptimizer outer,
      Averaging averaging,
      Aggregation aggregation,
      int workers,
      double quorumPatience) {
    if (plan.ahead()) {
      throw new IllegalArgumentException(
          "rounds given out ahead (expected none: a synchronous round begins when all have"
              + " pushed)");
    }
    this.plan = plan;
    this.parameters = parameters;
    this.mean = parameters.precision().zeros(parameters.length());
    this.outer = outer;
    this.averaging = averaging;
    this.aggregation = aggregation;
    this.workers = workers;
    this.quorumPatience = quorumPatience;
    this.work = new WorkGiver(plan);
    this.guard = new AdmissionGuard(plan.run(), parameters, plan.guard());
    this.snapshots = new Snapshots(parameters, false);
  }

  @Override
  public void on(Event event, Effects effects) {
    switch (event) {
      case Event.Started e -> started(e.view().epoch(), effects);
      case Event.PeersChanged e -> {
        for (Roster.Member m : roster.all()) {
          if (m.live() && !e.view().live().contains(m.id)) {
            leave(m, effects);
          }
        }
        advance(e.at(), effects);
      }
      case Event.Received e -> {
        switch (e.message()) {
          case Pull pull -> pulled(pull, e.at(), effects);
          case PseudoGradient push -> pushed(push, e.at(), effects);
          case MergedPush merged -> merged.members().forEach(p -> pushed(p, e.at(), effects));
          case Update other -> other.discard();
        }
      }
      case Event.RoundDropped e -> {}
      case Event.Rejected e -> {
        effects.decided(new Decision.Refused(e.header(), e.reason(), "refused by the mailbox"));
        if (guard.origin(e.header(), roster.find(e.header().sender())) == null) {
          drop(
              e.header(),
              AdmissionGuard.refused(e.reason(), "refused by the mailbox"),
              effects,
              e.at());
        }
      }
      case Event.TimerFired e -> {
        if (e.timer().equals(QUORUM) && !running && !finished) {
          begin(e.at(), effects);
        }
      }
      case Event.RoundTrained e -> e.delta().close();
    }
  }

  /** Under a new epoch, the round of the former one is void: its workers will pull again. */
  private void started(long newEpoch, Effects effects) {
    if (newEpoch != epoch) {
      for (Roster.Member m : roster.all()) {
        leave(m, effects);
      }
      expected.clear();
      arrived.values().forEach(PseudoGradient::discard);
      arrived.clear();
      running = false;
      // All workers come back about now: a round of the first one alone would keep the others
      // waiting.
      gathering = true;
    }
    epoch = newEpoch;
  }

  private void pulled(Pull pull, double at, Effects effects) {
    Header h = pull.header();
    Roster.Member member = roster.find(h.sender());
    Outcome.Refused origin = guard.origin(h, member);
    if (origin != null) {
      effects.decided(new Decision.Refused(h, origin.reason(), origin.detail()));
      return;
    }
    member = join(h, effects);
    if (Double.isNaN(member.secondsPerStep())) {
      roster.measured(member, pull.secondsPerStep());
    }
    if (pull.diverged() && h.round() == member.round && expected.remove(member.id)) {
      // The round goes on without it; it is told with the next one.
      Outcome.Refused why = AdmissionGuard.diverged(h);
      effects.decided(new Decision.Refused(h, why.reason(), why.detail()));
      work.lost(member);
      outcomes.put(member.id, why);
      member.waiting = true;
      advance(at, effects);
      return;
    }
    if (finished || (running && expected.contains(member.id))) {
      // It lost its answer: the round again; at the end without work, but it need not ask again.
      send(member, at, effects, new Outcome.Welcome());
      return;
    }
    outcomes.remove(member.id);
    member.waiting = true;
    advance(at, effects);
  }

  /** Makes the sender a live member of its incarnation; what its former life was doing is lost. */
  private Roster.Member join(Header h, Effects effects) {
    Roster.Member member = roster.find(h.sender());
    boolean joins = member == null || !member.live() || member.incarnation != h.incarnation();
    if (member == null) {
      member = roster.add(h.sender());
    } else if (member.incarnation != h.incarnation()) {
      leave(member, effects);
      member.lastSequence = 0;
    }
    member.incarnation = h.incarnation();
    roster.live(member, true);
    member.lastSequence = Math.max(member.lastSequence, h.sequence());
    if (joins) {
      effects.decided(new Decision.Joined(h.sender(), h.incarnation()));
      if (!running && !finished && waitingLive() == 0) {
        effects.setTimer(QUORUM, quorumPatience);
      }
    }
    return member;
  }

  private void pushed(PseudoGradient push, double at, Effects effects) {
    Header h = push.header();
    Roster.Member member = roster.find(h.sender());
    Outcome.Refused refused = guard.push(push, member, epoch, version);
    if (refused == null && (!running || h.version() != version || !expected.contains(h.sender()))) {
      refused =
          AdmissionGuard.refused(
              finished ? Refusal.RUN_OVER : Refusal.ROUND_OVER,
              "base version=" + h.version() + " (expected " + version + ")");
    }
    if (refused != null || member == null) {
      Outcome.Refused why =
          refused != null
              ? refused
              : AdmissionGuard.refused(Refusal.UNKNOWN_WORKER, h.sender().toString());
      push.discard();
      effects.decided(new Decision.Refused(h, why.reason(), why.detail()));
      guard.refused(h, why, roster, effects);
      if (why.reason() == Refusal.DUPLICATE && member != null && member.live()) {
        askedAgain(member, why, at, effects);
      } else if (why.reason() != Refusal.WRONG_RUN && why.reason() != Refusal.OLD_INCARNATION) {
        drop(h, why, effects, at);
      }
      return;
    }
    guard.admitted(push, member);
    member.lastSequence = h.sequence();
    member.waiting = true;
    roster.measured(member, push.report().secondsPerStep());
    work.took(member, push.report().steps());
    tokens += push.report().tokens();
    expected.remove(member.id);
    arrived.put(member.id, push);
    advance(at, effects);
  }

  /** The sender of a refused push takes no part in this round any more; it joins the next one. */
  private void drop(Header h, Outcome why, Effects effects, double at) {
    Roster.Member member = roster.find(h.sender());
    boolean late = member != null && member.live() && h.sequence() <= member.lastSequence;
    if (late || (member != null && member.live() && h.epoch() != epoch)) {
      return; // The worker has asked since: that question is answered, not this one.
    }
    member = join(h, effects);
    work.lost(member);
    outcomes.put(member.id, why);
    member.waiting = true;
    expected.remove(member.id);
    advance(at, effects);
  }

  /** A push that was taken comes again: where its round is over, the answer to it was lost. */
  private void askedAgain(Roster.Member member, Outcome why, double at, Effects effects) {
    if (finished || (running && expected.contains(member.id))) {
      send(member, at, effects, why); // At the end without work, but it need not ask any more.
    }
  }

  private void leave(Roster.Member member, Effects effects) {
    int lost = work.lost(member);
    outcomes.remove(member.id);
    member.waiting = false;
    expected.remove(member.id);
    if (member.live()) {
      effects.decided(new Decision.Left(member.id, member.incarnation, lost));
    }
    roster.live(member, false);
  }

  /** Ends the round if all pushes are in, and begins the next one if it may begin. */
  private void advance(double at, Effects effects) {
    if (running && expected.isEmpty()) {
      close(effects);
    }
    if (running || finished) {
      return;
    }
    long waiting = waitingLive();
    if (waiting > 0 && (!gathering || waiting >= workers)) {
      begin(at, effects);
    }
  }

  private long waitingLive() {
    return roster.all().stream().filter(m -> m.live() && m.waiting).count();
  }

  private void begin(double at, Effects effects) {
    effects.cancelTimer(QUORUM);
    expected.clear();
    for (Roster.Member m : roster.all()) {
      // A worker in quarantine takes the round too, but nobody waits for it.
      if (m.live()
          && m.waiting
          && send(m, at, effects, outcomeOf(m))
          && !m.standing.quarantined()) {
        expected.add(m.id);
      }
    }
    running = !expected.isEmpty();
    gathering &= !running;
    if (!running && work.exhausted()) {
      finished = true;
      effects.decided(new Decision.Finished(version, work.localSteps(), tokens));
    }
  }

  private Outcome outcomeOf(Roster.Member m) {
    Outcome outcome = outcomes.remove(m.id);
    return outcome == null ? new Outcome.Welcome() : outcome;
  }

  private boolean send(Roster.Member member, double at, Effects effects, Outcome outcome) {
    Assignment assignment =
        member.busySteps > 0 ? work.again(member, roster, at) : work.next(member, roster, at);
    member.waiting = assignment == null;
    if (assignment != null) {
      effects.decided(new Decision.Assigned(member.id, assignment, version));
      work.lendIfOut(member);
    }
    Header header = new Header(plan.run(), PeerId.SERVER, 0, ++sent, epoch, version, member.round);
    effects.send(
        member.id,
        new GlobalModel(
            header,
            snapshots.at(version, member.id, effects),
            member.lastSequence,
            outcome,
            assignment));
    return assignment != null;
  }

  /** The outer step on the aggregate of what arrived, taken in the order of the slots. */
  private void close(Effects effects) {
    int n = arrived.size();
    running = false;
    if (n == 0) {
      return;
    }
    FlatVector[] deltas = new FlatVector[n];
    double[] weights = new double[n];
    double total = 0;
    int j = 0;
    for (PseudoGradient push : arrived.values()) {
      deltas[j] = push.delta().vector();
      weights[j] = averaging == Averaging.TOKENS ? push.report().tokens() : 1;
      total += weights[j++];
    }
    for (j = 0; j < n; j++) {
      // A round without any tokens has no weights of its own: then all count alike.
      weights[j] = total > 0 ? weights[j] / total : 1.0 / n;
    }
    clip(deltas, weights, n);
    aggregation.aggregate(mean, deltas, weights, n);
    outer.apply(parameters, new FlatVector[] {mean}, new double[] {1}, 1);
    version++;
    j = 0;
    for (PseudoGradient push : arrived.values()) {
      outcomes.put(push.header().sender(), new Outcome.Applied(version, 0, weights[j]));
      effects.decided(
          new Decision.Applied(push.header(), push.report(), 0, weights[j++], version, n > 1));
      push.discard();
    }
    arrived.clear();
    effects.decided(new Decision.RoundClosed(version, n, version));
  }

  /** What is longer than the round's median allows counts for less. */
  private void clip(FlatVector[] deltas, double[] weights, int n) {
    Clipping clip = plan.guard().clip();
    if (!clip.active()) {
      return;
    }
    double[] norms = new double[n];
    for (int j = 0; j < n; j++) {
      norms[j] = Math.sqrt(deltas[j].squaredNorm());
    }
    double[] sorted = norms.clone();
    Arrays.sort(sorted);
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    for (int j = 0; j < n; j++) {
      weights[j] *= clip.factor(norms[j], median);
    }
  }

  @Override
  public FlatVector parameters() {
    return parameters;
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public long counter() {
    return outer.counter();
  }

  @Override
  public boolean finished() {
    return finished;
  }

  @Override
  public void budget(long localSteps) {
    work.budget(localSteps);
  }

  @Override
  public void close() {
    snapshots.clear();
    arrived.values().forEach(PseudoGradient::discard);
    arrived.clear();
  }

  @Override
  public ServerState state() {
    return SavedState.of(
        epoch,
        version,
        tokens,
        sent,
        finished,
        outer,
        work,
        roster,
        parameters,
        Map.of(),
        List.of(),
        Double.NaN,
        guard);
  }

  @Override
  public boolean atRest() {
    return arrived.isEmpty();
  }

  @Override
  public void restore(ServerState state) {
    SavedState.take(state, parameters, outer, work, roster, guard);
    epoch = state.epoch();
    version = state.version();
    tokens = state.tokens();
    sent = state.sent();
    finished = state.finished();
    expected.clear();
    for (Roster.Member m : roster.all()) {
      if (m.live() && m.busySteps > 0) {
        expected.add(m.id);
      }
    }
    running = !expected.isEmpty();
    gathering = version == 0 && !running;
  }
}
