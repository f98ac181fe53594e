package org.estafette.algorithm.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NeighbourQueuesTest {
  private static final PeerId ONE = PeerId.worker(1);
  private static final PeerId TWO = PeerId.worker(2);

  private final VectorPool pool = VectorPool.unbounded("queues", Precision.FLOAT64, 1);
  private final GossipQueue gossip = new GossipQueue(QueueOptions.of(3, 1));
  private final RelayQueue relay = new RelayQueue(QueueOptions.of(6, 1));

  @AfterEach
  void nothingIsLeft() {
    gossip.clear();
    relay.clear();
    assertThat(pool.outstanding()).isZero();
  }

  private NeighbourModel model(PeerId from, int life, long sequence, long epoch, long round) {
    return new NeighbourModel(
        new Header(1, from, life, sequence, epoch, round, round), Passage.MODEL, pool.lease());
  }

  private NeighbourModel model(PeerId from, long epoch, long round) {
    return model(from, 1, round, epoch, round);
  }

  private NeighbourShare share(PeerId from, long round) {
    return new NeighbourShare(
        new Header(1, from, 1, round, 1, round, round), Passage.MODEL, pool.lease());
  }

  private static List<String> drain(UpdateQueue queue) {
    List<String> out = new ArrayList<>();
    for (Update u = queue.poll(); u != null; u = queue.poll()) {
      Header h = u.header();
      out.add(h.sender().slot() + ":" + h.epoch() + "." + h.version());
      u.discard();
    }
    return out;
  }

  @Test
  void shouldHandOutOnlyTheNewestModelOfEachNeighbour() {
    gossip.offer(model(TWO, 1, 1));
    gossip.offer(model(ONE, 1, 1));
    assertThat(gossip.offer(model(TWO, 1, 2)))
        .isInstanceOfSatisfying(
            Admission.Superseded.class, s -> assertThat(s.old().version()).isEqualTo(1));
    assertThat(gossip.size()).isEqualTo(2);
    assertThat(drain(gossip)).containsExactly("2:1.2", "1:1.1");
  }

  @Test
  void shouldRefuseAModelThatANewerOneOvertook() {
    gossip.offer(model(ONE, 1, 5));
    assertThat(gossip.offer(model(ONE, 1, 4))).isEqualTo(new Admission.Refused(Refusal.ROUND_OVER));
    assertThat(gossip.offer(model(ONE, 1, 5))).isEqualTo(new Admission.Refused(Refusal.DUPLICATE));
    // A later life counts its messages from 1 again.
    assertThat(gossip.offer(model(ONE, 2, 1, 1, 1))).isInstanceOf(Admission.Superseded.class);
    assertThat(drain(gossip)).containsExactly("1:1.1");
  }

  @Test
  void shouldNotConflateWhatCountsExactlyOnce() {
    NeighbourShare share = share(ONE, 1);
    assertThatThrownBy(() -> gossip.offer(share))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("counts exactly once")
        .hasMessageContaining("fifo or relay");
    assertThat(pool.outstanding()).as("the refused share is still its owner's").isEqualTo(1);
    share.discard();
  }

  @Test
  void shouldHoldNoMoreModelsThanThereAreNeighbours() {
    for (int slot = 0; slot < 3; slot++) {
      gossip.offer(model(PeerId.worker(slot), 1, 1));
    }
    assertThat(gossip.offer(model(PeerId.worker(3), 1, 1)))
        .isEqualTo(new Admission.Refused(Refusal.BACKLOG));
    assertThat(gossip.offer(model(ONE, 1, 2))).isInstanceOf(Admission.Superseded.class);
  }

  @Test
  void shouldHandOutARoundWhenEachNeighboursMessageIsThere() {
    relay.follow(1, Set.of(ONE, TWO));
    relay.offer(model(ONE, 1, 2));
    relay.offer(model(ONE, 1, 1));
    assertThat(relay.ready()).isFalse();
    relay.offer(model(TWO, 1, 1));
    assertThat(drain(relay)).containsExactly("1:1.1", "2:1.1");
    assertThat(relay.size()).as("the next round's first message waits").isEqualTo(1);
    relay.offer(model(TWO, 1, 2));
    assertThat(drain(relay)).containsExactly("1:1.2", "2:1.2");
  }

  @Test
  void shouldHandOutAnIncompleteRoundWhenPatienceIsOverAndWhatComesLateAtOnce() {
    relay.follow(1, Set.of(ONE, TWO));
    relay.offer(share(ONE, 1));
    assertThat(drain(relay)).isEmpty();
    relay.release();
    assertThat(drain(relay)).containsExactly("1:1.1");
    relay.offer(share(ONE, 2));
    relay.offer(share(TWO, 1));
    relay.offer(share(TWO, 2));
    assertThat(drain(relay)).containsExactly("2:1.1", "1:1.2", "2:1.2");
    relay.offer(share(ONE, 3));
    assertThat(relay.ready()).as("released once, not for ever").isFalse();
  }

  @Test
  void shouldFenceTheEpochsOfTheTree() {
    relay.follow(1, Set.of(ONE, TWO));
    relay.offer(model(ONE, 1, 7));
    relay.offer(model(ONE, 2, 1));
    relay.offer(model(TWO, 2, 1));
    assertThat(relay.ready()).as("the tree of epoch 2 is not known yet").isFalse();
    assertThat(relay.follow(2, Set.of(ONE, TWO))).extracting(Header::epoch).containsExactly(1L);
    assertThat(relay.offer(model(TWO, 1, 7))).isEqualTo(new Admission.Refused(Refusal.OLD_EPOCH));
    assertThat(drain(relay)).containsExactly("1:2.1", "2:2.1");
  }

  @Test
  void shouldBoundTheRelaysLookAheadAndNameADuplicate() {
    relay.follow(1, Set.of(ONE, TWO));
    for (int round = 1; round <= 6; round++) {
      relay.offer(model(ONE, 1, round));
    }
    assertThat(relay.offer(model(ONE, 1, 3))).isEqualTo(new Admission.Refused(Refusal.DUPLICATE));
    assertThat(relay.offer(model(ONE, 1, 7))).isEqualTo(new Admission.Refused(Refusal.BACKLOG));
  }

  @Test
  void shouldHandOutAnAnswerAtOnce() {
    relay.follow(1, Set.of(ONE, TWO));
    relay.offer(model(ONE, 1, 1));
    relay.offer(
        new NeighbourModel(new Header(1, TWO, 1, 9, 0, 4, 4), Passage.PARAMETERS, pool.lease()));
    assertThat(drain(relay)).containsExactly("2:0.4");
  }
}
