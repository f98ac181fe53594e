package org.estafette.history.peer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.history.Digest;
import org.estafette.history.Violation.Promise;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Takes every worker's way once more: another instance of its method is told the same graphs, local
 * steps and messages in the same order, and must send and average the same, bit for bit.
 */
final class ReplayWatch implements Watch {
  private final Findings findings;
  private final LetterWatch letters;
  private final Function<Self, PeerMethod> methods;
  private final Map<Self, Understudy> understudies = new HashMap<>();
  private final Set<Self> strayed = new HashSet<>();
  private @Nullable Letter ended;

  /** The one who takes the way again. */
  private static final class Understudy {
    final PeerMethod method;
    @Nullable FlatVector x;
    @Nullable FlatVector composed;
    double mass;
    long sequence;
    int part;

    Understudy(PeerMethod method) {
      this.method = method;
    }
  }

  ReplayWatch(Findings findings, LetterWatch letters, Function<Self, PeerMethod> methods) {
    this.findings = findings;
    this.letters = letters;
    this.methods = methods;
  }

  private Understudy of(Self who) {
    return understudies.computeIfAbsent(who, k -> new Understudy(methods.apply(k)));
  }

  @Override
  public void see(PeerFact fact) {
    if (fact instanceof PeerFact.OfWorker f && strayed.contains(f.who())
        || fact instanceof PeerFact.Sent s && strayed.contains(s.who())) {
      return;
    }
    switch (fact) {
      case PeerFact.Wired f -> of(f.who()).method.rewire(f.around(), f.epoch());
      case PeerFact.Began f -> {
        FlatVector x = PeerHistory.copy(f.x());
        of(f.who()).x = x;
        of(f.who()).method.begin(x);
      }
      case PeerFact.Trained f -> {
        Understudy d = of(f.who());
        equal(f.x(), d.x, f.at(), f.who() + "'s parameters before its local steps");
        d.method.trained(PeerHistory.copy(f.x()), PeerHistory.copy(f.delta()), f.rate());
      }
      case PeerFact.Sent f when !f.passage().isAnswer() -> sent(f);
      case PeerFact.Ended f -> ended = f.letter();
      case PeerFact.Taken f -> {
        if (ended != null && letters.known(ended)) {
          FlatVector values = PeerHistory.copy(letters.sending(ended).vector());
          if (Digest.of(values) != f.digest()) {
            strayed.add(f.who()); // Another promise's matter; its way cannot be taken again.
          }
          of(f.who()).method.receive(f.from(), f.part(), f.mass(), Lease.unpooled(values));
        }
      }
      case PeerFact.Averaged f -> averaged(f);
      default -> {}
    }
  }

  private void sent(PeerFact.Sent f) {
    Understudy d = of(f.who());
    FlatVector vector = d.composed;
    boolean again =
        d.method.alike()
            && vector != null
            && d.sequence == f.header().sequence()
            && d.part == f.passage().part();
    if (!again || vector == null) {
      vector = f.vector().precision().zeros(f.vector().length());
      d.mass = d.method.compose(PeerId.worker(f.letter().to()), f.passage().part(), vector);
      d.composed = vector;
      d.sequence = f.header().sequence();
      d.part = f.passage().part();
    }
    equal(f.vector(), vector, f.at(), f.letter().toString());
    equal(f.passage().mass(), d.mass, f.at(), f.letter() + ": mass");
  }

  private void averaged(PeerFact.Averaged f) {
    Understudy d = of(f.who());
    FlatVector x = d.x;
    if (x == null) {
      return;
    }
    boolean more = d.method.average(x);
    equal(f.x(), x, f.at(), f.who() + "'s average");
    equal(f.mass(), d.method.mass(), f.at(), f.who() + "'s average: mass");
    equal(f.more() ? 1 : 0, more ? 1 : 0, f.at(), f.who() + "'s further exchanges");
  }

  private void equal(FlatVector seen, @Nullable FlatVector expected, double at, String what) {
    if (expected != null) {
      for (long i = 0; i < seen.length(); i++) {
        if (Double.doubleToLongBits(seen.get(i)) != Double.doubleToLongBits(expected.get(i))) {
          findings.broken(
              Promise.PARAMETERS_ARE_THE_REPLAY,
              at,
              what + ": " + Watch.difference(i, seen, expected));
          return;
        }
      }
    }
    findings.hold(true, Promise.PARAMETERS_ARE_THE_REPLAY, at, () -> what);
  }

  private void equal(double seen, double expected, double at, String what) {
    findings.hold(
        Double.doubleToLongBits(seen) == Double.doubleToLongBits(expected),
        Promise.PARAMETERS_ARE_THE_REPLAY,
        at,
        () -> what + "=" + seen + " (expected " + expected + ")");
  }

  @Override
  public void end() {
    understudies.values().forEach(d -> d.method.close());
  }
}
