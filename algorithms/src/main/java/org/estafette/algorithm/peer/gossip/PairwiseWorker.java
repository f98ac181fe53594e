package org.estafette.algorithm.peer.gossip;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Ending;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.peer.Diverged;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.Peer;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.PeerState;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * AD-PSGD (Lian et al., 2018): gradients are taken on a snapshot; meanwhile the worker averages in
 * pairs with neighbours; then the gradient, stale by now, is applied to what the model has become.
 * Nobody waits for anybody.
 *
 * <p>Every other live worker, in the order of slots, is active: once a round it asks a neighbour
 * that is passive, drawn at random, for an average; the passive ones answer at once. So there is no
 * circle of workers that ask one another, and each pair averages by one question and one answer
 * (see {@link PairwiseAverage}). Edges between two of a kind are not used: the graph should be
 * bipartite in that order, as an even ring or a chain is.
 *
 * <p>A question has a number, and its answer counts once. A question that is not answered within
 * the patience is asked again under the same number; who answered it already repeats the answer. So
 * no loss, doubling or delay changes the sum of all models.
 */
public final class PairwiseWorker implements Peer {
  private static final String PATIENCE = "answer";
  private static final String ASK = "parameters";
  private static final int QUESTION = 0;
  private static final int ANSWER = 1;

  /** What a neighbour was answered last: its life, its question, and the half that it was given. */
  private record Answered(int incarnation, long number, Lease half) {
    boolean to(Header question) {
      return question.incarnation() == incarnation && question.round() == number;
    }
  }

  /** A question: of which life, and its number. */
  private record Asked(int incarnation, long number) {
    boolean covers(Header question) {
      return question.incarnation() < incarnation
          || question.incarnation() == incarnation && question.round() <= number;
    }
  }

  private final PeerPlan plan;
  private final Surroundings surroundings;
  private final long seed;
  private final PairwiseAverage model;
  private final FlatVector x;
  private final boolean joins;
  private final Map<PeerId, Answered> answered = new TreeMap<>();

  /** The newest question of each other worker, also of those whose answers are forgotten. */
  private final Map<PeerId, Asked> newest = new TreeMap<>();

  private PeerId self = PeerId.SERVER;
  private int incarnation;
  private long epoch = Long.MIN_VALUE;
  private SortedSet<PeerId> live = new TreeSet<>();
  private List<PeerId> passive = List.of();
  private boolean joining;
  private boolean restored;
  private int asked;

  /** Others that ask for parameters themselves. */
  private final SortedSet<PeerId> alsoJoining = new TreeSet<>();

  private long sequence;
  private long round;
  private long questions;
  private @Nullable PeerId partner;
  private double squares;
  private int averages;

  private PairwiseWorker(
      PeerPlan plan, Surroundings surroundings, FlatVector x, long seed, boolean joins) {
    this.plan = plan;
    this.surroundings = surroundings;
    this.seed = seed;
    this.x = x;
    this.model = new PairwiseAverage(x);
    this.joins = joins;
  }

  /**
   * A worker that is there from the beginning.
   *
   * @param plan run, steps, rounds and patience; the pace says nothing here
   * @param x the parameters to begin from; the worker's own from now on
   * @param seed of the choice of neighbours
   */
  public static PairwiseWorker starting(
      PeerPlan plan, Surroundings surroundings, FlatVector x, long seed) {
    return new PairwiseWorker(plan, surroundings, x, seed, false);
  }

  /** A worker that comes while others train: it asks one of them for parameters first. */
  public static PairwiseWorker joining(
      PeerPlan plan, Surroundings surroundings, FlatVector x, long seed) {
    return new PairwiseWorker(plan, surroundings, x, seed, true);
  }

  @Override
  public void on(Event event, Effects effects) {
    switch (event) {
      case Event.Started e -> {
        self = e.view().self();
        incarnation = e.view().incarnation();
        wire(e.view(), effects);
        joining = joins && !restored;
        if (joining) {
          join(effects);
        } else {
          train(effects);
        }
      }
      case Event.PeersChanged e -> changed(e.view(), effects);
      case Event.RoundTrained e -> trained(e, effects);
      case Event.Received e -> received(e.message(), effects);
      case Event.TimerFired e -> timer(e.timer(), effects);
      case Event.RoundDropped e -> {}
      case Event.Rejected e ->
          effects.decided(
              new Decision.Refused(e.header(), e.reason(), "the mailbox did not take it"));
    }
  }

  // Who is there.

  private void changed(View view, Effects effects) {
    if (view.epoch() <= epoch) {
      return;
    }
    wire(view, effects);
    if (partner != null && !live.contains(partner)) {
      partner = null; // What it may have given is gone with it.
      effects.cancelTimer(PATIENCE);
    }
    for (PeerId gone : List.copyOf(answered.keySet())) {
      if (!live.contains(gone)) {
        forget(gone);
      }
    }
  }

