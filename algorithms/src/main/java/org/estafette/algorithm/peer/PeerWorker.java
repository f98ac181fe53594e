package org.estafette.algorithm.peer;

import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * The worker around a decentralised method: rounds, waiting, membership, and which message belongs
 * where. What is averaged is the {@link PeerMethod}'s.
 *
 * <p><b>Rounds find each other</b> by (epoch, rounds since the epoch began, exchange), not by the
 * worker's own count: after a change of who is live all workers count from zero, wherever they
 * were, and a round that was interrupted by the change is exchanged again in the new graph, with
 * nothing of its local steps lost. The absolute count follows the highest one heard of, so that
 * workers end together.
 *
 * <p><b>Waiting.</b> In synchronous and overlapped rounds a worker waits for each neighbour that
 * was live in the former epoch too. A newcomer is not waited for before it has spoken: it must
 * fetch parameters and take its first local steps while the others go on. Nobody waits for a
 * neighbour whose last round is over, and, over {@linkplain PeerPlan#ordered() ordered} links, for
 * a message that a later one has overtaken. When the patience is at its end, what is missing counts
 * as lost.
 *
 * <p><b>Falling behind.</b> Messages of rounds to come wait here, a few for each neighbour. A
 * worker for which more came is behind (its neighbours lost their patience) and takes part in their
 * newest round next, instead of following for ever.
 */
public final class PeerWorker implements Peer {
  private static final String PATIENCE = "neighbours";
  private static final String ASK = "parameters";

  private enum Phase {
    NEW,
    RESTORED,
    JOINING,
    TRAINING,
    WAITING,
    DONE,
    OUT
  }

  private final PeerPlan plan;
  private final Surroundings surroundings;
  private final PeerMethod method;
  private final FlatVector x;
  private final boolean joins;
  private final PeerGuard guard;
  private final Inbox inbox;
  private final Entrance entrance = new Entrance();

  private Phase phase = Phase.NEW;
  private PeerId self = PeerId.SERVER;
  private int incarnation;
  private long epoch = Long.MIN_VALUE;
  private SortedSet<PeerId> live = new TreeSet<>();
  private @Nullable Neighbourhood around;

  /** Rounds finished. */
  private long round;

  /** Rounds of this epoch that were exchanged, the one in progress among them while waiting. */
  private long tick;

  private int exchange;
  private long sequence;

  /** It came later than the others, or comes back: its next round is their newest. */
  private boolean behind;

  /** The graph is not the first one: some workers' counts may differ. */
  private boolean changed;

  /** The trainer is at work. */
  private boolean busy;

  /** What the trainer is at counts no more; train again when it is done. */
  private boolean again;

  /** What is left of this round is averaged with nobody. */
  private boolean alone;

  /** The patience's timer runs. */
  private boolean timing;

  private @Nullable RoundReport report;

  private PeerWorker(
      PeerPlan plan, Surroundings surroundings, PeerMethod method, FlatVector x, boolean joins) {
    this.plan = plan;
    this.surroundings = surroundings;
    this.method = method;
    this.x = x;
    this.joins = joins;
    this.guard = new PeerGuard(plan.run(), method, x);
    this.inbox = new Inbox(plan, method, surroundings);
  }

  /**
   * A worker that is there from the beginning.
   *
   * @param x the parameters to begin from, the same on all workers; the worker's own from now on
   */
  public static PeerWorker starting(
      PeerPlan plan, Surroundings surroundings, PeerMethod method, FlatVector x) {
    return new PeerWorker(plan, surroundings, method, x, false);
  }

  /**
   * A worker that comes while others train: it asks one of them for parameters first.
   *
   * @param x a vector of the model's form, its content unused where anyone answers
   */
  public static PeerWorker joining(
      PeerPlan plan, Surroundings surroundings, PeerMethod method, FlatVector x) {
    return new PeerWorker(plan, surroundings, method, x, true);
  }

  @Override
  public void on(Event event, Effects effects) {
    switch (event) {
      case Event.Started e -> started(e.view(), effects);
      case Event.RoundTrained e -> trained(e, effects);
      case Event.Received e -> received(e.message(), effects);
      case Event.PeersChanged e -> changed(e.view(), effects);
      case Event.TimerFired e -> timer(e.timer(), effects);
      case Event.Rejected e ->
          effects.decided(
              new Decision.Refused(e.header(), e.reason(), "the mailbox did not take it"));
    }
  }

  private void started(View view, Effects effects) {
    self = view.self();
    incarnation = view.incarnation();
    busy = false;
    SortedSet<PeerId> all = new TreeSet<>(view.live());
    all.add(self);
    boolean restored = phase == Phase.RESTORED || phase == Phase.DONE;
    if (!restored || view.epoch() > epoch) {
      // After a restore the former epoch's messages are refused like anyone's.
      wire(view.epoch(), all, effects);
    }
    if (phase == Phase.DONE) {
      sayDone(effects);
    } else if (joins && !restored) {
      join(effects);
    } else {
      go(effects);
    }
  }

  private void changed(View view, Effects effects) {
    if (view.epoch() <= epoch || phase == Phase.NEW) {
      return;
    }
    if (!view.live().contains(self)) {
      // The others go on without this worker; what it sends would be refused.
      stopWaiting(effects);
      effects.cancelTimer(ASK);
      epoch = view.epoch();
      live = new TreeSet<>();
      inbox.leave(epoch, refusals(effects));
      phase = phase == Phase.DONE ? Phase.DONE : Phase.OUT;
      return;
    }
    wire(view.epoch(), view.live(), effects);
    switch (phase) {
      case OUT -> join(effects);
      case WAITING -> exchangeAgain(effects);
      case TRAINING -> greet(effects);
      case DONE -> sayDone(effects);
      default -> {}
    }
  }

  /** Takes up the graph of a new epoch. */
  private void wire(long newEpoch, SortedSet<PeerId> nowLive, Effects effects) {
    changed = joins || epoch != Long.MIN_VALUE;
    epoch = newEpoch;
    live = surroundings.shared(new TreeSet<>(nowLive));
    tick = 0;
    Neighbourhood now = surroundings.around(self, live, 1, 0);
    around = now;
    method.rewire(now, epoch);
    inbox.rewire(now, live, epoch, refusals(effects));
    needNext();
    entrance.candidates(now, live);
    TreeSet<PeerId> all = new TreeSet<>(now.from());
    all.addAll(now.to());
    effects.decided(new Decision.Rewired(self, epoch, List.copyOf(all)));
  }

  /** While training: the messages that the next average will need. */
  private void needNext() {
    inbox.need(plan.pace() == Pace.OVERLAPPED ? tick : tick + 1, 0);
  }

  private Inbox.Refusals refusals(Effects effects) {
    return (header, why, detail) -> effects.decided(new Decision.Refused(header, why, detail));
  }

  // Joining.

  private void join(Effects effects) {
    phase = Phase.JOINING;
    ask(effects);
  }

  private void ask(Effects effects) {
    PeerId whom = entrance.ask();
    if (whom == null) {
      go(effects); // Nobody else is there.
      return;
    }
    effects.send(whom, new Pull(header(++sequence, round), Double.NaN));
    effects.setTimer(ASK, plan.askAgain());
  }

  private void pulled(Pull pull, Effects effects) {
    Header h = pull.header();
    if (h.run() != plan.run()) {
      refused(h, Refusal.WRONG_RUN, "run=" + h.run() + " (expected " + plan.run() + ")", effects);
    } else if (phase == Phase.JOINING) {
      entrance.asksToo(h.sender());
      if (entrance.nobodyKnows(self)) {
        effects.cancelTimer(ASK);
        go(effects);
      }
    } else if (phase == Phase.TRAINING || phase == Phase.WAITING || phase == Phase.DONE) {
      tellParameters(h.sender(), effects);
    }
  }

  private void tellParameters(PeerId to, Effects effects) {
    Lease copy = effects.lease();
    copy.vector().copyFrom(method.trainingPoint(x));
    effects.send(to, new NeighbourModel(header(++sequence, round), Passage.PARAMETERS, copy));
  }

  /**
   * The rounds are done, and the neighbours have not heard it: the graph is a new one, or this
   * worker's count followed theirs after its message was sent. They would wait for it.
   */
  private void sayDone(Effects effects) {
    tellAll(effects);
  }

  private void tellAll(Effects effects) {
    // In a graph that varies anyone's turn may be next.
    for (PeerId other : surroundings.varying() ? live : neighbourhood().to()) {
      if (!other.equals(self)) {
        tellParameters(other, effects);
      }
    }
  }

  private void answered(NeighbourModel answer, Effects effects) {
    Header h = answer.header();
    if (phase == Phase.JOINING) {
      x.copyFrom(answer.parameters().vector());
      round = h.round();
      if (h.epoch() == epoch) {
        tick = h.version();
      }
      behind = true;
      effects.cancelTimer(ASK);
      effects.decided(new Decision.Joined(self, incarnation));
      answer.discard();
      go(effects);
      return;
    }
    answer.discard(); // A second answer is no fault.
    inbox.takesPartFrom(h);
    if (h.round() >= plan.rounds()) {
      inbox.gone(h.sender(), h.incarnation());
    }
    advance(false, effects);
  }

  // Rounds.

  /** Begins, or goes on, from x. */
  private void go(Effects effects) {
    boolean restored = phase == Phase.RESTORED;
    if (!restored) {
      method.begin(x);
    }
    if (round >= plan.rounds()) {
      phase = Phase.DONE;
      return;
    }
    phase = Phase.TRAINING;
    if (!restored || tick == 0) {
      greet(effects);
    }
    needNext();
    train(effects);
  }

  /** Overlapped rounds of a method that wants it: the message that the first average rests on. */
  private void greet(Effects effects) {
    if (plan.pace() == Pace.OVERLAPPED && method.greets()) {
      send(round, effects);
    }
  }

  private void train(Effects effects) {
    if (busy) {
      again = true;
      return;
    }
    List<FlatVector> moments = method.moments();
    if (!moments.isEmpty()) {
      effects.loadMoments(moments);
    }
    effects.load(method.trainingPoint(x));
    busy = true;
    effects.train(round + 1, plan.order(self.slot(), round));
  }

  private void trained(Event.RoundTrained e, Effects effects) {
    busy = false;
    try (Lease delta = e.delta()) {
      if (phase == Phase.RESTORED) {
        phase = Phase.TRAINING; // Its local steps were saved with it.
      }
      if (phase != Phase.TRAINING) {
        again = false;
        return;
      }
      if (again || e.result().steps() == 0) {
        again = false;
        train(effects);
        return;
      }
      report =
          new RoundReport(
              e.result().steps(),
              e.result().tokens(),
              e.seconds(),
              e.result().meanLoss(),
              self.slot());
      method.trained(x, delta.vector(), e.result().rate());
    }
    long next = inbox.next(tick, behind);
    boolean skips = behind ? next > 1 : next > tick + 1;
    behind = false;
    tick = next;
    if (skips) {
      tellAll(effects); // Nobody is to wait for the rounds that this worker leaves out.
    }
    exchange = 0;
    phase = Phase.WAITING;
    if (plan.pace() == Pace.SYNCHRONOUS) {
      send(round + 1, effects);
      inbox.need(tick, 0);
    } else {
      if (skips) {
        place(tick - 1); // The messages of the round before come from the neighbours of that round.
      }
      inbox.need(tick - 1, 0);
    }
    advance(false, effects);
  }

  /** This worker's place in a graph that varies, for an exchange of that round. */
  private void place(long inRound) {
    if (surroundings.varying()) {
      Neighbourhood here = surroundings.around(self, live, Math.max(inRound, 1), exchange);
      around = here;
      method.rewire(here, epoch);
      inbox.sources(here);
    }
  }

  /** The graph changed while this worker waited: the same local steps, exchanged in the new one. */
  private void exchangeAgain(Effects effects) {
    stopWaiting(effects);
    if (plan.pace() == Pace.SYNCHRONOUS) {
      if (exchange == 0) {
        tick = 1;
        send(round + 1, effects);
        inbox.need(tick, 0);
      } else {
        alone = true; // Some of this round's averages are done; the others begin with their first.
        inbox.need(0, exchange);
      }
    } else {
      greet(effects);
      tick = 1;
      inbox.need(0, 0);
    }
    advance(false, effects);
  }

  /** Sends every part to every neighbour. */
  private void send(long named, Effects effects) {
    place(tick);
    Neighbourhood here = neighbourhood();
    for (int part = 0; part < method.parts(); part++) {
      send(here, part, named, effects);
    }
  }

  private void send(Neighbourhood here, int part, long named, Effects effects) {
    @Nullable Header header = null;
    @Nullable Lease shared = null;
    double mass = 0;
    List<PeerId> to = here.to();
    for (int i = 0; i < to.size(); i++) {
      PeerId neighbour = to.get(i);
      if (!here.carries(neighbour, part) || !method.exchangesWith(neighbour)) {
        continue;
      }
      if (header == null) {
        header = header(++sequence, named);
      }
      Lease lease;
      if (shared == null) {
        lease = effects.lease();
        mass = method.compose(neighbour, part, lease.vector());
        shared = method.alike() ? lease.retain() : null;
      } else {
        lease = shared.retain();
      }
      Passage passage = new Passage(exchange, part, mass);
      effects.send(
          neighbour,
          method.conflatable()
              ? new NeighbourModel(header, passage, lease)
              : new NeighbourShare(header, passage, lease));
    }
    if (shared != null) {
      shared.close();
    }
  }

  private Header header(long number, long named) {
    return new Header(plan.run(), self, incarnation, number, epoch, tick, named);
  }

  /** Ends exchanges and rounds as long as all that they need is there. */
  private void advance(boolean outOfPatience, Effects effects) {
    boolean now = outOfPatience;
    while (phase == Phase.WAITING && (now || alone || complete())) {
      now = false;
      stopWaiting(effects);
      int fresh = inbox.take(refusals(effects));
      boolean more = method.average(x);
      if (!more) {
        endRound(fresh, effects);
        continue;
      }
      if (plan.pace() != Pace.SYNCHRONOUS) {
        throw new IllegalStateException(
            "pace="
                + plan.pace()
                + ": the method averages more than once a round (expected synchronous rounds)");
      }
      exchange++;
      if (!alone) {
        send(round + 1, effects);
      }
      inbox.need(tick, exchange);
    }
    if (phase == Phase.WAITING && !timing && Double.isFinite(plan.patience())) {
      timing = true;
      effects.setTimer(PATIENCE, plan.patience());
    }
  }

  private boolean complete() {
    return switch (plan.pace()) {
      case ASYNCHRONOUS -> true;
      case OVERLAPPED -> tick == 1 && !method.greets() || inbox.complete();
      case SYNCHRONOUS -> inbox.complete();
    };
  }

  private void endRound(int fresh, Effects effects) {
    long counted = round + 1;
    round = Math.min(plan.rounds(), Math.max(counted, othersRound()));
    int sources = neighbourhood().from().size();
    effects.decided(
        new Decision.Mixed(
            self,
            java.util.Objects.requireNonNull(report),
            round,
            fresh,
            Math.max(0, sources - fresh),
            method.mass(),
            method.spread()));
    exchange = 0;
    alone = false;
    if (plan.pace() != Pace.SYNCHRONOUS) {
      send(round, effects);
    }
    if (round >= plan.rounds()) {
      phase = Phase.DONE;
      inbox.end(refusals(effects));
      boolean followed = round > counted && plan.pace() == Pace.SYNCHRONOUS;
      if (followed || surroundings.varying() && changed) {
        sayDone(effects); // The last message did not say so, or not to who waits for the next.
      }
      return;
    }
    phase = Phase.TRAINING;
    needNext();
    train(effects);
  }

  /** The round, by the neighbours' count, that was averaged just now. */
  private long othersRound() {
    return switch (plan.pace()) {
      case SYNCHRONOUS -> inbox.heardRound();
      case OVERLAPPED -> inbox.heardRound() + 1;
      case ASYNCHRONOUS -> 0;
    };
  }

  private void stopWaiting(Effects effects) {
    if (timing) {
      timing = false;
      effects.cancelTimer(PATIENCE);
    }
  }

  private void timer(String name, Effects effects) {
    if (name.equals(ASK) && phase == Phase.JOINING) {
      ask(effects);
    } else if (name.equals(PATIENCE) && phase == Phase.WAITING && timing) {
      timing = false;
      advance(true, effects);
    }
  }

  // Messages.

  private void received(Message message, Effects effects) {
    switch (message) {
      case Pull p -> pulled(p, effects);
      case NeighbourModel m -> update(m, m.passage(), m.parameters(), effects);
      case NeighbourShare s -> update(s, s.passage(), s.values(), effects);
      case Update other -> {
        refused(
            other.header(),
            Refusal.WRONG_SHAPE,
            other.getClass().getSimpleName() + " (expected a message of a neighbour)",
            effects);
        other.discard();
      }
    }
  }

  private void update(Update update, Passage passage, Lease values, Effects effects) {
    Header h = update.header();
    Outcome.Refused wrong = guard.form(update, passage, values.vector());
    if (wrong == null && !passage.isAnswer()) {
      wrong =
          phase == Phase.DONE
              ? PeerGuard.refused(Refusal.RUN_OVER, "all " + plan.rounds() + " rounds are done")
              : inbox.place(h, passage);
    }
    if (wrong == null) {
      wrong = guard.numbers(h, values.vector());
    }
    if (wrong != null) {
      refused(h, wrong.reason(), wrong.detail(), effects);
      values.close();
    } else if (passage.isAnswer()) {
      answered((NeighbourModel) update, effects);
    } else {
      inbox.keep(new Edge.Waiting(h, passage, values), refusals(effects));
      advance(false, effects);
    }
  }

  private void refused(Header h, Refusal why, String detail, Effects effects) {
    effects.decided(new Decision.Refused(h, why, detail));
  }

  private Neighbourhood neighbourhood() {
    return java.util.Objects.requireNonNull(around);
  }

  /** Whether {@link #state} can be taken: the worker is between two averages, or has finished. */
  public boolean atRest() {
    return phase == Phase.TRAINING || phase == Phase.DONE || phase == Phase.RESTORED;
  }

  /**
   * What must survive.
   *
   * @throws IllegalStateException where the worker is not {@linkplain #atRest at rest}
   */
  public PeerState state() {
    if (!atRest()) {
      throw new IllegalStateException(
          self + " is " + phase + " (expected TRAINING or DONE); save it at rest");
    }
    return new PeerState(
        PeerState.SCHEMA,
        self.slot(),
        incarnation,
        epoch,
        live.stream().map(PeerId::slot).toList(),
        round,
        tick,
        sequence,
        inbox.neighbours(),
        inbox.waiting(),
        x,
        method.state());
  }

  /**
   * Takes up a saved state, before any event. {@code Started} then goes on with the next round; a
   * driver that has saved the local steps in progress too tells {@code RoundTrained} instead.
   *
   * @throws IllegalArgumentException where the state is of another form, model or method
   */
  public void restore(PeerState saved) {
    if (saved.schema() != PeerState.SCHEMA || saved.parameters().length() != x.length()) {
      throw new IllegalArgumentException(
          "saved state has schema=%d, parameters=%d (expected schema=%d, parameters=%d)"
              .formatted(
                  saved.schema(), saved.parameters().length(), PeerState.SCHEMA, x.length()));
    }
    self = PeerId.worker(saved.slot());
    incarnation = saved.incarnation();
    epoch = saved.epoch();
    SortedSet<PeerId> then = new TreeSet<>();
    saved.live().forEach(slot -> then.add(PeerId.worker(slot)));
    live = surroundings.shared(then);
    round = saved.round();
    tick = saved.tick();
    sequence = saved.sequence();
    x.copyFrom(saved.parameters());
    Neighbourhood now = surroundings.around(self, live, Math.max(tick, 1), 0);
    around = now;
    method.rewire(now, epoch);
    inbox.rewire(now, live, epoch, (header, why, detail) -> {});
    inbox.restore(saved, x.precision());
    method.begin(x);
    method.restore(saved.vectors());
    busy = true;
    phase = round >= plan.rounds() ? Phase.DONE : Phase.RESTORED;
    needNext();
  }

  /** The epoch of the graph that it follows. */
  public long epoch() {
    return epoch;
  }

  /**
   * The neighbours whose message the next average waits for, come or not: what a {@link
   * org.estafette.algorithm.mailbox.RelayQueue} is to be told after each event.
   */
  public Set<PeerId> awaited() {
    return plan.pace() == Pace.ASYNCHRONOUS ? Set.of() : inbox.awaited();
  }

  @Override
  public FlatVector parameters() {
    return method.trainingPoint(x);
  }

  @Override
  public long round() {
    return round;
  }

  @Override
  public boolean finished() {
    return phase == Phase.DONE;
  }

  @Override
  public String toString() {
    return "PeerWorker[%s, %s, epoch=%d, round=%d, tick=%d, exchange=%d, awaits %s]"
        .formatted(self, phase, epoch, round, tick, exchange, awaited());
  }

  @Override
  public void close() {
    inbox.clear();
    method.close();
  }
}
