package org.estafette.actor.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.MailboxSelector;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.mailbox.Admission;
import org.estafette.algorithm.mailbox.GossipQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class UpdateMailboxTest {
  private static final ActorTestKit KIT =
      ActorTestKit.create(
          ConfigFactory.parseString(
              """
              akka.loglevel = OFF
              akka.actor.provider = local
              fifo { mailbox-type = "%1$s", policy = "org.estafette.algorithm.mailbox.FifoQueue", capacity = 3 }
              wide { mailbox-type = "%1$s", policy = "org.estafette.algorithm.mailbox.FifoQueue", capacity = 100000 }
              nesterov {
                mailbox-type = "%1$s", policy = "org.estafette.algorithm.mailbox.DelayedNesterovQueue"
                capacity = 100, period = 4
              }
              gossip { mailbox-type = "%1$s", policy = "org.estafette.algorithm.mailbox.GossipQueue" }
              chosen { mailbox-type = "%1$s" }
              own { mailbox-type = "%1$s", policy = "%2$s", newest-first = "yes" }
              """
                  .formatted(UpdateMailbox.class.getName(), NewestFirst.class.getName())));

  private final VectorPool pool = VectorPool.unbounded("pushes", Precision.FLOAT32, 4);
  private final Queue<Object> seen = new ConcurrentLinkedQueue<>();
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  private sealed interface Told {}

  private record Push(Update update) implements Told, UpdateEnvelope {
    @Override
    public Object with(Update other) {
      return new Push(other);
    }

    @Override
    public Object refused(Header header, Refusal reason) {
      return new Refused(header.sequence(), reason);
    }
  }

  private record Refused(long sequence, Refusal reason) implements Told {}

  private record Control(int number) implements Told {}

  private record Gate() implements Told {}

  /** A user's own policy: the last in is the first out. */
  public static final class NewestFirst implements UpdateQueue {
    private final ArrayDeque<Update> waiting = new ArrayDeque<>();

    /** Takes a key of its own section. */
    public NewestFirst(QueueOptions options) {
      if (!"yes".equals(options.values().get("newest-first"))) {
        throw new IllegalArgumentException(
            "newest-first=" + options.values().get("newest-first") + " (expected yes)");
      }
    }

    @Override
    public Admission offer(Update update) {
      if (update.header().sequence() == 13) {
        throw new IllegalStateException("13");
      }
      waiting.push(update);
      return new Admission.Accepted();
    }

    @Override
    public @Nullable Update poll() {
      return waiting.poll();
    }

    @Override
    public boolean ready() {
      return !waiting.isEmpty();
    }

    @Override
    public int size() {
      return waiting.size();
    }
  }

  private PseudoGradient push(int worker, long sequence) {
    return new PseudoGradient(
        new Header(1, PeerId.worker(worker), 1, sequence, 1, 0, 1),
        pool.lease(),
        new RoundReport(1, 1, 1, 1, 0));
  }

  private NeighbourModel model(int worker, long sequence) {
    return new NeighbourModel(
        new Header(1, PeerId.worker(worker), 1, sequence, 1, sequence, 1),
        Passage.MODEL,
        pool.lease());
  }

  private Behavior<Told> recorder() {
    return Behaviors.receiveMessage(m -> {
      switch (m) {
        case Gate g -> gate.await();
        case Push p -> {
          seen.add(name(p.update()));
          p.update().discard();
        }
        case Control c -> seen.add("control " + c.number());
        case Refused r -> seen.add("refused " + r.sequence() + " " + r.reason());
      }
      return Behaviors.same();
    });
  }

  private static String name(Update update) {
    return update instanceof MergedPush m
        ? "merged " + m.members().stream().map(p -> p.header().sequence()).toList()
        : "push " + update.header().sequence();
  }

  /** An actor whose thread is held until {@link #open}. */
  private ActorRef<Told> held(String mailbox) {
    ActorRef<Told> actor = KIT.spawn(recorder(), MailboxSelector.fromConfig(mailbox));
    actor.tell(new Gate());
    await().until(() -> queue(actor).numberOfMessages() == 0);
    return actor;
  }

  private static UpdateMessageQueue queue(ActorRef<Told> actor) {
    UpdateMessageQueue queue =
        Mailboxes.get(Adapter.toClassic(KIT.system())).find(Adapter.toClassic(actor));
    assertThat(queue).isNotNull();
    return queue;
  }

  private void open(int expected) {
    gate.countDown();
    await().until(() -> seen.size() >= expected);
  }

  @Test
  void shouldHandOutControlMessagesFirst() {
    ActorRef<Told> actor = held("fifo");
    actor.tell(new Push(push(0, 1)));
    actor.tell(new Control(1));
    actor.tell(new Push(push(0, 2)));
    actor.tell(new Control(2));
    assertThat(queue(actor).numberOfMessages()).isEqualTo(4);
    assertThat(queue(actor).waiting()).isEqualTo(2);
    open(4);
    assertThat(seen).containsExactly("control 1", "control 2", "push 1", "push 2");
    assertThat(queue(actor).hasMessages()).isFalse();
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void shouldTellTheActorOfWhatWasRefused() {
    ActorRef<Told> actor = held("fifo");
    for (int i = 1; i <= 5; i++) {
      actor.tell(new Push(push(0, i)));
    }
    open(5);
    assertThat(seen)
        .containsExactly("refused 4 BACKLOG", "refused 5 BACKLOG", "push 1", "push 2", "push 3");
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void shouldCountWhatANewerModelOfTheSameWorkerSuperseded() {
    ActorRef<Told> actor = held("gossip");
    for (int i = 1; i <= 4; i++) {
      actor.tell(new Push(model(0, i)));
    }
    actor.tell(new Push(model(1, 1)));
    assertThat(queue(actor).superseded()).isEqualTo(3);
    open(2);
    assertThat(seen).containsExactly("push 4", "push 1");
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void shouldTakeThePolicyThatTheRunHasChosen() {
    Mailboxes.get(Adapter.toClassic(KIT.system()))
        .choose(() -> new GossipQueue(QueueOptions.of(8, 1)));
    ActorRef<Told> actor = held("chosen");
    actor.tell(new Push(model(0, 1)));
    actor.tell(new Push(model(0, 2)));
    open(1);
    assertThat(seen).containsExactly("push 2");
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void shouldMergeByThePolicysPeriodAndKnowItsPlace() {
    ActorRef<Told> actor = held("nesterov");
    queue(actor).advancedTo(2);
    for (int i = 1; i <= 3; i++) {
      actor.tell(new Push(push(i, i)));
    }
    open(2);
    assertThat(seen.peek()).isEqualTo("merged [1, 2]");
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void shouldUseTheUsersOwnPolicyAndOutliveItsFaults() {
    ActorRef<Told> actor = held("own");
    actor.tell(new Push(push(0, 1)));
    actor.tell(new Push(push(0, 13)));
    actor.tell(new Push(push(0, 2)));
    open(3);
    assertThat(seen).containsExactly("refused 13 WRONG_SHAPE", "push 2", "push 1");
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void shouldLoseNothingOfManySendersAtOnce() throws Exception {
    ActorRef<Told> actor = KIT.spawn(recorder(), MailboxSelector.fromConfig("wide"));
    int senders = 8;
    int each = 500;
    List<Thread> threads = new ArrayList<>();
    for (int s = 0; s < senders; s++) {
      int sender = s;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < each; i++) {
                  actor.tell(new Push(push(sender, 1L + sender * each + i)));
                }
              }));
    }
    for (Thread t : threads) {
      t.join();
    }
    open(senders * each);
    Set<Object> distinct = new HashSet<>(seen);
    assertThat(seen).hasSize(senders * each);
    assertThat(distinct).hasSize(senders * each);
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void shouldGiveBackWhatAnEndedActorDidNotSee() {
    ActorRef<Told> actor = held("wide");
    for (int i = 1; i <= 10; i++) {
      actor.tell(new Push(push(0, i)));
    }
    Adapter.toClassic(KIT.system()).stop(Adapter.toClassic(actor));
    gate.countDown();
    await().until(() -> pool.outstanding() == 0);
    assertThat(seen.size()).isLessThanOrEqualTo(10);
  }

  @Test
  void shouldAgreeOnWhetherThereIsSomething() {
    UpdateMessageQueue queue =
        new UpdateMessageQueue(
            new NewestFirst(new QueueOptions(1, 1, java.util.Map.of("newest-first", "yes"))));
    akka.actor.ActorRef nobody = Adapter.toClassic(KIT.system()).deadLetters();
    assertThat(queue.hasMessages()).isFalse();
    assertThat(queue.dequeue()).isNull();
    queue.enqueue(nobody, new akka.dispatch.Envelope(new Push(push(0, 1)), nobody));
    queue.enqueue(nobody, new akka.dispatch.Envelope(new Control(1), nobody));
    while (queue.hasMessages()) {
      assertThat(queue.dequeue()).isNotNull();
    }
    assertThat(queue.dequeue()).isNull();
    assertThat(queue.numberOfMessages()).isZero();
  }

  /** Has no constructor that takes options. */
  public static final class WithoutConstructor extends UncheckedPolicy {}

  private abstract static class UncheckedPolicy implements UpdateQueue {
    @Override
    public Admission offer(Update update) {
      return new Admission.Accepted();
    }

    @Override
    public @Nullable Update poll() {
      return null;
    }

    @Override
    public boolean ready() {
      return false;
    }

    @Override
    public int size() {
      return 0;
    }
  }

  @Test
  void shouldSayWhatIsWrongWithAPolicysClass() {
    QueueOptions options = QueueOptions.of(1, 1);
    assertThatThrownBy(() -> UpdateMailbox.policy("com.example.None", options))
        .hasMessageContaining("com.example.None: no such class");
    assertThatThrownBy(() -> UpdateMailbox.policy("java.lang.String", options))
        .hasMessageContaining("java.lang.String does not implement " + UpdateQueue.class.getName());
    assertThatThrownBy(() -> UpdateMailbox.policy(WithoutConstructor.class.getName(), options))
        .hasMessageContaining("no usable public constructor (QueueOptions)");
    assertThatThrownBy(() -> UpdateMailbox.policy(NewestFirst.class.getName(), options))
        .hasMessageContaining("cannot be made")
        .hasMessageContaining("newest-first=null (expected yes)");
  }
}
