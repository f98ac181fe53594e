package org.estafette.algorithm.server;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.Assignment;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous Local-SGD's server (arXiv 2401.09135): each push is applied when it arrives, its
 * sender gets the new parameters and its next round, and nobody waits for anybody, but for a grace
 * window where one is set.
 */
public final class ParameterServer implements Server {
  private static final String GRACE = "grace";

  private final ServerPlan plan;
  private final FlatVector parameters;
  private final OuterOptimizer outer;
  private final Roster roster = new Roster();
  private final WorkGiver work;
  private final AdmissionGuard guard;
  private final Snapshots snapshots;
  private final List<Reply> held = new ArrayList<>();
  private FlatVector[] pushes = new FlatVector[1];
  private double[] weights = new double[1];
  private double windowEnds = Double.NaN;
  private long epoch;
  private long version;
  private long tokens;
  private long sent;
  private boolean finished;

  /** An answer that is due: at once, or when the grace window closes. */
  private record Reply(Roster.Member member, long answers, Outcome outcome) {}

  /** A refused push whose sender is still to be told. */
  private record Refusing(Header header, Outcome.Refused why) {}

  /**
   * A server for these parameters.
   *
   * @param parameters x, owned by the server from now on
   * @param outer for vectors of the same length and precision
   */
  public ParameterServer(ServerPlan plan, FlatVector parameters, OuterOptimizer outer) {
    this.plan = plan;
    this.parameters = parameters;
    this.outer = outer;
    this.work = new WorkGiver(plan);
    this.guard = new AdmissionGuard(plan.run(), parameters, plan.guard());
    this.snapshots = new Snapshots(parameters, plan.compensation() != 0);
  }

  @Override
  public void on(Event event, Effects effects) {
    switch (event) {
      case Event.Started e -> started(e.view().epoch(), effects);
      case Event.PeersChanged e -> peersChanged(e, effects);
      case Event.Received e -> received(e.message(), e.at(), effects);
      case Event.RoundDropped e -> {}
      case Event.Rejected e -> rejected(e, effects);
      case Event.TimerFired e -> {
        if (e.timer().equals(GRACE)) {
          closeWindow(e.at(), effects);
        }
      }
      case Event.RoundTrained e -> e.delta().close();
    }
  }

  /** Under a new epoch, rounds of the former one are void: their workers will pull again. */
  private void started(long newEpoch, Effects effects) {
    if (newEpoch != epoch) {
      for (Roster.Member m : roster.all()) {
        leave(m, effects);
      }
      held.clear();
      windowEnds = Double.NaN;
      finish(effects); // The last push may have been applied within a window that never closed.
    }
    epoch = newEpoch;
  }

  private void received(Message message, double at, Effects effects) {
    switch (message) {
      case Pull pull -> pulled(pull, at, effects);
      case PseudoGradient push -> {
        take(List.of(push), at, effects);
        endGroup(at, effects);
      }
      case MergedPush merged -> {
        take(merged.members(), at, effects);
        endGroup(at, effects);
      }
      case Update other -> other.discard();
    }
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
    Outcome outcome = new Outcome.Welcome();
    if (pull.diverged() && h.sequence() > member.lastSequence) {
      Outcome.Refused why = AdmissionGuard.diverged(h);
      effects.decided(new Decision.Refused(h, why.reason(), why.detail()));
      outcome = why;
      work.lost(member);
    }
    member.lastSequence = Math.max(member.lastSequence, h.sequence());
    answer(new Reply(member, h.sequence(), outcome), at, effects);
  }

  /** Makes the sender a live member of its incarnation; what its former life was doing is lost. */
  private Roster.Member join(Header h, Effects effects) {
    Roster.Member member = roster.find(h.sender());
    boolean joins = member == null || member.incarnation != h.incarnation() || !member.live();
    if (member == null) {
      member = roster.add(h.sender());
    } else if (member.incarnation != h.incarnation()) {
      leave(member, effects);
      member.lastSequence = 0;
    }
    member.incarnation = h.incarnation();
    roster.live(member, true);
    if (joins) {
      effects.decided(new Decision.Joined(h.sender(), h.incarnation()));
    }
    return member;
  }

  private void leave(Roster.Member member, Effects effects) {
    int lost = work.lost(member);
    snapshots.forget(member.id);
    held.removeIf(r -> r.member() == member);
    member.waiting = false;
    if (member.live()) {
      effects.decided(new Decision.Left(member.id, member.incarnation, lost));
    }
    roster.live(member, false);
  }

