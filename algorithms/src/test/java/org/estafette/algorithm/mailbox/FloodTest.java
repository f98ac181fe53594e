package org.estafette.algorithm.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.Update;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.junit.jupiter.api.Test;

/** Ten updates come for each that is taken: memory stays bounded, and each one is accounted for. */
class FloodTest {
  private static final int OFFERED = 20_000;
  private static final int CAPACITY = 16;
  private static final int SENDERS = 5;

  private final VectorPool pool = VectorPool.unbounded("flood", Precision.FLOAT64, 1);
  private final Map<Integer, Long> newestTaken = new HashMap<>();
  private int refused;
  private int superseded;
  private int taken;

  private Update push(long i) {
    return new PseudoGradient(header(i), pool.lease(), new RoundReport(1, 1, 1, 1, 0));
  }

  private Update model(long i) {
    return new NeighbourModel(header(i), Passage.MODEL, pool.lease());
  }

  private static Header header(long i) {
    long round = 1 + i / SENDERS;
    return new Header(1, PeerId.worker((int) (i % SENDERS)), 1, round, 1, round, round);
  }

  private void flood(
      Function<QueueOptions, UpdateQueue> policy, LongFunction<Update> updates, int most) {
    UpdateQueue queue = policy.apply(QueueOptions.of(CAPACITY, 4));
    long counter = 0;
    for (long i = 0; i < OFFERED; i++) {
      switch (queue.offer(updates.apply(i))) {
        case Admission.Accepted a -> {}
        case Admission.Merged m -> {}
        case Admission.Superseded s -> {
          superseded++;
          assertThat(s.old().version()).as("the older one goes").isLessThan(header(i).version());
        }
        case Admission.Refused r -> {
          refused++;
          assertThat(r.reason()).isEqualTo(Refusal.BACKLOG);
        }
      }
      if (i % 10 == 0) {
        Update next = queue.poll();
        if (next != null) {
          counter += take(next);
          queue.advancedTo(counter);
        }
      }
      assertThat(queue.size()).isLessThanOrEqualTo(most);
      assertThat(pool.outstanding()).as("vectors held").isLessThanOrEqualTo(most);
    }
    for (Update next = queue.poll(); next != null; next = queue.poll()) {
      counter += take(next);
      queue.advancedTo(counter);
    }
    assertThat(pool.outstanding()).isZero();
    assertThat(taken + refused + superseded).isEqualTo(OFFERED);
    assertThat(taken).isGreaterThanOrEqualTo(OFFERED / 10);
  }

  /** Those of one sender come in the order in which they were sent. */
  private int take(Update update) {
    int n = 1;
    if (update instanceof MergedPush merged) {
      merged.members().forEach(m -> inOrder(m.header()));
      n = merged.members().size();
    } else {
      inOrder(update.header());
    }
    update.discard();
    taken += n;
    return n;
  }

  private void inOrder(Header h) {
    Long before = newestTaken.put(h.sender().slot(), h.sequence());
    assertThat(before == null ? 0 : before).isLessThan(h.sequence());
  }

  @Test
  void aQueueInOrderShouldRefuseWhatExceedsIt() {
    flood(FifoQueue::new, this::push, CAPACITY);
    assertThat(superseded).isZero();
    assertThat(refused).isGreaterThan(OFFERED / 2);
  }

  @Test
  void aMergingQueueShouldRefuseWhatExceedsIt() {
    flood(DelayedNesterovQueue::new, this::push, CAPACITY);
    assertThat(superseded).isZero();
    assertThat(refused).isGreaterThan(OFFERED / 4);
  }

  @Test
  void aQueueOfModelsShouldDropTheOldestOfEachNeighbourFirst() {
    flood(GossipQueue::new, this::model, SENDERS);
    assertThat(refused).isZero();
    assertThat(superseded).isGreaterThan(OFFERED / 2);
    newestTaken.values().forEach(v -> assertThat(v).isEqualTo(OFFERED / SENDERS));
  }
}
