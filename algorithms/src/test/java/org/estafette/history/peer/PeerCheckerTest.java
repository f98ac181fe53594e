package org.estafette.history.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.estafette.algorithm.Ending;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.history.Digest;
import org.estafette.history.Violation;
import org.estafette.history.Violation.Promise;
import org.estafette.memory.Float64Vector;
import org.junit.jupiter.api.Test;

/** Histories without a server, written by hand: each breaks one promise, or none. */
class PeerCheckerTest {
  private static final Self ZERO = new Self(PeerId.worker(0), 1);
  private static final Self ONE = new Self(PeerId.worker(1), 1);

  private final List<PeerFact> facts = new ArrayList<>();

  private List<Promise> broken(Law law, Map<Self, Integer> held) {
    return PeerChecker.check(facts, new PeerChecker.Run(law, null, held, Double.POSITIVE_INFINITY))
        .violations()
        .stream()
        .map(Violation::promise)
        .toList();
  }

  private static Float64Vector vector(double x) {
    return Float64Vector.of(x);
  }

  private static Neighbourhood around(Self self, Self other) {
    List<PeerId> there = List.of(other.id());
    return new Neighbourhood(self.id(), 2, there, there, 0.5, List.of(0.5), List.of(0.5));
  }

  private void graph(long epoch) {
    facts.add(new PeerFact.Wired(0, ZERO, epoch, around(ZERO, ONE)));
    facts.add(new PeerFact.Wired(0, ONE, epoch, around(ONE, ZERO)));
  }

  /** Worker 1 sends worker 0 half of what it has. */
  private Letter sent(long sequence, long epoch, long round, boolean model) {
    Header h = new Header(1, ONE.id(), 1, sequence, epoch, round, round);
    Letter letter = Letter.of(h, ZERO.id());
    facts.add(new PeerFact.Sent(1, letter, h, new Passage(0, 0, 0.5), model, vector(2)));
    return letter;
  }

  private void received(Letter letter) {
    facts.add(new PeerFact.Received(1, letter, ZERO, Digest.of(vector(2))));
  }

  private void averaged(Letter letter) {
    facts.add(new PeerFact.Ended(1, letter, ZERO, Ending.AVERAGED));
    facts.add(new PeerFact.Taken(1, ZERO, ONE.id(), 0, 0.5, Digest.of(vector(2))));
  }

  private void begin() {
    graph(1);
    facts.add(new PeerFact.Began(0, ZERO, vector(3)));
    facts.add(new PeerFact.Began(0, ONE, vector(4)));
  }

  @Test
  void aPushThatIsGivenAndTakenOnceShouldBreakNothing() {
    begin();
    Letter letter = sent(1, 1, 1, false);
    received(letter);
    averaged(letter);
    facts.add(new PeerFact.Averaged(1, ZERO, vector(5), 1.5, false));
    facts.add(new PeerFact.Averaged(1, ONE, vector(2), 0.5, false));
    assertThat(broken(new Law.PushSum(true, false), Map.of())).isEmpty();
  }

  @Test
  void aWeightThatIsNotAbove0ShouldBeNoticed() {
    graph(1);
    facts.add(new PeerFact.Began(0, ONE, vector(4)));
    Letter letter = sent(1, 1, 1, false);
    facts.add(new PeerFact.Lost(1, letter, "lost on the way"));
    Letter other = sent(2, 1, 1, false);
    facts.add(new PeerFact.Lost(1, other, "lost on the way"));
    facts.add(new PeerFact.Averaged(1, ONE, vector(0), 0, false));
    assertThat(broken(new Law.PushSum(true, false), Map.of()))
        .containsExactly(Promise.WEIGHTS_POSITIVE);
  }

  @Test
  void aWeightThatIsLostShouldBeNoticed() {
    begin();
    Letter letter = sent(1, 1, 1, false);
    received(letter);
    averaged(letter);
    facts.add(new PeerFact.Averaged(1, ZERO, vector(5), 1.25, false));
    assertThat(broken(new Law.PushSum(true, false), Map.of()))
        .containsExactly(Promise.MASS_CONSERVED);
  }

  @Test
  void aModelMayMakeWayForANewerOneOnly() {
    begin();
    Letter older = sent(1, 1, 1, true);
    Letter newer = sent(2, 1, 2, true);
    received(newer);
    received(older);
    facts.add(new PeerFact.Ended(1, older, ZERO, Ending.SUPERSEDED));
    averaged(newer);
    assertThat(broken(new Law.None(), Map.of())).isEmpty();
    Letter newest = sent(3, 1, 3, true);
    received(newest);
    facts.add(new PeerFact.Ended(1, newest, ZERO, Ending.SUPERSEDED));
    assertThat(broken(new Law.None(), Map.of())).containsExactly(Promise.SUPERSEDED_BY_NEWER);
  }

  @Test
  void anOlderModelAfterANewerOneShouldBeNoticed() {
    begin();
    Letter older = sent(1, 1, 1, true);
    Letter newer = sent(2, 1, 2, true);
    received(older);
    received(newer);
    averaged(newer);
    averaged(older);
    assertThat(broken(new Law.None(), Map.of())).containsExactly(Promise.VERSIONS_INCREASE);
  }

  @Test
  void aMessageOfAnotherEpochOrOfNoNeighbourShouldBeNoticed() {
    begin();
    Letter letter = sent(1, 1, 1, true);
    received(letter);
    graph(2);
    averaged(letter);
    assertThat(broken(new Law.None(), Map.of())).containsExactly(Promise.EPOCHS_FENCE);
  }

  @Test
  void whatWaitsAtTheEndShouldBeHeldBySomebody() {
    begin();
    received(sent(1, 1, 1, true));
    assertThat(broken(new Law.None(), Map.of(ZERO, 1))).isEmpty();
    assertThat(broken(new Law.None(), Map.of())).containsExactly(Promise.ACCOUNTED_FOR);
    facts.add(new PeerFact.Gone(2, ZERO));
    assertThat(broken(new Law.None(), Map.of())).isEmpty();
  }

  @Test
  void aDuplicateShouldHaveAnEndOfItsOwn() {
    begin();
    Letter letter = sent(1, 1, 1, true);
    facts.add(new PeerFact.Doubled(1, letter));
    received(letter);
    received(letter);
    averaged(letter);
    assertThat(broken(new Law.None(), Map.of(ZERO, 1))).isEmpty();
    facts.add(new PeerFact.Refused(1, letter, ZERO, Refusal.DUPLICATE));
    assertThat(broken(new Law.None(), Map.of())).isEmpty();
  }
}