  private void peersChanged(Event.PeersChanged e, Effects effects) {
    for (Roster.Member m : roster.all()) {
      if (m.live() && !e.view().live().contains(m.id)) {
        leave(m, effects);
      }
    }
    wake(e.at(), effects);
    endGroup(e.at(), effects);
  }

  /** Applies those of the pushes that may be applied, in order, in one pass. */
  private void take(List<PseudoGradient> members, double at, Effects effects) {
    List<PseudoGradient> admitted = new ArrayList<>(members.size());
    List<Refusing> senders = new ArrayList<>();
    reserve(members.size());
    for (PseudoGradient push : members) {
      Roster.Member member = roster.find(push.header().sender());
      Outcome.Refused refused = guard.push(push, member, epoch, version);
      if (refused == null && finished) {
        refused = AdmissionGuard.refused(Refusal.RUN_OVER, "version=" + version);
      }
      double factor = 1;
      if (refused == null) {
        long staleness = version + admitted.size() - push.header().version();
        factor = plan.staleness().factor(staleness);
        if (Double.isNaN(factor)) {
          refused = AdmissionGuard.refused(Refusal.TOO_STALE, "staleness=" + staleness);
        }
      }
      if (refused != null || member == null) {
        refuse(push, refused, effects, senders);
        continue;
      }
      member.lastSequence = push.header().sequence();
      pushes[admitted.size()] = push.delta().vector();
      weights[admitted.size()] = plan.weight() * factor * guard.admitted(push, member);
      admitted.add(push);
      if (plan.compensation() != 0) {
        // Compensation needs the parameters as they stand when this push is applied.
        snapshots.compensate(push, plan.compensation(), parameters);
        apply(admitted, at, effects);
        admitted.clear();
      }
    }
    apply(admitted, at, effects);
    // Only now: a duplicate's original may be among those just applied, and is answered with them.
    for (Refusing r : senders) {
      goOn(r.header(), r.why(), at, effects);
    }
  }

  private void apply(List<PseudoGradient> admitted, double at, Effects effects) {
    int n = admitted.size();
    if (n == 0) {
      return;
    }
    outer.apply(parameters, pushes, weights, n);
    for (int j = 0; j < n; j++) {
      PseudoGradient push = admitted.get(j);
      Roster.Member member = roster.find(push.header().sender());
      long staleness = version - push.header().version();
      version++;
      tokens += push.report().tokens();
      measured(java.util.Objects.requireNonNull(member), push, at);
      work.took(member, push.report().steps());
      effects.decided(
          new Decision.Applied(
              push.header(), push.report(), staleness, weights[j], version, n > 1));
      held.add(
          new Reply(
              member,
              push.header().sequence(),
              new Outcome.Applied(version, staleness, weights[j])));
      push.discard();
    }
  }

  private void measured(Roster.Member member, PseudoGradient push, double at) {
    roster.measured(member, push.report().secondsPerStep());
    if (member.busySteps > 0) {
      double overhead = at - member.assignedAt - push.report().seconds();
      // Who begins a round before it is given out arrives sooner than its steps take from then on.
      member.overhead = plan.ahead() ? overhead : Math.max(0, overhead);
    }
  }

  private void refuse(
      PseudoGradient push,
      Outcome.@Nullable Refused refused,
      Effects effects,
      List<Refusing> senders) {
    Header h = push.header();
    Outcome.Refused why =
        refused != null
            ? refused
            : AdmissionGuard.refused(Refusal.UNKNOWN_WORKER, h.sender().toString());
    push.discard();
    effects.decided(new Decision.Refused(h, why.reason(), why.detail()));
    guard.refused(h, why, roster, effects);
    senders.add(new Refusing(h, why));
  }

  /**
   * A refused sender still needs parameters and work, unless it is no part of this run any more.
   */
  private void goOn(Header h, Outcome.Refused why, double at, Effects effects) {
    if (why.reason() == Refusal.WRONG_RUN || why.reason() == Refusal.OLD_INCARNATION) {
      return;
    }
    Roster.Member known = roster.find(h.sender());
    Roster.Member member =
        known == null || known.incarnation != h.incarnation() || !known.live()
            ? join(h, effects)
            : known;
    if (held.stream().anyMatch(r -> r.member() == member)) {
      return; // Its push is in; the answer comes when the window closes.
    }
    if (h.epoch() == epoch && h.sequence() > member.lastSequence && h.round() == member.round) {
      work.lost(member); // The round that it is in. A late or repeated message does not end that.
    }
    member.lastSequence = Math.max(member.lastSequence, h.sequence());
    answer(new Reply(member, h.sequence(), why), at, effects);
  }

