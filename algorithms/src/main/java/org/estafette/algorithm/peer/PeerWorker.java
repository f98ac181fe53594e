package org.estafette.algorithm.peer;

import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Ending;
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
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.estafette.algorithm.peer.Place.Phase;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;

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
  private static final String ASK = "parameters";

  private final PeerPlan plan;
  private final PeerMethod method;
  private final FlatVector x;
  private final boolean joins;
  private final PeerGuard guard;
  private final Place here;
  private final Inbox inbox;
  private final Fence fence;
  private final Outbox outbox;
  private final Rounds rounds;
  private final Entrance entrance = new Entrance();

  private PeerWorker(
      PeerPlan plan, Surroundings surroundings, PeerMethod method, FlatVector x, boolean joins) {
    this.plan = plan;
    this.method = method;
    this.x = x;
    this.joins = joins;
    this.guard = new PeerGuard(plan.run(), method, x);
    this.inbox = new Inbox(plan, method, surroundings);
    this.fence = new Fence(plan, method, surroundings, inbox);
    this.here = new Place(plan.run(), surroundings);
    this.outbox = new Outbox(surroundings, method, x, here);
    this.rounds = new Rounds(plan, surroundings, method, x, here, inbox, outbox);
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
      case Event.RoundTrained e -> rounds.trained(e, effects);
      case Event.Received e -> received(e.message(), effects);
      case Event.PeersChanged e -> changed(e.view(), effects);
      case Event.TimerFired e -> timer(e.timer(), effects);
      case Event.RoundDropped e -> {}
      case Event.Rejected e ->
          effects.decided(
              new Decision.Refused(e.header(), e.reason(), "the mailbox did not take it"));
    }
  }

  private void started(View view, Effects effects) {
    here.self = view.self();
    here.incarnation = view.incarnation();
    rounds.busy(false);
    SortedSet<PeerId> all = new TreeSet<>(view.live());
    all.add(here.self);
    boolean restored = here.phase == Phase.RESTORED || here.phase == Phase.DONE;
    if (!restored || view.epoch() > here.epoch) {
      // After a restore the former epoch's messages are refused like anyone's.
      wire(view.epoch(), all, effects);
    }
    if (here.phase == Phase.DONE) {
      outbox.parametersToAll(effects);
    } else if (joins && !restored) {
      join(effects);
    } else {
      rounds.go(effects);
    }
  }

  private void changed(View view, Effects effects) {
    if (view.epoch() <= here.epoch || here.phase == Phase.NEW) {
      return;
    }
    if (!view.live().contains(here.self)) {
      // The others go on without this worker; what it sends would be refused.
      rounds.stopWaiting(effects);
      effects.cancelTimer(ASK);
      here.epoch = view.epoch();
      here.live = new TreeSet<>();
      inbox.leave(here.epoch, Inbox.Refusals.to(effects));
      here.phase = here.phase == Phase.DONE ? Phase.DONE : Phase.OUT;
      return;
    }
    wire(view.epoch(), view.live(), effects);
    switch (here.phase) {
      case OUT -> join(effects);
      case WAITING -> rounds.exchangeAgain(effects);
      case TRAINING -> rounds.greet(effects);
      case DONE -> outbox.parametersToAll(effects); // The new graph has not heard that it is.
      default -> {}
    }
  }

  /** Takes up the graph of a new epoch. */
  private void wire(long newEpoch, SortedSet<PeerId> nowLive, Effects effects) {
    boolean first = !joins && here.epoch == Long.MIN_VALUE;
    Neighbourhood now = here.enter(newEpoch, new TreeSet<>(nowLive), 0);
    method.rewire(now, here.epoch);
    inbox.rewire(now, here.live, here.epoch, Inbox.Refusals.to(effects));
    rounds.rewired(first);
    entrance.candidates(now, here.live);
    TreeSet<PeerId> all = new TreeSet<>(now.from());
    all.addAll(now.to());
    effects.decided(new Decision.Rewired(here.self, here.epoch, List.copyOf(all)));
  }

  // Joining.

  private void join(Effects effects) {
    here.phase = Phase.JOINING;
    ask(effects);
  }

  private void ask(Effects effects) {
    PeerId whom = entrance.ask();
    if (whom == null) {
      rounds.go(effects); // Nobody else is there.
      return;
    }
    effects.send(whom, new Pull(here.header(here.round), Double.NaN));
    effects.setTimer(ASK, plan.askAgain());
  }

  private void pulled(Pull pull, Effects effects) {
    Header h = pull.header();
    if (h.run() != plan.run()) {
      refused(h, Refusal.WRONG_RUN, "run=" + h.run() + " (expected " + plan.run() + ")", effects);
    } else if (here.phase == Phase.JOINING) {
      entrance.asksToo(h.sender());
      if (entrance.nobodyKnows(here.self)) {
        effects.cancelTimer(ASK);
        rounds.go(effects);
      }
    } else if (here.phase == Phase.TRAINING
        || here.phase == Phase.WAITING
        || here.phase == Phase.DONE) {
      outbox.parameters(h.sender(), effects);
    }
  }

  private void answered(NeighbourModel answer, Effects effects) {
    Header h = answer.header();
    effects.ended(h, Ending.HEARD);
    if (here.phase == Phase.JOINING) {
      x.copyFrom(answer.parameters().vector());
      here.round = h.round();
      if (h.epoch() == here.epoch) {
        here.tick = h.version();
      }
      rounds.fallBehind();
      effects.cancelTimer(ASK);
      effects.decided(new Decision.Joined(here.self, here.incarnation));
      answer.discard();
      rounds.go(effects);
      return;
    }
    answer.discard(); // A second answer is no fault.
    inbox.takesPartFrom(h);
    if (h.round() >= plan.rounds()) {
      inbox.gone(h.sender(), h.incarnation());
    }
    rounds.advance(false, effects);
  }

  private void timer(String name, Effects effects) {
    if (name.equals(ASK) && here.phase == Phase.JOINING) {
      ask(effects);
    } else {
      rounds.timer(name, effects);
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
          here.phase == Phase.DONE
              ? PeerGuard.refused(Refusal.RUN_OVER, "all " + plan.rounds() + " rounds are done")
              : fence.place(h, passage);
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
      inbox.keep(new Edge.Waiting(h, passage, values), Inbox.Refusals.to(effects));
      rounds.advance(false, effects);
    }
  }

  private void refused(Header h, Refusal why, String detail, Effects effects) {
    effects.decided(new Decision.Refused(h, why, detail));
  }

  /** Whether {@link #state} can be taken: the worker is between two averages, or has finished. */
  public boolean atRest() {
    return here.phase == Phase.TRAINING || here.phase == Phase.DONE || here.phase == Phase.RESTORED;
  }

  /**
   * What must survive.
   *
   * @throws IllegalStateException where the worker is not {@linkplain #atRest at rest}
   */
  public PeerState state() {
    if (!atRest()) {
      throw new IllegalStateException(
          here.self + " is " + here.phase + " (expected TRAINING or DONE); save it at rest");
    }
    return new PeerState(
        PeerState.SCHEMA,
        here.self.slot(),
        here.incarnation,
        here.epoch,
        here.live.stream().map(PeerId::slot).toList(),
        here.round,
        here.tick,
        here.sequence,
        SavedInbox.neighbours(inbox),
        SavedInbox.waiting(inbox),
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
    here.self = PeerId.worker(saved.slot());
    here.incarnation = saved.incarnation();
    SortedSet<PeerId> then = new TreeSet<>();
    saved.live().forEach(slot -> then.add(PeerId.worker(slot)));
    here.round = saved.round();
    here.sequence = saved.sequence();
    x.copyFrom(saved.parameters());
    Neighbourhood now = here.enter(saved.epoch(), then, saved.tick());
    method.rewire(now, here.epoch);
    inbox.rewire(now, here.live, here.epoch, (header, why, detail) -> {});
    SavedInbox.restore(inbox, saved, method.parts(), x.precision());
    method.begin(x);
    method.restore(saved.vectors());
    rounds.busy(true);
    here.phase = here.round >= plan.rounds() ? Phase.DONE : Phase.RESTORED;
    rounds.needNext();
  }

  /** The epoch of the graph that it follows. */
  public long epoch() {
    return here.epoch;
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
    return here.round;
  }

  @Override
  public boolean finished() {
    return here.phase == Phase.DONE;
  }

  @Override
  public int waiting() {
    return inbox.size();
  }

  @Override
  public String toString() {
    return "PeerWorker[%s, %s, epoch=%d, round=%d, tick=%d, exchange=%d, awaits %s]"
        .formatted(
            here.self, here.phase, here.epoch, here.round, here.tick, here.exchange, awaited());
  }

  @Override
  public void close() {
    inbox.clear();
    method.close();
  }
}
