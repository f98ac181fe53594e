package org.estafette.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.estafette.algorithm.Assignment;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.VectorPool;

/**
 * Writes down what a participant asks for, with leases of a pool that shows what was not closed.
 */
public final class PooledEffects implements Effects, AutoCloseable {
  /** What was sent, with its receiver. */
  public record Sent(PeerId to, Message message) {
    /** The model that was sent. */
    public GlobalModel model() {
      return (GlobalModel) message;
    }

    /** The round that was given out with it; null for none. */
    public Assignment assignment() {
      return model().assignment();
    }
  }

  public final VectorPool pool;
  public final List<Sent> sent = new ArrayList<>();
  public final List<Decision> decisions = new ArrayList<>();
  public final List<Long> trained = new ArrayList<>();
  public final List<Long> rebased = new ArrayList<>();
  public final List<String> givenUp = new ArrayList<>();

  /** What is to come after each round, where the worker does not wait. */
  public final Map<Long, TrainOrder> aheads = new LinkedHashMap<>();

  public final Map<String, Double> timers = new LinkedHashMap<>();

  public PooledEffects(VectorPool pool) {
    this.pool = pool;
  }

  @Override
  public void send(PeerId to, Message message) {
    sent.add(new Sent(to, message));
  }

  @Override
  public void load(FlatVector parameters) {}

  @Override
  public void train(long round, TrainOrder order) {
    trained.add(round);
  }

  @Override
  public void train(long round, TrainOrder order, TrainOrder ahead) {
    trained.add(round);
    aheads.put(round, ahead);
  }

  @Override
  public void rebase(long round, TrainOrder ahead) {
    rebased.add(round);
    aheads.put(round, ahead);
  }

  @Override
  public void giveUp(String why) {
    givenUp.add(why);
  }

  @Override
  public Lease lease() {
    return pool.lease();
  }

  @Override
  public void setTimer(String timer, double seconds) {
    timers.put(timer, seconds);
  }

  @Override
  public void cancelTimer(String timer) {
    timers.remove(timer);
  }

  @Override
  public void decided(Decision decision) {
    decisions.add(decision);
  }

  /** The decisions of that kind. */
  public <T extends Decision> List<T> decisions(Class<T> kind) {
    return decisions.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** What was sent to that worker last. */
  public Sent lastTo(int slot) {
    return sent.stream()
        .filter(s -> s.to().equals(PeerId.worker(slot)))
        .reduce((a, b) -> b)
        .orElseThrow(() -> new AssertionError("nothing was sent to worker-" + slot));
  }

  /** Gives back the leases of all that was sent. */
  @Override
  public void close() {
    for (Sent s : sent) {
      if (s.message() instanceof Update update) {
        update.discard();
      }
    }
    sent.clear();
  }
}