  private void rejected(Event.Rejected e, Effects effects) {
    Outcome.Refused why = AdmissionGuard.refused(e.reason(), "refused by the mailbox");
    effects.decided(new Decision.Refused(e.header(), why.reason(), why.detail()));
    Roster.Member member = roster.find(e.header().sender());
    if (guard.origin(e.header(), member) == null) {
      goOn(e.header(), why, e.at(), effects);
    }
  }

  /** After pushes were applied: opens, keeps or closes the window, or answers at once. */
  private void endGroup(double at, Effects effects) {
    if (held.isEmpty()) {
      return;
    }
    if (!plan.grace().open()) {
      closeWindow(at, effects);
      return;
    }
    if (Double.isNaN(windowEnds)) {
      windowEnds = at + plan.grace().seconds();
      effects.setTimer(GRACE, plan.grace().seconds());
    }
    if (plan.grace().predictive() && !anyExpectedBy(windowEnds)) {
      effects.cancelTimer(GRACE);
      closeWindow(at, effects);
    }
  }

  private boolean anyExpectedBy(double time) {
    for (Roster.Member m : roster.all()) {
      if (m.live() && m.busySteps > 0 && m.expectedArrival() <= time + 1e-9) {
        return true;
      }
    }
    return false;
  }

  private void closeWindow(double at, Effects effects) {
    windowEnds = Double.NaN;
    List<Reply> due = List.copyOf(held);
    held.clear();
    for (Reply reply : due) {
      answer(reply, at, effects);
    }
    finish(effects);
  }

  private void answer(Reply reply, double at, Effects effects) {
    Roster.Member member = reply.member();
    Assignment assignment =
        member.busySteps > 0 ? work.again(member, roster, at) : work.next(member, roster, at);
    member.waiting = assignment == null;
    Header header = new Header(plan.run(), PeerId.SERVER, 0, ++sent, epoch, version, member.round);
    if (assignment != null) {
      effects.decided(new Decision.Assigned(member.id, assignment, version));
      work.lendIfOut(member);
    }
    effects.send(
        member.id,
        new GlobalModel(
            header,
            snapshots.at(version, member.id, effects),
            reply.answers(),
            reply.outcome(),
            assignment));
  }

  /** Steps came back to the budget: those who wait may take them. */
  private void wake(double at, Effects effects) {
    if (finished) {
      return;
    }
    for (Roster.Member m : roster.all()) {
      if (m.live() && m.waiting && work.available()) {
        answer(new Reply(m, m.lastSequence, new Outcome.Welcome()), at, effects);
      }
    }
  }

  private void finish(Effects effects) {
    if (!finished && work.exhausted()) {
      finished = true;
      effects.decided(new Decision.Finished(version, work.localSteps(), tokens));
    }
  }

  private void reserve(int n) {
    if (pushes.length < n) {
      pushes = new FlatVector[n];
      weights = new double[n];
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
  }

  @Override
  public ServerState state() {
    List<ServerState.HeldAnswer> answers = new ArrayList<>();
    for (Reply r : held) {
      answers.add(new ServerState.HeldAnswer(r.member().id.slot(), r.answers(), r.outcome()));
    }
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
        snapshots.kept(),
        answers,
        windowEnds,
        guard);
  }

  @Override
  public boolean atRest() {
    return true;
  }

  @Override
  public void restore(ServerState state) {
    SavedState.take(state, parameters, outer, work, roster, guard);
    snapshots.restore(state.vectors());
    epoch = state.epoch();
    version = state.version();
    tokens = state.tokens();
    sent = state.sent();
    finished = state.finished();
    windowEnds = state.windowEnds();
    held.clear();
    for (ServerState.HeldAnswer h : state.held()) {
      Roster.Member member = roster.find(PeerId.worker(h.slot()));
      if (member != null) {
        held.add(new Reply(member, h.answers(), h.outcome()));
      }
    }
  }
}
