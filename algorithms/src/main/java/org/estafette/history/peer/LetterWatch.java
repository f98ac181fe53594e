package org.estafette.history.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.estafette.algorithm.Ending;
import org.estafette.history.Digest;
import org.estafette.history.Violation.Promise;

/** The life of each message: sent, received, and then one end. */
final class LetterWatch implements Watch {
  private final Findings findings;
  private final boolean questions;
  private final Map<Self, Integer> held;
  private final Map<Letter, Copies> copies = new LinkedHashMap<>();
  private final Map<Self, List<Letter>> waiting = new HashMap<>();
  private final Map<Edge, PeerFact.Sent> newest = new HashMap<>();
  private final Set<Letter> averaged = new HashSet<>();
  private double last;

  private record Edge(int from, Self to, int part) {}

  /** Copies of one message: where they are. */
  private static final class Copies {
    final PeerFact.Sent sending;
    final long digest;
    int sent = 1;
    int ended;
    int waiting;

    Copies(PeerFact.Sent sending) {
      this.sending = sending;
      this.digest = Digest.of(sending.vector());
    }
  }

  /**
   * @param questions whether a message may be a question that is asked again
   * @param held messages that each worker holds at the end
   */
  LetterWatch(Findings findings, boolean questions, Map<Self, Integer> held) {
    this.findings = findings;
    this.questions = questions;
    this.held = held;
  }

  /** What was sent under that name. */
  PeerFact.Sent sending(Letter letter) {
    Copies c = copies.get(letter);
    if (c == null) {
      throw new IllegalArgumentException(letter + " was never sent");
    }
    return c.sending;
  }

  boolean known(Letter letter) {
    return copies.containsKey(letter);
  }

  @Override
  public void see(PeerFact fact) {
    last = fact.at();
    switch (fact) {
      case PeerFact.Sent f -> {
        Copies c = copies.get(f.letter());
        if (c == null) {
          copies.put(f.letter(), new Copies(f));
        } else {
          c.sent++;
          findings.hold(
              c.digest == Digest.of(f.vector()),
              Promise.UNALTERED,
              f.at(),
              () -> f.letter() + " was sent again with another vector");
        }
      }
      case PeerFact.Doubled f -> sent(f.letter()).sent++;
      case PeerFact.Lost f -> sent(f.letter()).ended++;
      case PeerFact.Received f -> received(f);
      case PeerFact.Refused f -> {
        if (known(f.letter())) { // Otherwise a call for parameters, or the worker's own steps.
          end(f.letter(), f.by(), f.at());
        }
      }
      case PeerFact.Ended f -> ended(f);
      case PeerFact.Gone f -> {
        List<Letter> left = waiting.remove(f.who());
        if (left != null) {
          left.forEach(letter -> {
            sent(letter).ended++;
            sent(letter).waiting--;
          });
        }
      }
      default -> {}
    }
  }

  private Copies sent(Letter letter) {
    Copies c = copies.get(letter);
    if (c == null) {
      throw new IllegalArgumentException(letter + " was never sent");
    }
    return c;
  }

  private void received(PeerFact.Received f) {
    Copies c = copies.get(f.letter());
    if (c == null) {
      findings.broken(
          Promise.APPLIED_ONLY_WHAT_CAME, f.at(), f.letter() + " came but was never sent");
      return;
    }
    findings.hold(
        c.digest == f.digest(),
        Promise.UNALTERED,
        f.at(),
        () -> f.letter() + " came with another vector than was sent");
    c.waiting++;
    waiting.computeIfAbsent(f.by(), k -> new ArrayList<>()).add(f.letter());
    Edge edge = edge(c.sending, f.by());
    newest.merge(edge, c.sending, (a, b) -> newer(b, a) ? b : a);
  }

  private static Edge edge(PeerFact.Sent s, Self by) {
    return new Edge(s.letter().name().slot(), by, s.passage().part());
  }

  /** Whether the first is of a later life, epoch, round or exchange. */
  private static boolean newer(PeerFact.Sent a, PeerFact.Sent b) {
    long[] x = place(a);
    long[] y = place(b);
    return java.util.Arrays.compare(x, y) > 0;
  }

  private static long[] place(PeerFact.Sent s) {
    return new long[] {
      s.header().incarnation(),
      s.header().epoch(),
      s.header().version(),
      s.passage().exchange(),
      s.header().round(),
      s.header().sequence()
    };
  }

  private void end(Letter letter, Self by, double at) {
    Copies c = copies.get(letter);
    List<Letter> there = waiting.get(by);
    if (c == null || there == null || !there.remove(letter)) {
      findings.broken(
          Promise.APPLIED_ONLY_WHAT_CAME, at, letter + " had an end but does not wait at " + by);
      return;
    }
    c.waiting--;
    c.ended++;
  }

  private void ended(PeerFact.Ended f) {
    if (f.ending() == Ending.AVERAGED && averaged.contains(f.letter())) {
      findings.broken(Promise.APPLIED_AT_MOST_ONCE, f.at(), f.letter() + " was averaged again");
      return;
    }
    end(f.letter(), f.by(), f.at());
    Copies c = copies.get(f.letter());
    if (c == null) {
      return;
    }
    PeerFact.Sent s = c.sending;
    switch (f.ending()) {
      case Ending.AVERAGED ->
          findings.hold(
              averaged.add(f.letter()),
              Promise.APPLIED_AT_MOST_ONCE,
              f.at(),
              () -> f.letter() + " was averaged again");
      case Ending.SUPERSEDED -> {
        PeerFact.Sent by = newest.get(edge(s, f.by()));
        findings.hold(
            s.conflatable() && by != null && newer(by, s),
            Promise.SUPERSEDED_BY_NEWER,
            f.at(),
            () ->
                f.letter()
                    + (s.conflatable()
                        ? " made way, but nothing newer has come"
                        : " is a share and made way for another (expected it to count)"));
      }
      case Ending.HEARD ->
          findings.hold(
              s.passage().isAnswer() || questions,
              Promise.ACCOUNTED_FOR,
              f.at(),
              () -> f.letter() + " was heard and nothing else (expected it in an average)");
    }
  }

  @Override
  public void end() {
    copies.forEach((letter, c) ->
        findings.hold(
            c.sent == c.ended + c.waiting,
            Promise.ACCOUNTED_FOR,
            last,
            () ->
                letter
                    + ": sent "
                    + c.sent
                    + ", averaged, refused, superseded or lost "
                    + c.ended
                    + ", waiting "
                    + c.waiting
                    + " (expected the first to be the sum of the others)"));
    waiting.forEach((who, letters) ->
        findings.hold(
            letters.size() == held.getOrDefault(who, 0),
            Promise.ACCOUNTED_FOR,
            last,
            () ->
                who
                    + " holds "
                    + held.getOrDefault(who, 0)
                    + " messages (expected "
                    + letters.size()
                    + ", such as "
                    + letters.getFirst()
                    + ")"));
  }
}
