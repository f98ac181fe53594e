package org.estafette.simulation.chaos;

import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.mailbox.Admission;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/** Mailboxes, and carriers, that are wrong on purpose. */
abstract class SpoiltMailbox implements UpdateQueue {
  final UpdateQueue good;
  private long offered;

  SpoiltMailbox(UpdateQueue good) {
    this.good = good;
  }

  /** Whether it is this message's turn to be spoilt. */
  final boolean turn() {
    return ++offered % 7 == 0;
  }

  @Override
  public Admission offer(Update update) {
    return good.offer(update);
  }

  @Override
  public @Nullable Update poll() {
    return good.poll();
  }

  @Override
  public boolean ready() {
    return good.ready();
  }

  @Override
  public int size() {
    return good.size();
  }

  @Override
  public void advancedTo(long version) {
    good.advancedTo(version);
  }

  @Override
  public int clear() {
    return good.clear();
  }

  /** Loses messages, and says that they wait. */
  static final class Dropping extends SpoiltMailbox {
    Dropping(UpdateQueue good) {
      super(good);
    }

    @Override
    public Admission offer(Update update) {
      if (turn()) {
        update.discard();
        return new Admission.Accepted();
      }
      return super.offer(update);
    }
  }

  /** Lets shares make way for others, as only models may. */
  static final class Superseding extends SpoiltMailbox {
    Superseding(UpdateQueue good) {
      super(good);
    }

    @Override
    public Admission offer(Update update) {
      if (turn()) {
        Header h = update.header();
        update.discard();
        return new Admission.Superseded(h);
      }
      return super.offer(update);
    }
  }

  /** Hands messages out twice. */
  static final class Repeating extends SpoiltMailbox {
    private @Nullable Update again;

    Repeating(UpdateQueue good) {
      super(good);
    }

    @Override
    public @Nullable Update poll() {
      Update second = again;
      if (second != null) {
        again = null;
        return second;
      }
      Update update = super.poll();
      if (update instanceof NeighbourModel m && turn()) {
        m.parameters().retain();
        again = m;
      } else if (update instanceof NeighbourShare s && turn()) {
        s.values().retain();
        again = s;
      }
      return update;
    }

    @Override
    public boolean ready() {
      return again != null || super.ready();
    }

    @Override
    public int clear() {
      if (again != null) {
        again.discard();
        again = null;
      }
      return super.clear();
    }
  }

  /** Alters what it hands out. */
  static final class Altering extends SpoiltMailbox {
    Altering(UpdateQueue good) {
      super(good);
    }

    @Override
    public @Nullable Update poll() {
      Update update = super.poll();
      if (update instanceof NeighbourModel m && turn()) {
        FlatVector v = m.parameters().vector();
        v.set(0, v.get(0) + 1e-9);
      }
      return update;
    }
  }
}