  private void wire(View view, Effects effects) {
    epoch = view.epoch();
    live = new TreeSet<>(view.live());
    if (!live.contains(self)) {
      passive = List.of();
      return;
    }
    Neighbourhood around = surroundings.around(self, live, 1, 0);
    List<PeerId> order = new ArrayList<>(live);
    boolean active = order.indexOf(self) % 2 == 0;
    passive =
        active ? around.to().stream().filter(p -> order.indexOf(p) % 2 == 1).toList() : List.of();
    effects.decided(new Decision.Rewired(self, epoch, around.to()));
  }

  private void forget(PeerId worker) {
    Answered last = answered.remove(worker);
    if (last != null) {
      last.half().close();
    }
  }

  private void join(Effects effects) {
    List<PeerId> others = others();
    if (others.isEmpty()) {
      beginWithItsOwn(effects);
      return;
    }
    // In turn, until one answers: a model that began anew would be averaged into the others.
    effects.send(others.get(asked++ % others.size()), new Pull(header(0, round), Double.NaN));
    effects.setTimer(ASK, plan.askAgain());
  }

  private List<PeerId> others() {
    return live.stream().filter(p -> !p.equals(self)).toList();
  }

  private void beginWithItsOwn(Effects effects) {
    joining = false;
    effects.cancelTimer(ASK);
    train(effects);
  }

  private void pulled(Pull pull, Effects effects) {
    Header h = pull.header();
    if (h.run() != plan.run()) {
      refused(h, Refusal.WRONG_RUN, "run=" + h.run() + " (expected " + plan.run() + ")", effects);
    } else if (joining) {
      alsoJoining.add(h.sender());
      List<PeerId> others = others();
      if (alsoJoining.containsAll(others) && others.stream().allMatch(p -> self.compareTo(p) < 0)) {
        beginWithItsOwn(effects); // Nobody has parameters of the run.
      }
    } else {
      Lease copy = effects.lease();
      copy.vector().copyFrom(x);
      effects.send(
          h.sender(), new NeighbourModel(header(incarnation, round), Passage.PARAMETERS, copy));
    }
  }

  // Rounds.

  private void train(Effects effects) {
    if (finished()) {
      return;
    }
    effects.load(x);
    long step = Math.multiplyExact(round, plan.steps());
    effects.train(
        round + 1,
        new TrainOrder(
            plan.steps(), self.slot(), step, step * plan.scheduleStride(), plan.scheduleStride()));
    if (partner == null && !passive.isEmpty()) {
      questions++;
      long key = CounterRandom.key(seed, self.slot());
      partner = passive.get((int) CounterRandom.below(key, questions, passive.size()));
      ask(partner, effects);
    }
  }

  private void ask(PeerId whom, Effects effects) {
    Lease mine = effects.lease();
    model.ask(mine.vector());
    effects.send(
        whom,
        new NeighbourShare(header(incarnation, questions), new Passage(QUESTION, 0, 1), mine));
    if (Double.isFinite(plan.patience())) {
      effects.setTimer(PATIENCE, plan.patience());
    }
  }

  private void trained(Event.RoundTrained e, Effects effects) {
    try (Lease delta = e.delta()) {
      if (e.round() != round + 1 || e.result().steps() == 0) {
        train(effects);
        return;
      }
      if (e.diverged()) {
        Diverged.stay(
            e, new Header(plan.run(), self, incarnation, 0, epoch, 0, round + 1), effects);
      }
      model.trained(delta.vector());
    }
    round++;
    effects.decided(
        new Decision.Mixed(
            self,
            new RoundReport(
                e.result().steps(),
                e.result().tokens(),
                e.seconds(),
                e.result().meanLoss(),
                self.slot()),
            round,
            averages,
            0,
            1,
            averages == 0 ? Double.NaN : Math.sqrt(squares / averages)));
    averages = 0;
    squares = 0;
    train(effects);
  }

  // Messages.

