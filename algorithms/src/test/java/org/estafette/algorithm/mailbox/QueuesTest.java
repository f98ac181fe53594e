package org.estafette.algorithm.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.Update;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueuesTest {
  private final VectorPool pool = VectorPool.unbounded("test", Precision.FLOAT64, 1);

  @AfterEach
  void noLeaseShouldBeLeft() {
    assertThat(pool.outstanding()).isZero();
  }

  private PseudoGradient push(long sequence) {
    return new PseudoGradient(
        new Header(1, PeerId.worker(0), 1, sequence, 1, 0, 1),
        pool.lease(),
        new RoundReport(1, 1, 1, 1, 0));
  }

  private static int membersOf(Update update) {
    update.discard();
    return update instanceof MergedPush m ? m.members().size() : 1;
  }

  @Test
  void fifoShouldHandOutInOrderAndRefuseWhatExceedsItsCapacity() {
    FifoQueue queue = new FifoQueue(QueueOptions.of(2, 1));
    assertThat(queue.ready()).isFalse();
    assertThat(queue.poll()).isNull();
    assertThat(queue.offer(push(1))).isEqualTo(new Admission.Accepted());
    queue.offer(push(2));
    assertThat(queue.offer(push(3))).isEqualTo(new Admission.Refused(Refusal.BACKLOG));
    assertThat(pool.outstanding()).as("the refused one's lease is closed").isEqualTo(2);
    Update first = queue.poll();
    assertThat(first.header().sequence()).isEqualTo(1);
    first.discard();
    assertThat(queue.clear()).isEqualTo(1);
    assertThat(queue.size()).isZero();
  }

  @Test
  void shouldHandOutWhatFallsBeforeAndOnTheNextRefreshTogether() {
    DelayedNesterovQueue queue = new DelayedNesterovQueue(QueueOptions.of(100, 4));
    for (int i = 1; i <= 10; i++) {
      queue.offer(push(i));
    }
    long counter = 0;
    int[] taken = new int[4];
    for (int i = 0; queue.ready(); i++) {
      queue.advancedTo(counter);
      taken[i] = membersOf(queue.poll());
      counter += taken[i];
    }
    assertThat(taken).containsExactly(4, 4, 2, 0);
  }

  @Test
  void shouldFollowThePlaceInThePeriodThatTheConsumerTells() {
    DelayedNesterovQueue queue = new DelayedNesterovQueue(QueueOptions.of(100, 4));
    queue.advancedTo(7);
    assertThat(queue.offer(push(1)))
        .as("the last of its period")
        .isEqualTo(new Admission.Accepted());
    assertThat(queue.offer(push(2)))
        .as("the first of the next")
        .isEqualTo(new Admission.Accepted());
    Header second = new Header(1, PeerId.worker(0), 1, 2, 1, 0, 1);
    assertThat(queue.offer(push(3))).isEqualTo(new Admission.Merged(second));
    assertThat(queue.offer(push(4))).isEqualTo(new Admission.Merged(second));
    assertThat(membersOf(queue.poll())).isEqualTo(1);
    queue.advancedTo(8);
    assertThat(membersOf(queue.poll())).isEqualTo(3);
  }

  @Test
  void refusedMembersShouldTakeNoPlaceInThePeriod() {
    DelayedNesterovQueue queue = new DelayedNesterovQueue(QueueOptions.of(100, 4));
    for (int i = 1; i <= 6; i++) {
      queue.offer(push(i));
    }
    assertThat(membersOf(queue.poll())).isEqualTo(4);
    queue.advancedTo(2); // two of the four were refused
    assertThat(membersOf(queue.poll())).as("two places were left").isEqualTo(2);
  }

  @Test
  void shouldRefuseWhatExceedsItsCapacityAndGiveBackAllWhenCleared() {
    DelayedNesterovQueue queue = new DelayedNesterovQueue(QueueOptions.of(3, 8));
    for (int i = 1; i <= 3; i++) {
      queue.offer(push(i));
    }
    assertThat(queue.offer(push(4))).isEqualTo(new Admission.Refused(Refusal.BACKLOG));
    assertThat(pool.outstanding()).isEqualTo(3);
    assertThat(queue.size()).isEqualTo(3);
    assertThat(queue.clear()).isEqualTo(3);
    assertThat(queue.ready()).isFalse();
  }

  @Test
  void shouldRefuseToMergeWhatIsMerged() {
    MergedPush merged = new MergedPush(java.util.List.of(push(1), push(2)));
    assertThatThrownBy(() -> new DelayedNesterovQueue(QueueOptions.of(3, 8)).offer(merged))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a PseudoGradient");
    merged.discard();
  }

  @Test
  void optionsShouldRefuseACapacityOrPeriodBelowOne() {
    assertThatThrownBy(() -> QueueOptions.of(0, 1))
        .hasMessageContaining("capacity=0 (expected >= 1)");
    assertThatThrownBy(() -> QueueOptions.of(1, 0))
        .hasMessageContaining("period=0 (expected >= 1)");
  }
}
