package org.estafette.history.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.estafette.algorithm.PeerId;
import org.estafette.history.Violation.Promise;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * RelaySum of pseudo-gradients: within an epoch of the tree each is handed to each neighbour once,
 * and applied once by everybody whom it reaches.
 */
final class RelayedGradientsWatch implements Watch {
  private final Findings findings;
  private final Contributions steps = new Contributions();
  private final Map<Self, Worker> workers = new HashMap<>();
  private @Nullable Letter ended;

  private static final class Worker {
    PeerFact.@Nullable Wired graph;
    @Nullable FlatVector x;

    /** What has come and is to be handed on, by neighbour. */
    final Map<Integer, List<Contributions.Name>> toPass = new HashMap<>();

    final Map<Integer, Set<Contributions.Name>> passed = new HashMap<>();
    final List<Contributions.Name> toApply = new ArrayList<>();
    final Set<Contributions.Name> applied = new HashSet<>();
  }

  RelayedGradientsWatch(Findings findings) {
    this.findings = findings;
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
          w.toPass.clear();
          w.passed.clear();
          w.toApply.clear();
          w.applied.clear();
        }
        w.graph = f;
      }
      case PeerFact.Trained f -> {
        steps.add(f.who(), f.delta());
        worker(f.who()).x = f.x();
      }
      case PeerFact.Sent f when !f.passage().isAnswer() -> sent(f);
      case PeerFact.Ended f -> ended = f.letter();
      case PeerFact.Taken f -> taken(f, worker(f.who()));
      case PeerFact.Averaged f -> averaged(f, worker(f.who()));
      default -> {}
    }
  }

  private void taken(PeerFact.Taken f, Worker w) {
    if (ended == null || w.graph == null) {
      return;
    }
    List<Contributions.Name> names = steps.in(ended);
    w.toApply.addAll(names);
    for (PeerId to : w.graph.around().to()) {
      if (!to.equals(f.from())) {
        w.toPass.computeIfAbsent(to.slot(), k -> new ArrayList<>()).addAll(names);
      }
    }
  }

  private void sent(PeerFact.Sent f) {
    Self who = f.who();
    if (!steps.known(who)) {
      return;
    }
    Worker w = worker(who);
    List<Contributions.Name> names = new ArrayList<>();
    names.add(steps.newest(who));
    List<Contributions.Name> come = w.toPass.remove(f.letter().to());
    if (come != null) {
      names.addAll(come);
    }
    steps.put(f.letter(), names);
    Set<Contributions.Name> before =
        w.passed.computeIfAbsent(f.letter().to(), k -> new HashSet<>());
    boolean once = true;
    for (Contributions.Name n : names) {
      once &= before.add(n);
    }
    boolean counted =
        findings.hold(
            once && f.passage().mass() == names.size(),
            Promise.COUNTED_ONCE,
            f.at(),
            () ->
                f.letter()
                    + " says it rests on "
                    + f.passage().mass()
                    + " (expected "
                    + names.size()
                    + ", none of which was passed on before: "
                    + names
                    + ")");
    if (!counted) {
      return;
    }
    FlatVector sum = steps.sum(names, f.vector());
    long i = Watch.differs(f.vector(), sum, steps.scale(names));
    findings.hold(
        i < 0,
        Promise.SUMS_OF_CONTRIBUTIONS,
        f.at(),
        () -> f.letter() + ": " + Watch.difference(i, f.vector(), sum));
  }

  private void averaged(PeerFact.Averaged f, Worker w) {
    if (w.graph == null || w.x == null) {
      return;
    }
    List<Contributions.Name> names = new ArrayList<>(w.toApply);
    names.add(steps.newest(f.who()));
    w.toApply.clear();
    boolean once = true;
    for (Contributions.Name n : names) {
      once &= w.applied.add(n);
    }
    boolean counted =
        findings.hold(
            once && f.mass() == names.size(),
            Promise.COUNTED_ONCE,
            f.at(),
            () ->
                f.who()
                    + "'s step says it rests on "
                    + f.mass()
                    + " (expected "
                    + names.size()
                    + ", none of which was applied before: "
                    + names
                    + ")");
    if (!counted) {
      return;
    }
    FlatVector expected = PeerHistory.copy(w.x);
    expected.axpy(-1.0 / w.graph.around().workers(), steps.sum(names, f.x()));
    double scale = Math.max(Watch.largest(w.x), steps.scale(names));
    long i = Watch.differs(f.x(), expected, scale);
    findings.hold(
        i < 0,
        Promise.SUMS_OF_CONTRIBUTIONS,
        f.at(),
        () -> f.who() + "'s step: " + Watch.difference(i, f.x(), expected));
  }
}
