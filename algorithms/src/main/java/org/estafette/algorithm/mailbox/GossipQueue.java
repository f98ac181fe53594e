package org.estafette.algorithm.mailbox;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.jspecify.annotations.Nullable;

/**
 * The newest model of each sender; an older one is superseded, and one that comes after a newer one
 * is refused. Those that waited longest come first: a sender's place is that of the first message
 * that it has waiting.
 *
 * <p>For workers that never wait for a round. Only {@linkplain Update.Conflatable whole models} may
 * be superseded; {@link #models} takes nothing else, and {@link #offer} refuses a contribution with
 * an exception before anything is lost.
 *
 * <p>Bounded by the number of senders times the parts that each sends.
 */
public final class GossipQueue implements UpdateQueue {
  private static final Admission ACCEPTED = new Admission.Accepted();

  /** A superseding queue, seen by who may put whole models into it and nothing else. */
  @FunctionalInterface
  public interface Models {
    /** Offers a model. */
    Admission offer(Update.Conflatable model);
  }

  private record Key(PeerId sender, int part) {}

  private final Map<Key, Update.Conflatable> waiting = new LinkedHashMap<>();
  private final int capacity;

  /** A queue for {@code options.capacity()} senders and parts. */
  public GossipQueue(QueueOptions options) {
    this.capacity = options.capacity();
  }

  /** The way in for whole models: a contribution does not compile here. */
  public Models models() {
    return this::supersede;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for a contribution, which must not be superseded
   */
  @Override
  public Admission offer(Update update) {
    if (!(update instanceof Update.Conflatable model)) {
      throw new IllegalArgumentException(
          "a gossip mailbox was offered a "
              + update.getClass().getSimpleName()
              + " of "
              + update.header().sender()
              + ", which counts exactly once (expected a whole model, of which the newest is"
              + " enough); choose the mailbox fifo or relay for this method");
    }
    return supersede(model);
  }

  private Admission supersede(Update.Conflatable model) {
    Key key = new Key(model.header().sender(), part(model));
    Update.Conflatable older = waiting.get(key);
    if (older == null) {
      if (waiting.size() >= capacity) {
        model.discard();
        return new Admission.Refused(Refusal.BACKLOG);
      }
      waiting.put(key, model);
      return ACCEPTED;
    }
    int order = Newness.compare(model, older);
    if (order <= 0) {
      model.discard();
      return new Admission.Refused(order == 0 ? Refusal.DUPLICATE : Refusal.ROUND_OVER);
    }
    Header old = older.header();
    waiting.put(key, model);
    older.discard();
    return new Admission.Superseded(old);
  }

  private static int part(Update.Conflatable model) {
    return model instanceof NeighbourModel m ? m.passage().part() : 0;
  }

  @Override
  public @Nullable Update poll() {
    Iterator<Update.Conflatable> it = waiting.values().iterator();
    if (!it.hasNext()) {
      return null;
    }
    Update first = it.next();
    it.remove();
    return first;
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
