package org.estafette.algorithm.mailbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.jspecify.annotations.Nullable;

/**
 * The rounds of a relay, in their order whatever the order of arrival: a round is handed out when
 * each neighbour's message for it is there. Epochs of the tree fence repairs: after {@link #follow}
 * messages of earlier epochs are refused, those of later ones wait for it.
 *
 * <p>Before the first {@code follow}, and after {@link #release} until a round is complete again,
 * everything is handed out in the order of rounds. Answers to a call for parameters never wait.
 *
 * <p>Holds models and contributions: nothing is superseded here. (The newest message of each edge,
 * for asynchronous workers, is {@link GossipQueue}.) Bounded by neighbours × look-ahead: {@code
 * options.capacity()} messages.
 */
public final class RelayQueue implements UpdateQueue {
  private static final Admission ACCEPTED = new Admission.Accepted();

  private final List<Update> waiting = new ArrayList<>();
  private final int capacity;
  private Set<PeerId> neighbours = Set.of();
  private long epoch = Long.MIN_VALUE;
  private boolean released;

  /** The message of the latest round that was handed out; its vector may be gone. */
  private @Nullable Update latest;

  /** How many messages at the head are of a complete round, or released. */
  private int free;

  /** A queue of {@code options.capacity()} messages. */
  public RelayQueue(QueueOptions options) {
    this.capacity = options.capacity();
  }

  /**
   * The tree of an epoch around the consumer; to be told again when other neighbours are waited
   * for.
   *
   * @param sources those whose messages a round needs: not newcomers that have not spoken yet, nor
   *     those whose rounds are done
   * @return headers of the messages that were of an earlier epoch, and are given back
   */
  public List<Header> follow(long newEpoch, Set<PeerId> sources) {
    List<Header> refused = new ArrayList<>();
    if (newEpoch > epoch) {
      epoch = newEpoch;
      released = false;
      free = 0;
      latest = null;
      waiting.removeIf(u -> {
        if (u.header().epoch() >= epoch || answer(u)) {
          return false;
        }
        refused.add(u.header());
        u.discard();
        return true;
      });
    }
    neighbours = Set.copyOf(sources);
    free = Math.min(free, waiting.size());
    return refused;
  }

  /** The consumer's patience is at its end: all of this epoch is handed out as it is. */
  public void release() {
    released = true;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for an update that is not between neighbours
   */
  @Override
  public Admission offer(Update update) {
    Newness.passage(update);
    if (update.header().epoch() < epoch && !answer(update)) {
      update.discard();
      return new Admission.Refused(Refusal.OLD_EPOCH);
    }
    int at = waiting.size();
    while (at > free && before(update, waiting.get(at - 1))) {
      at--;
    }
    for (Update u : waiting) {
      if (sameName(u.header(), update.header())
          && Newness.passage(u).part() == Newness.passage(update).part()) {
        update.discard();
        return new Admission.Refused(Refusal.DUPLICATE);
      }
    }
    if (waiting.size() >= capacity) {
      update.discard();
      return new Admission.Refused(Refusal.BACKLOG);
    }
    waiting.add(at, update);
    if (answer(update)) {
      free++;
    }
    return ACCEPTED;
  }

  private static boolean before(Update a, Update b) {
    return answer(a) && !answer(b) || !answer(b) && Newness.compareRounds(a, b) < 0;
  }

  private static boolean answer(Update u) {
    return u instanceof NeighbourModel m && m.passage().isAnswer();
  }

  private static boolean sameName(Header a, Header b) {
    return a.sender().equals(b.sender())
        && a.incarnation() == b.incarnation()
        && a.sequence() == b.sequence();
  }

  @Override
  public @Nullable Update poll() {
    if (!ready()) {
      return null;
    }
    free--;
    Update first = waiting.removeFirst();
    if (!answer(first) && (latest == null || Newness.compareRounds(first, latest) > 0)) {
      latest = first;
    }
    return first;
  }

  @Override
  public boolean ready() {
    if (free == 0) {
      free = complete();
    }
    return free > 0;
  }

  /** How many messages the first round has, where it may go; 0 where it may not. */
  private int complete() {
    if (waiting.isEmpty()) {
      return 0;
    }
    Update first = waiting.getFirst();
    if (answer(first)) {
      return 1;
    }
    if (epoch != Long.MIN_VALUE && first.header().epoch() > epoch) {
      return 0; // The consumer has not heard of that tree yet.
    }
    Set<PeerId> heard = new TreeSet<>();
    int count = 0;
    for (Update u : waiting) {
      if (Newness.compareRounds(u, first) != 0) {
        break;
      }
      heard.add(u.header().sender());
      count++;
    }
    if (latest != null && Newness.compareRounds(first, latest) <= 0) {
      return count; // Late, or another part of a round that is under way: for the consumer to
      // judge.
    }
    if (heard.containsAll(neighbours)) {
      released = false;
      return count;
    }
    return released || epoch == Long.MIN_VALUE ? count : 0;
  }

  @Override
  public int size() {
    return waiting.size();
  }

  @Override
  public int clear() {
    int n = waiting.size();
    waiting.forEach(Update::discard);
    waiting.clear();
    free = 0;
    return n;
  }
}
