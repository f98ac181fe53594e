package org.estafette.history.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.history.Violation.Promise;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * RelaySum of models, seen by one who sees everything: which half steps are in each message follows
 * from which messages its sender had averaged, and so do the sum and the count that it should have.
 */
final class RelayWatch implements Watch {
  private final Findings findings;
  private final Fill fill;
  private final double calm;
  private final Contributions halves = new Contributions();
  private final Map<Self, Worker> workers = new HashMap<>();
  private @Nullable Letter ended;

  /** What a worker holds of each part and neighbour, and what it needs to average. */
  private static final class Worker {
    PeerFact.@Nullable Wired graph;
    final Map<Integer, Map<PeerId, Held>> held = new TreeMap<>();
    @Nullable FlatVector start;
    @Nullable FlatVector before;
  }

  private record Held(Letter letter, boolean fresh) {}

  /**
   * @param calm second from which on every average rests on everybody
   */
  RelayWatch(Findings findings, Fill fill, double calm) {
    this.findings = findings;
    this.fill = fill;
    this.calm = calm;
  }

  private Worker worker(Self who) {
    return workers.computeIfAbsent(who, k -> new Worker());
  }

  @Override
  public void see(PeerFact fact) {
    switch (fact) {
      case PeerFact.Wired f -> {
        Worker w = worker(f.who());
        if (w.graph == null || f.epoch() > w.graph.epoch()) {
          w.held.clear();
        }
        w.graph = f;
      }
      case PeerFact.Began f -> {
        worker(f.who()).start = f.x();
        halves.add(f.who(), f.x());
      }
      case PeerFact.Trained f -> {
        FlatVector half = PeerHistory.copy(f.x());
        half.axpy(-1, f.delta());
        halves.add(f.who(), half);
        worker(f.who()).before = f.x();
      }
      case PeerFact.Sent f when !f.passage().isAnswer() -> sent(f);
      case PeerFact.Ended f -> ended = f.letter();
      case PeerFact.Taken f -> {
        if (ended != null) {
          worker(f.who())
              .held
              .computeIfAbsent(f.part(), k -> new TreeMap<>())
              .put(f.from(), new Held(ended, true));
        }
      }
      case PeerFact.Averaged f -> averaged(f, worker(f.who()));
      default -> {}
    }
  }

  private void sent(PeerFact.Sent f) {
    Self who = f.who();
    if (!halves.known(who)) {
      return;
    }
    List<Contributions.Name> names = new ArrayList<>();
    names.add(halves.newest(who));
    worker(who)
        .held
        .getOrDefault(f.passage().part(), Map.of())
        .forEach((from, held) -> {
          if (from.slot() != f.letter().to()) {
            names.addAll(halves.in(held.letter()));
          }
        });
    halves.put(f.letter(), names);
    if (!counted(f.letter().toString(), names, f.passage().mass(), f.at())) {
      return;
    }
    FlatVector sum = halves.sum(names, f.vector());
    long i = Watch.differs(f.vector(), sum, halves.scale(names));
    findings.hold(
        i < 0,
        Promise.SUMS_OF_CONTRIBUTIONS,
        f.at(),
        () -> f.letter() + ": " + Watch.difference(i, f.vector(), sum));
  }

  private boolean counted(String what, List<Contributions.Name> names, double mass, double at) {
    List<Integer> twice = Contributions.twice(names);
    return findings.hold(
        twice.isEmpty() && mass == names.size(),
        Promise.COUNTED_ONCE,
        at,
        () ->
            what
                + " says it rests on "
                + mass
                + " (expected "
                + names.size()
                + ": "
                + names
                + (twice.isEmpty() ? ")" : ", of which the slots " + twice + " are there twice)"));
  }

  private void averaged(PeerFact.Averaged f, Worker w) {
    PeerFact.Wired graph = w.graph;
    FlatVector before = w.before;
    if (graph == null || before == null) {
      return;
    }
    int parts = Math.max(1, graph.around().partners().size());
    FlatVector expected = f.x().precision().zeros(f.x().length());
    double mass = Double.POSITIVE_INFINITY;
    double scale = 0;
    for (int part = 0; part < parts; part++) {
      List<Contributions.Name> names = names(f.who(), w, part);
      mass = Math.min(mass, names.size());
      List<Integer> twice = Contributions.twice(names);
      findings.hold(
          twice.isEmpty(),
          Promise.COUNTED_ONCE,
          f.at(),
          () -> f.who() + "'s average has the slots " + twice + " twice: " + names);
      findings.hold(
          f.at() < calm || names.size() == graph.around().workers(),
          Promise.ALL_COUNTED,
          f.at(),
          () ->
              f.who()
                  + "'s average rests on "
                  + names
                  + " (expected all "
                  + graph.around().workers()
                  + ")");
      scale = Math.max(scale, Math.max(halves.scale(names), Watch.largest(before)));
      FlatVector x = average(names, f, w, before);
      for (long c = part; c < x.length(); c += parts) {
        expected.set(c, x.get(c));
      }
    }
    w.before = f.x();
    double least = mass;
    boolean counted =
        findings.hold(
            f.mass() == least,
            Promise.COUNTED_ONCE,
            f.at(),
            () -> f.who() + "'s average rests on " + f.mass() + " (expected " + least + ")");
    if (counted) {
      long i = Watch.differs(f.x(), expected, scale);
      findings.hold(
          i < 0,
          Promise.SUMS_OF_CONTRIBUTIONS,
          f.at(),
          () -> f.who() + "'s average: " + Watch.difference(i, f.x(), expected));
    }
  }

  /** What an average has, after what was not renewed is forgotten where it is. */
  private List<Contributions.Name> names(Self who, Worker w, int part) {
    Map<PeerId, Held> held = w.held.computeIfAbsent(part, k -> new TreeMap<>());
    if (fill != Fill.HOLD) {
      held.values().removeIf(h -> !h.fresh());
    }
    List<Contributions.Name> names = new ArrayList<>();
    names.add(halves.newest(who));
    held.values().forEach(h -> names.addAll(halves.in(h.letter())));
    held.replaceAll((from, h) -> new Held(h.letter(), false));
    return names;
  }

  private FlatVector average(
      List<Contributions.Name> names, PeerFact.Averaged f, Worker w, FlatVector before) {
    FlatVector x = halves.sum(names, f.x());
    int n = w.graph == null ? 1 : w.graph.around().workers();
    int missing = n - names.size();
    FlatVector start = w.start;
    switch (fill) {
      case HOLD, HALF -> x.axpy(missing, halves.vector(halves.newest(f.who())));
      case PREVIOUS -> x.axpy(missing, before);
      case START -> x.axpy(missing, start == null ? before : start);
      case COUNT -> {}
    }
    x.scale(1.0 / (fill == Fill.COUNT ? names.size() : n));
    return x;
  }
}