  private void received(Message message, Effects effects) {
    switch (message) {
      case Pull p -> pulled(p, effects);
      case NeighbourModel m -> {
        if (!joining) {
          effects.ended(m.header(), Ending.HEARD); // A second answer is no fault.
          m.discard();
        } else if (sound(m.header(), m.parameters().vector(), effects)) {
          effects.ended(m.header(), Ending.HEARD);
          joining = false;
          x.copyFrom(m.parameters().vector());
          round = m.header().round();
          effects.cancelTimer(ASK);
          effects.decided(new Decision.Joined(self, incarnation));
          m.discard();
          train(effects);
        } else {
          m.discard();
        }
      }
      case NeighbourShare s -> {
        if (!sound(s.header(), s.values().vector(), effects)) {
          s.discard();
        } else if (s.passage().exchange() == QUESTION) {
          question(s, effects);
        } else {
          answer(s, effects);
        }
      }
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

  private boolean sound(Header h, FlatVector values, Effects effects) {
    if (h.run() != plan.run()) {
      refused(h, Refusal.WRONG_RUN, "run=" + h.run() + " (expected " + plan.run() + ")", effects);
    } else if (values.length() != x.length() || values.precision() != x.precision()) {
      refused(
          h,
          Refusal.WRONG_SHAPE,
          values + " (expected " + x.precision() + ", length=" + x.length() + ")",
          effects);
    } else if (!values.isFinite()) {
      refused(h, Refusal.NOT_FINITE, "from " + h.sender() + ", round=" + h.round(), effects);
    } else {
      return true;
    }
    return false;
  }

  private void question(NeighbourShare s, Effects effects) {
    Header h = s.header();
    PeerId asker = h.sender();
    if (joining || !live.contains(asker)) {
      refused(h, Refusal.NOT_A_NEIGHBOUR, asker + " (expected one of " + live + ")", effects);
      s.discard();
      return;
    }
    Answered last = answered.get(asker);
    Asked before = newest.get(asker);
    if (before != null && before.covers(h)) {
      s.discard();
      if (last != null && last.to(h)) {
        effects.ended(h, Ending.HEARD);
        reply(asker, last, effects); // The answer was lost, or is still under way.
      } else {
        refused(h, Refusal.DUPLICATE, "question=" + h.round() + " is answered", effects);
      }
      return;
    }
    newest.put(asker, new Asked(h.incarnation(), h.round()));
    forget(asker);
    effects.ended(h, Ending.AVERAGED);
    Lease half = effects.lease();
    averaged(model.answer(s.values().vector(), half.vector()));
    s.discard();
    Answered now = new Answered(h.incarnation(), h.round(), half);
    answered.put(asker, now);
    reply(asker, now, effects);
  }

  /** The asker's life and question come back to it, so that it knows its own. */
  private void reply(PeerId asker, Answered to, Effects effects) {
    effects.send(
        asker,
        new NeighbourShare(
            header(to.incarnation(), to.number()), new Passage(ANSWER, 0, 1), to.half().retain()));
  }

  private void answer(NeighbourShare s, Effects effects) {
    Header h = s.header();
    if (!h.sender().equals(partner) || h.version() != incarnation || h.round() != questions) {
      refused(
          h,
          Refusal.DUPLICATE,
          "answer=" + h.round() + " (waiting for " + questions + " of " + partner + ")",
          effects);
      s.discard();
      return;
    }
    partner = null;
    effects.cancelTimer(PATIENCE);
    effects.ended(h, Ending.AVERAGED);
    model.take(s.values().vector());
    averaged(2 * Math.sqrt(s.values().vector().squaredNorm()));
    s.discard();
  }

  private void averaged(double distance) {
    squares += distance * distance;
    averages++;
  }

  private void timer(String name, Effects effects) {
    if (name.equals(PATIENCE) && partner != null) {
      ask(partner, effects);
    } else if (name.equals(ASK) && joining) {
      join(effects);
    }
  }

  private Header header(long version, long number) {
    return new Header(plan.run(), self, incarnation, ++sequence, epoch, version, number);
  }

  private void refused(Header h, Refusal why, String detail, Effects effects) {
    effects.decided(new Decision.Refused(h, why, detail));
  }

  /** Whether {@link #state} can be taken: no question is open. */
  public boolean atRest() {
    return partner == null && !joining;
  }

  /**
   * What must survive. Answers that are kept for being asked again are not part of it: take it of
   * all workers when all are at rest.
   *
   * @throws IllegalStateException where the worker is not {@linkplain #atRest at rest}
   */
  public PeerState state() {
    if (!atRest()) {
      throw new IllegalStateException(
          self + " waits for " + (joining ? "parameters" : partner) + " (expected to be at rest)");
    }
    return new PeerState(
        PeerState.SCHEMA,
        self.slot(),
        incarnation,
        epoch,
        live.stream().map(PeerId::slot).toList(),
        round,
        questions,
        sequence,
        List.of(),
        List.of(),
        x,
        List.of());
  }

  /**
   * Takes up a saved state, before any event; {@code Started} goes on with the next round.
   *
   * @throws IllegalArgumentException where the state is of another form or model
   */
  public void restore(PeerState saved) {
    if (saved.schema() != PeerState.SCHEMA || saved.parameters().length() != x.length()) {
      throw new IllegalArgumentException(
          "saved state has schema=%d, parameters=%d (expected schema=%d, parameters=%d)"
              .formatted(
                  saved.schema(), saved.parameters().length(), PeerState.SCHEMA, x.length()));
    }
    round = saved.round();
    questions = saved.tick();
    sequence = saved.sequence();
    x.copyFrom(saved.parameters());
    restored = true;
  }

  @Override
  public FlatVector parameters() {
    return x;
  }

  @Override
  public long round() {
    return round;
  }

  @Override
  public boolean finished() {
    return round >= plan.rounds();
  }

  /** Gives back the answers that are kept for being asked again. */
  @Override
  public void close() {
    for (PeerId worker : List.copyOf(answered.keySet())) {
      forget(worker);
    }
  }
}
