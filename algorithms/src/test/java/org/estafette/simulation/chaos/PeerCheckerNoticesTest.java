package org.estafette.simulation.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.estafette.history.Violation.Promise;
import org.estafette.simulation.chaos.PeerChaosRun.Spoil;
import org.junit.jupiter.api.Test;

/**
 * A checker that never complains is worth nothing: methods, mailboxes and workers without a server
 * are spoilt on purpose, and exactly the promise that they break must be told.
 */
class PeerCheckerNoticesTest {
  private static final int RUNS = 3;

  private static Set<Promise> broken(PeerKind kind, Spoil spoil) {
    Set<Promise> all = EnumSet.noneOf(Promise.class);
    int kinds = PeerKind.values().length;
    for (int i = 0; i < RUNS; i++) {
      PeerChaosRun.of(PeerChaosCase.of(kind.ordinal() + (long) i * kinds), spoil)
          .violations()
          .forEach(v -> all.add(v.promise()));
    }
    return all;
  }

  @Test
  void contributionsThatAreSentBackShouldBeNoticedAsCountedTwice() {
    assertThat(broken(PeerKind.RELAY, Spoil.method(SpoiltMethod.Echoing::new)))
        .containsExactly(Promise.COUNTED_ONCE);
    assertThat(broken(PeerKind.RELAY_OVERLAPPED, Spoil.method(SpoiltMethod.Echoing::new)))
        .containsExactly(Promise.COUNTED_ONCE);
    assertThat(broken(PeerKind.RELAY_GRADIENTS, Spoil.method(SpoiltMethod.Echoing::new)))
        .containsExactly(Promise.COUNTED_ONCE);
  }

  @Test
  void sumsThatAreNotThoseOfTheirContributionsShouldBeNoticed() {
    for (PeerKind kind :
        new PeerKind[] {PeerKind.RELAY, PeerKind.RELAY_OVERLAPPED, PeerKind.RELAY_GRADIENTS}) {
      assertThat(broken(kind, Spoil.method(m -> new SpoiltMethod.Padding(m, 0))))
          .as("%s", kind)
          .containsExactly(Promise.SUMS_OF_CONTRIBUTIONS);
    }
    assertThat(broken(PeerKind.RELAY_HALF, Spoil.method(SpoiltMethod.Drifting::new)))
        .containsExactly(Promise.SUMS_OF_CONTRIBUTIONS);
  }

  @Test
  void massThatIsTakenTwiceOrLostShouldBeNoticed() {
    for (PeerKind kind : new PeerKind[] {PeerKind.PUSH_SUM, PeerKind.PUSH_SUM_PLAIN}) {
      assertThat(broken(kind, Spoil.method(SpoiltMethod.Doubling::new)))
          .as("%s", kind)
          .containsExactly(Promise.MASS_CONSERVED);
    }
    assertThat(broken(PeerKind.PUSH_SUM, Spoil.method(SpoiltMethod.Leaking::new)))
        .containsExactly(Promise.MASS_CONSERVED);
    assertThat(broken(PeerKind.CUMULATIVE_PUSH_SUM, Spoil.method(SpoiltMethod.Leaking::new)))
        .containsExactly(Promise.MASS_CONSERVED);
    assertThat(broken(PeerKind.PAIRS, Spoil.peer(SpoiltPeer.Drifting::new)))
        .containsExactly(Promise.MASS_CONSERVED);
  }

  @Test
  void meansThatMoveShouldBeNoticed() {
    for (PeerKind kind :
        new PeerKind[] {PeerKind.DP, PeerKind.QUASI_GLOBAL, PeerKind.GRADIENT_PUSH}) {
      assertThat(broken(kind, Spoil.method(SpoiltMethod.Drifting::new)))
          .as("%s", kind)
          .containsExactly(Promise.MEAN_CONSERVED);
    }
  }

  @Test
  void correctionsThatDoNotCancelShouldBeNoticed() {
    assertThat(broken(PeerKind.TRACKING, Spoil.method(m -> new SpoiltMethod.Padding(m, 1))))
        .containsExactly(Promise.CORRECTIONS_CANCEL);
    assertThat(broken(PeerKind.EXACT_DIFFUSION, Spoil.method(m -> new SpoiltMethod.Padding(m, 0))))
        .containsExactly(Promise.CORRECTIONS_CANCEL);
  }

  @Test
  void parametersThatAreNotTheReplayShouldBeNoticed() {
    Spoil secretly = new Spoil(SpoiltMethod.Drifting::new, q -> q, p -> p, false);
    assertThat(broken(PeerKind.DP_ASYNCHRONOUS, secretly))
        .containsExactly(Promise.PARAMETERS_ARE_THE_REPLAY);
  }

  @Test
  void messagesThatVanishShouldBeNoticed() {
    for (PeerKind kind : new PeerKind[] {PeerKind.DP, PeerKind.PUSH_SUM, PeerKind.PAIRS}) {
      assertThat(broken(kind, Spoil.peer(SpoiltPeer.Silent::new)))
          .as("%s", kind)
          .containsExactly(Promise.ACCOUNTED_FOR);
    }
    assertThat(broken(PeerKind.DP, Spoil.mailbox(SpoiltMailbox.Dropping::new)))
        .containsExactly(Promise.ACCOUNTED_FOR);
  }

  @Test
  void messagesThatAreHandedOutOrAveragedTwiceShouldBeNoticed() {
    assertThat(broken(PeerKind.DP, Spoil.mailbox(SpoiltMailbox.Repeating::new)))
        .containsExactly(Promise.APPLIED_ONLY_WHAT_CAME);
    assertThat(broken(PeerKind.PUSH_SUM, Spoil.peer(SpoiltPeer.Repeating::new)))
        .contains(Promise.APPLIED_AT_MOST_ONCE)
        .doesNotContain(Promise.MASS_CONSERVED, Promise.ACCOUNTED_FOR);
  }

  @Test
  void messagesThatAreAlteredShouldBeNoticed() {
    assertThat(broken(PeerKind.DP_ASYNCHRONOUS, Spoil.mailbox(SpoiltMailbox.Altering::new)))
        .containsExactly(Promise.UNALTERED);
  }

  @Test
  void sharesThatMakeWayShouldBeNoticed() {
    assertThat(broken(PeerKind.PUSH_SUM, Spoil.mailbox(SpoiltMailbox.Superseding::new)))
        .containsExactly(Promise.SUPERSEDED_BY_NEWER);
  }

  @Test
  void anOldEpochThatComesBackShouldBeNoticed() {
    assertThat(broken(PeerKind.DP, Spoil.peer(SpoiltPeer.Reviving::new)))
        .containsExactly(Promise.EPOCHS_FENCE);
  }

  @Test
  void roundsThatGoBackShouldBeNoticed() {
    assertThat(broken(PeerKind.DP_ASYNCHRONOUS, Spoil.peer(SpoiltPeer.Stumbling::new)))
        .containsExactly(Promise.VERSIONS_INCREASE);
  }

  @Test
  void whatWorksShouldBreakNothing() {
    for (PeerKind kind : PeerKind.values()) {
      assertThat(broken(kind, Spoil.NOTHING)).as("%s", kind).isEmpty();
    }
  }
}
