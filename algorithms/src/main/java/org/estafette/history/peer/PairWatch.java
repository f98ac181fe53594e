package org.estafette.history.peer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.estafette.algorithm.Ending;
import org.estafette.history.Digest;
import org.estafette.history.Violation.Promise;
import org.estafette.memory.FlatVector;

/**
 * Averages in pairs: a question is answered once, its answer taken once, and what a worker has is
 * what it had less its steps, less the halves that it gave, plus those that it took.
 */
final class PairWatch implements Watch {
  private static final int ANSWER = 1;

  private final Findings findings;
  private final LetterWatch letters;
  private final Map<Self, FlatVector> expected = new HashMap<>();
  private final Map<Question, Long> answers = new HashMap<>();
  private final Set<Question> taken = new HashSet<>();
  private final Set<Self> joined = new HashSet<>();

  /** Asked by whom, in which life, as which, and of whom. */
  private record Question(int asker, long life, long number, Self of) {}

  PairWatch(Findings findings, LetterWatch letters) {
    this.findings = findings;
    this.letters = letters;
  }

  @Override
  public void see(PeerFact fact) {
    switch (fact) {
      case PeerFact.Joined f -> joined.add(f.who());
      case PeerFact.Stepped f -> {
        FlatVector x = expected.get(f.who());
        if (x != null && f.delta().isFinite()) {
          x.axpy(-1, f.delta());
        }
      }
      case PeerFact.Sent f when !f.passage().isAnswer() && f.passage().exchange() == ANSWER ->
          answered(f);
      case PeerFact.Ended f when f.ending() == Ending.AVERAGED && letters.known(f.letter()) ->
          averaged(f, letters.sending(f.letter()));
      case PeerFact.Stood f -> stood(f);
      default -> {}
    }
  }

  private void answered(PeerFact.Sent f) {
    Question q = new Question(f.letter().to(), f.header().version(), f.header().round(), f.who());
    long digest = Digest.of(f.vector());
    Long before = answers.putIfAbsent(q, digest);
    if (before == null) {
      FlatVector x = expected.get(f.who());
      if (x != null) {
        x.axpy(-1, f.vector());
      }
    } else {
      findings.hold(
          before == digest,
          Promise.MASS_CONSERVED,
          f.at(),
          () -> f.letter() + " repeats an answer with another half");
    }
  }

  private void averaged(PeerFact.Ended f, PeerFact.Sent s) {
    if (s.passage().exchange() != ANSWER) {
      return;
    }
    Question q =
        new Question(f.by().id().slot(), s.header().version(), s.header().round(), s.who());
    findings.hold(
        taken.add(q),
        Promise.APPLIED_AT_MOST_ONCE,
        f.at(),
        () -> f.letter() + " answers a question whose answer was taken before");
    FlatVector x = expected.get(f.by());
    if (x != null) {
      x.axpy(1, s.vector());
    }
  }

  private void stood(PeerFact.Stood f) {
    FlatVector x = expected.get(f.who());
    if (x != null && !joined.remove(f.who())) {
      long i = Watch.differs(f.x(), x);
      findings.hold(
          i < 0,
          Promise.MASS_CONSERVED,
          f.at(),
          () -> f.who() + ": " + Watch.difference(i, f.x(), x));
    }
    expected.put(f.who(), PeerHistory.copy(f.x()));
  }
}
