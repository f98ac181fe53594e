package org.estafette.history.peer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.estafette.algorithm.PeerId;
import org.estafette.history.Violation.Promise;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * Synchronous rounds with doubly stochastic weights: an exchange in which everybody heard all
 * neighbours leaves the mean of all models where it was. Corrections keep that only as long as
 * nothing was missed since the graph's epoch began.
 */
final class MixingWatch implements Watch {
  private final Findings findings;
  private final LetterWatch letters;
  private final Law.Mixing law;
  private final Map<Self, Worker> workers = new HashMap<>();
  private final Map<Position, Exchange> exchanges = new HashMap<>();

  /** The last round up to which nothing was missed, of each epoch. */
  private final Map<Long, Long> whole = new HashMap<>();

  private @Nullable Letter ended;

  private record Position(long epoch, long round, int exchange) {}

  private static final class Worker {
    PeerFact.@Nullable Wired graph;
    @Nullable Position place;
    @Nullable FlatVector in;
    @Nullable FlatVector step;
    @Nullable FlatVector message;
    @Nullable FlatVector tracker;
    final Set<Integer> heard = new HashSet<>();
  }

  private static final class Exchange {
    final Set<Self> who = new HashSet<>();
    final FlatVector in;
    final FlatVector out;
    final FlatVector messages;
    final FlatVector trackers;
    final FlatVector steps;
    boolean whole = true;

    Exchange(FlatVector form) {
      in = form.precision().zeros(form.length());
      out = form.precision().zeros(form.length());
      messages = form.precision().zeros(form.length());
      trackers = form.precision().zeros(form.length());
      steps = form.precision().zeros(form.length());
    }
  }

  MixingWatch(Findings findings, LetterWatch letters, Law.Mixing law) {
    this.findings = findings;
    this.letters = letters;
    this.law = law;
  }

  private Worker worker(Self who) {
    return workers.computeIfAbsent(who, k -> new Worker());
  }

  @Override
  public void see(PeerFact fact) {
    switch (fact) {
      case PeerFact.Wired f -> worker(f.who()).graph = f;
      case PeerFact.Trained f -> {
        Worker w = worker(f.who());
        FlatVector in = PeerHistory.copy(f.x());
        in.axpy(-1, f.delta());
        w.in = in;
        w.step = f.delta();
      }
      case PeerFact.Sent f when !f.passage().isAnswer() -> {
        Worker w = worker(f.who());
        w.place = new Position(f.header().epoch(), f.header().version(), f.passage().exchange());
        if (f.passage().part() == 1) {
          w.tracker = f.vector();
        } else {
          w.message = f.vector();
        }
      }
      case PeerFact.Ended f -> ended = f.letter();
      case PeerFact.Taken f -> {
        Worker w = worker(f.who());
        if (ended != null && letters.known(ended)) {
          PeerFact.Sent s = letters.sending(ended);
          Position p =
              new Position(s.header().epoch(), s.header().version(), s.passage().exchange());
          if (p.equals(w.place)) {
            w.heard.add(key(f.from(), f.part()));
          }
        }
      }
      case PeerFact.Averaged f -> averaged(f, worker(f.who()));
      default -> {}
    }
  }

  private static int key(PeerId from, int part) {
    return 2 * from.slot() + part;
  }

  private void averaged(PeerFact.Averaged f, Worker w) {
    Position place = w.place;
    FlatVector in = w.in;
    if (w.graph != null && place != null && in != null && place.epoch() == w.graph.epoch()) {
      Exchange e = exchanges.computeIfAbsent(place, k -> new Exchange(f.x()));
      if (e.who.add(f.who())) {
        e.in.axpy(1, in);
        e.out.axpy(1, f.x());
        if (law.corrected() && w.message != null) {
          e.messages.axpy(1, w.message);
        }
        if (law.tracked() && w.tracker != null && w.step != null) {
          e.trackers.axpy(1, w.tracker);
          e.steps.axpy(-1, w.step);
        }
      }
      for (PeerId from : w.graph.around().from()) {
        for (int part = 0; part < (law.tracked() ? 2 : 1); part++) {
          e.whole &= w.heard.contains(key(from, part));
        }
      }
      if (e.who.size() == w.graph.around().workers()) {
        closed(place, e, f.at());
      }
    }
    w.heard.clear();
    w.place = null;
    w.in = PeerHistory.copy(f.x());
  }

  private void closed(Position place, Exchange e, double at) {
    exchanges.remove(place);
    boolean since = whole.getOrDefault(place.epoch(), 0L) == place.round() - 1;
    if (!e.whole || law.corrected() && !since) {
      return;
    }
    boolean cancelled =
        !law.corrected()
            || e.who.size() == 1
            || cancel("models with corrections", e.messages, e.in, place, at)
                && (!law.tracked() || cancel("trackers", e.trackers, e.steps, place, at));
    if (!cancelled) {
      return; // Then the mean moves too.
    }
    long i = Watch.differs(e.out, e.in);
    findings.hold(
        i < 0,
        Promise.MEAN_CONSERVED,
        at,
        () ->
            "round "
                + place.round()
                + " of epoch "
                + place.epoch()
                + ": of the sum of all models "
                + Watch.difference(i, e.out, e.in));
    if (since && place.exchange() == 0) {
      whole.put(place.epoch(), place.round());
    }
  }

  private boolean cancel(
      String what, FlatVector sum, FlatVector expected, Position place, double at) {
    long i = Watch.differs(sum, expected);
    return findings.hold(
        i < 0,
        Promise.CORRECTIONS_CANCEL,
        at,
        () ->
            "round "
                + place.round()
                + " of epoch "
                + place.epoch()
                + ": of the sum of all "
                + what
                + " "
                + Watch.difference(i, sum, expected));
  }
}
