package org.estafette.history.peer;

import java.util.HashMap;
import java.util.Map;
import org.estafette.history.Violation.Promise;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * Push-sum's mass: what a worker has is what it kept, trained and was given. With each message
 * counted once, or lost with a reason, the sum over workers and messages follows.
 */
final class PushSumWatch implements Watch {
  private final Findings findings;
  private final LetterWatch letters;
  private final Law.PushSum law;
  private final Map<Self, Account> accounts = new HashMap<>();
  private @Nullable Letter ended;

  /** A worker's mass, and what went over its edges in this epoch. */
  private static final class Account {
    final FlatVector x;
    double weight = 1;
    long epoch = Long.MIN_VALUE;
    final Map<Integer, PeerFact.Sent> given = new HashMap<>();
    final Map<Integer, PeerFact.Sent> taken = new HashMap<>();

    Account(FlatVector x) {
      this.x = PeerHistory.copy(x);
    }

    void move(double sign, PeerFact.Sent now, PeerFact.@Nullable Sent before) {
      x.axpy(sign, now.vector());
      weight += sign * now.passage().mass();
      if (before != null) {
        x.axpy(-sign, before.vector());
        weight -= sign * before.passage().mass();
      }
    }
  }

  PushSumWatch(Findings findings, LetterWatch letters, Law.PushSum law) {
    this.findings = findings;
    this.letters = letters;
    this.law = law;
  }

  @Override
  public void see(PeerFact fact) {
    switch (fact) {
      case PeerFact.Began f -> {
        Account former = accounts.put(f.who(), new Account(f.x()));
        if (former != null) {
          accounts.get(f.who()).epoch = former.epoch;
        }
      }
      case PeerFact.Wired f -> wired(f);
      case PeerFact.Trained f -> {
        Account a = accounts.get(f.who());
        if (a != null) {
          a.x.axpy(law.weighted() ? -a.weight : -1, f.delta());
        }
      }
      case PeerFact.Sent f when !f.passage().isAnswer() -> {
        Account a = accounts.get(f.who());
        if (a != null) {
          PeerFact.Sent before = a.given.put(f.letter().to(), f);
          a.move(-1, f, law.cumulative() ? before : null);
        }
      }
      case PeerFact.Ended f -> ended = f.letter();
      case PeerFact.Taken f -> taken(f);
      case PeerFact.Averaged f -> averaged(f);
      default -> {}
    }
  }

  private void wired(PeerFact.Wired f) {
    Account a = accounts.get(f.who());
    if (a != null && f.epoch() > a.epoch) {
      a.epoch = f.epoch();
      a.given.clear();
      a.taken.clear();
    }
  }

  private void taken(PeerFact.Taken f) {
    Account a = accounts.get(f.who());
    if (a == null || ended == null || !letters.known(ended)) {
      return;
    }
    PeerFact.Sent s = letters.sending(ended);
    if (!law.cumulative()) {
      a.move(1, s, null);
      return;
    }
    PeerFact.Sent before = a.taken.get(f.from().slot());
    if (before == null || s.passage().mass() > before.passage().mass()) {
      a.taken.put(f.from().slot(), s);
      a.move(1, s, before);
    }
  }

  private void averaged(PeerFact.Averaged f) {
    Account a = accounts.get(f.who());
    if (a == null) {
      return;
    }
    long i = Watch.differs(f.x(), a.x);
    findings.hold(
        i < 0,
        Promise.MASS_CONSERVED,
        f.at(),
        () -> f.who() + ": of its numerators " + Watch.difference(i, f.x(), a.x));
    double weight = a.weight;
    findings.hold(
        Math.abs(f.mass() - weight) <= 1e-9 * (1 + weight),
        Promise.MASS_CONSERVED,
        f.at(),
        () -> f.who() + ": weight=" + f.mass() + " (expected " + weight + ")");
    findings.hold(
        f.mass() > 0,
        Promise.WEIGHTS_POSITIVE,
        f.at(),
        () -> f.who() + ": weight=" + f.mass() + " (expected > 0)");
    a.x.copyFrom(f.x());
    a.weight = f.mass();
  }
}
