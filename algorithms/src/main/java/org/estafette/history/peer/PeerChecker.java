package org.estafette.history.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.history.Digest;
import org.estafette.history.Violation;
import org.estafette.history.Violation.Promise;
import org.jspecify.annotations.Nullable;

/** Holds the history of a run without a server against the promises. */
public final class PeerChecker {
  private PeerChecker() {}

  /**
   * What is known of the run besides its history.
   *
   * @param law what its method keeps true
   * @param methods makes a method as each worker had it, for the replay; null where workers have
   *     none
   * @param held messages that each worker holds at the end
   * @param calm second from which on nothing has gone wrong for so long that relayed sums are whole
   *     again; infinite where that does not come
   */
  public record Run(
      Law law,
      @Nullable Function<Self, PeerMethod> methods,
      Map<Self, Integer> held,
      double calm) {}

  /**
   * What was found.
   *
   * @param violations of promises; of each the first few
   * @param held how many things were held against each promise
   */
  public record Result(List<Violation> violations, Map<Promise, Long> held) {}

  /** Checks a history. */
  public static Result check(List<PeerFact> facts, Run run) {
    Watch.Findings findings = new Watch.Findings();
    boolean pairs = run.law() instanceof Law.Pairs;
    LetterWatch letters = new LetterWatch(findings, pairs, run.held());
    List<Watch> watches = new ArrayList<>();
    watches.add(letters);
    if (!pairs) {
      watches.add(new FenceWatch(findings, letters));
      watches.add(new TakenWatch(findings, letters));
    }
    switch (run.law()) {
      case Law.RelayedModels l -> watches.add(new RelayWatch(findings, l.fill(), run.calm()));
      case Law.RelayedGradients l -> watches.add(new RelayedGradientsWatch(findings));
      case Law.PushSum l -> watches.add(new PushSumWatch(findings, letters, l));
      case Law.Mixing l -> watches.add(new MixingWatch(findings, letters, l));
      case Law.Pairs l -> watches.add(new PairWatch(findings, letters));
      case Law.None l -> {}
    }
    if (run.methods() != null) {
      watches.add(new ReplayWatch(findings, letters, run.methods()));
    }
    for (PeerFact fact : facts) {
      watches.forEach(w -> w.see(fact));
    }
    watches.forEach(Watch::end);
    return new Result(findings.violations(), findings.held());
  }

  /** What a method takes is the message that its worker says it averages. */
  private static final class TakenWatch implements Watch {
    private final Findings findings;
    private final LetterWatch letters;
    private PeerFact.@Nullable Ended ended;

    TakenWatch(Findings findings, LetterWatch letters) {
      this.findings = findings;
      this.letters = letters;
    }

    @Override
    public void see(PeerFact fact) {
      if (fact instanceof PeerFact.Ended e) {
        ended = e;
      } else if (fact instanceof PeerFact.Taken t) {
        PeerFact.Ended e = ended;
        ended = null;
        if (e == null || !letters.known(e.letter())) {
          findings.broken(
              Promise.APPLIED_AT_MOST_ONCE,
              t.at(),
              t.who() + " takes something of " + t.from() + " that is no message's first use");
          return;
        }
        PeerFact.Sent s = letters.sending(e.letter());
        findings.hold(
            Digest.of(s.vector()) == t.digest() && s.passage().mass() == t.mass(),
            Promise.UNALTERED,
            t.at(),
            () -> e.letter() + " is averaged with another vector, or mass, than was sent");
      }
    }
  }
}
