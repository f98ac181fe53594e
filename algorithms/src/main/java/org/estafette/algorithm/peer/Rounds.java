package org.estafette.algorithm.peer;

import java.util.List;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.estafette.algorithm.peer.Place.Phase;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * A worker's rounds: local steps, exchanges, averages, and for how long it waits for what they
 * need. See {@link PeerWorker}.
 */
final class Rounds {
  private static final String PATIENCE = "neighbours";

  private final PeerPlan plan;
  private final Surroundings surroundings;
  private final PeerMethod method;
  private final FlatVector x;
  private final Place here;
  private final Inbox inbox;
  private final Outbox outbox;

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

  Rounds(
      PeerPlan plan,
      Surroundings surroundings,
      PeerMethod method,
      FlatVector x,
      Place here,
      Inbox inbox,
      Outbox outbox) {
    this.plan = plan;
    this.surroundings = surroundings;
    this.method = method;
    this.x = x;
    this.here = here;
    this.inbox = inbox;
    this.outbox = outbox;
  }

  /** Whether the trainer is at work on what was ordered. */
  void busy(boolean yes) {
    busy = yes;
  }

  /** Its next round is the others' newest. */
  void fallBehind() {
    behind = true;
  }

  /** A new graph, whose rounds are counted from 0; {@code first} where none was before it. */
  void rewired(boolean first) {
    changed = !first;
    needNext();
  }

  /** While training: the messages that the next average will need. */
  void needNext() {
    inbox.need(plan.pace() == Pace.OVERLAPPED ? here.tick : here.tick + 1, 0);
  }

  /** Begins, or goes on, from x. */
  void go(Effects effects) {
    boolean restored = here.phase == Phase.RESTORED;
    if (!restored) {
      method.begin(x);
    }
    if (here.round >= plan.rounds()) {
      here.phase = Phase.DONE;
      return;
    }
    here.phase = Phase.TRAINING;
    if (!restored || here.tick == 0) {
      greet(effects);
    }
    needNext();
    train(effects);
  }

  /** Overlapped rounds of a method that wants it: the message that the first average rests on. */
  void greet(Effects effects) {
    if (plan.pace() == Pace.OVERLAPPED && method.greets()) {
      send(here.round, effects);
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
    effects.train(here.round + 1, plan.order(here.self.slot(), here.round));
  }

  /** The local steps that were ordered are done. */
  void trained(Event.RoundTrained e, Effects effects) {
    busy = false;
    try (Lease delta = e.delta()) {
      if (here.phase == Phase.RESTORED) {
        here.phase = Phase.TRAINING; // Its local steps were saved with it.
      }
      if (here.phase != Phase.TRAINING) {
        again = false;
        return;
      }
      if (again || e.result().steps() == 0) {
        again = false;
        train(effects);
        return;
      }
      if (e.diverged()) {
        Diverged.stay(e, here.own(here.round + 1), effects);
      }
      report =
          new RoundReport(
              e.result().steps(),
              e.result().tokens(),
              e.seconds(),
              e.result().meanLoss(),
              here.self.slot());
      method.trained(x, delta.vector(), e.result().rate());
    }
    long next = inbox.next(here.tick, behind);
    boolean skips = behind ? next > 1 : next > here.tick + 1;
    behind = false;
    here.tick = next;
    if (skips) {
      // Nobody is to wait for the rounds that this worker leaves out.
      outbox.parametersToAll(effects);
    }
    here.exchange = 0;
    here.phase = Phase.WAITING;
    if (plan.pace() == Pace.SYNCHRONOUS) {
      send(here.round + 1, effects);
      inbox.need(here.tick, 0);
    } else {
      if (skips) {
        // The messages of the round before come from the neighbours of that round.
        place(here.tick - 1);
      }
      inbox.need(here.tick - 1, 0);
    }
    advance(false, effects);
  }

  /** This worker's place in a graph that varies, for an exchange of that round. */
  private void place(long inRound) {
    if (surroundings.varying()) {
      Neighbourhood around = here.turn(inRound);
      method.rewire(around, here.epoch);
      inbox.sources(around);
    }
  }

  private void send(long named, Effects effects) {
    place(here.tick);
    outbox.exchange(named, effects);
  }

  /** The graph changed while this worker waited: the same local steps, exchanged in the new one. */
  void exchangeAgain(Effects effects) {
    stopWaiting(effects);
    if (plan.pace() == Pace.SYNCHRONOUS) {
      if (here.exchange == 0) {
        here.tick = 1;
        send(here.round + 1, effects);
        inbox.need(here.tick, 0);
      } else {
        alone = true; // Some of this round's averages are done; the others begin with their first.
        inbox.need(0, here.exchange);
      }
    } else {
      greet(effects);
      here.tick = 1;
      inbox.need(0, 0);
    }
    advance(false, effects);
  }

  /** Ends exchanges and rounds as long as all that they need is there. */
  void advance(boolean outOfPatience, Effects effects) {
    boolean now = outOfPatience;
    while (here.phase == Phase.WAITING && (now || alone || complete())) {
      now = false;
      stopWaiting(effects);
      int fresh = inbox.take(Inbox.Refusals.to(effects));
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
      here.exchange++;
      if (!alone) {
        send(here.round + 1, effects);
      }
      inbox.need(here.tick, here.exchange);
    }
    if (here.phase == Phase.WAITING && !timing && Double.isFinite(plan.patience())) {
      timing = true;
      effects.setTimer(PATIENCE, plan.patience());
    }
  }

  private boolean complete() {
    return switch (plan.pace()) {
      case ASYNCHRONOUS -> true;
      case OVERLAPPED -> here.tick == 1 && !method.greets() || inbox.complete();
      case SYNCHRONOUS -> inbox.complete();
    };
  }

  private void endRound(int fresh, Effects effects) {
    long counted = here.round + 1;
    here.round = Math.min(plan.rounds(), Math.max(counted, othersRound()));
    int sources = here.neighbourhood().from().size();
    effects.decided(
        new Decision.Mixed(
            here.self,
            java.util.Objects.requireNonNull(report),
            here.round,
            fresh,
            Math.max(0, sources - fresh),
            method.mass(),
            method.spread()));
    here.exchange = 0;
    alone = false;
    if (plan.pace() != Pace.SYNCHRONOUS) {
      send(here.round, effects);
    }
    if (here.round >= plan.rounds()) {
      here.phase = Phase.DONE;
      inbox.end(Inbox.Refusals.to(effects));
      boolean followed = here.round > counted && plan.pace() == Pace.SYNCHRONOUS;
      if (followed || surroundings.varying() && changed) {
        // The last message did not say so, or not to who waits for the next.
        outbox.parametersToAll(effects);
      }
      return;
    }
    here.phase = Phase.TRAINING;
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

  /** Nothing is waited for any more. */
  void stopWaiting(Effects effects) {
    if (timing) {
      timing = false;
      effects.cancelTimer(PATIENCE);
    }
  }

  /** A timer of this name fired. */
  void timer(String name, Effects effects) {
    if (name.equals(PATIENCE) && here.phase == Phase.WAITING && timing) {
      timing = false;
      advance(true, effects);
    }
  }
}
