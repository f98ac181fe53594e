package org.estafette.history.peer;

import java.util.HashMap;
import java.util.Map;
import org.estafette.algorithm.Ending;
import org.estafette.algorithm.Header;
import org.estafette.history.Violation.Promise;

/** What enters an average is of its graph; and nobody's rounds go back. */
final class FenceWatch implements Watch {
  private final Findings findings;
  private final LetterWatch letters;
  private final Map<Self, PeerFact.Wired> graphs = new HashMap<>();
  private final Map<Self, long[]> places = new HashMap<>();
  private final Map<Edge, long[]> averaged = new HashMap<>();

  private record Edge(int from, Self to, int part) {}

  FenceWatch(Findings findings, LetterWatch letters) {
    this.findings = findings;
    this.letters = letters;
  }

  @Override
  public void see(PeerFact fact) {
    switch (fact) {
      case PeerFact.Wired f -> {
        PeerFact.Wired before = graphs.put(f.who(), f);
        findings.hold(
            before == null || f.epoch() >= before.epoch(),
            Promise.EPOCHS_FENCE,
            f.at(),
            () -> f.who() + " went to epoch " + f.epoch() + " after a later one");
      }
      case PeerFact.Sent f when !f.passage().isAnswer() -> {
        long[] now = {f.header().epoch(), f.header().version(), f.passage().exchange()};
        long[] before = places.put(f.who(), now);
        findings.hold(
            before == null || java.util.Arrays.compare(before, now) <= 0,
            Promise.VERSIONS_INCREASE,
            f.at(),
            () -> f.letter() + " is of an earlier round than its sender's message before it");
      }
      case PeerFact.Ended f when f.ending() == Ending.AVERAGED && letters.known(f.letter()) ->
          averaged(f, letters.sending(f.letter()));
      default -> {}
    }
  }

  private void averaged(PeerFact.Ended f, PeerFact.Sent s) {
    Header h = s.header();
    PeerFact.Wired graph = graphs.get(f.by());
    boolean fenced =
        findings.hold(
            graph != null && graph.epoch() == h.epoch(),
            Promise.EPOCHS_FENCE,
            f.at(),
            () ->
                f.letter()
                    + " of epoch "
                    + h.epoch()
                    + " was averaged (expected epoch "
                    + (graph == null ? "none" : graph.epoch())
                    + ")");
    if (!fenced) {
      return;
    }
    findings.hold(
        graph == null
            || graph.around().from().contains(h.sender())
                && graph.around().carries(h.sender(), s.passage().part()),
        Promise.EPOCHS_FENCE,
        f.at(),
        () -> f.letter() + " was averaged, and there is no such edge in the graph");
    if (s.conflatable()) {
      Edge edge = new Edge(h.sender().slot(), f.by(), s.passage().part());
      long[] now = {h.epoch(), h.incarnation(), h.version(), s.passage().exchange()};
      long[] before = averaged.put(edge, now);
      findings.hold(
          before == null || java.util.Arrays.compare(before, now) < 0,
          Promise.VERSIONS_INCREASE,
          f.at(),
          () -> f.letter() + " was averaged after a newer one of its edge");
    }
  }
}
