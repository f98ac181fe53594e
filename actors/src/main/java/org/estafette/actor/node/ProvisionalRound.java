package org.estafette.actor.node;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.device.PendingCopy;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * A round that begins where the one before it ended, while that one's pseudo-gradient is on its way
 * out and its own base on its way in. Used by the training thread between steps.
 */
final class ProvisionalRound implements AutoCloseable {
  private final LocalTrainer trainer;
  private final Consumer<WorkerMessage> tell;
  private final FinishedRound before;
  private @Nullable Lease delta;
  private PendingCopy leaving = PendingCopy.DONE;
  private @Nullable Lease base;
  private PendingCopy coming = PendingCopy.DONE;
  private boolean based;
  private @Nullable TrainOrder ahead;
  private @Nullable String givenUp;

  /** Begins it: the pseudo-gradient of the round before starts to leave the device. */
  ProvisionalRound(
      LocalTrainer trainer,
      Supplier<Lease> leases,
      Consumer<WorkerMessage> tell,
      FinishedRound before) {
    this.trainer = trainer;
    this.tell = tell;
    this.before = before;
    Lease lease = leases.get();
    try {
      leaving = trainer.startPseudoGradient(lease.vector());
      delta = lease;
      trainer.goOn();
    } catch (Throwable e) {
      leaving.close();
      lease.close();
      throw e;
    }
  }

  /** Takes up what has arrived. */
  void look() {
    if (leaving.arrived()) {
      depart();
    }
    if (base != null && coming.arrived()) {
      takeUpBase();
    }
  }

  /** The pseudo-gradient of the round before is handed over, as soon as it is there. */
  void depart() {
    Lease lease = delta;
    if (lease != null) {
      leaving.await();
      delta = null;
      tell.accept(before.message(lease, true));
    }
  }

  /** The base has come; what is meant for another round is given back. */
  void base(TrainingThread.Rebase r) {
    if (!baseless() || r.life() != before.life() || r.round() != before.round() + 1) {
      r.close();
      return;
    }
    depart(); // It is what this answers, and has been there for long.
    base = r.base();
    ahead = r.ahead();
    coming = trainer.bring(r.base().vector());
  }

  private void takeUpBase() {
    Lease lease = base;
    if (lease != null) {
      coming.await();
      trainer.rebase();
      lease.close();
      base = null;
      based = true;
    }
  }

  /** Without a base it ends at once; with one it is not gone on from. */
  void giveUp(String why) {
    ahead = null;
    if (baseless() && givenUp == null) {
      givenUp = why;
    }
  }

  boolean givenUp() {
    return givenUp != null;
  }

  /** Whether its base is still to come. */
  boolean baseless() {
    return !based && base == null && givenUp == null;
  }

  /** What comes after it; null where the worker waits then. */
  @Nullable TrainOrder ahead() {
    return ahead;
  }

  /**
   * Its steps are done.
   *
   * @return whether they were for nothing
   */
  boolean end(TrainedRound result) {
    takeUpBase();
    if (based) {
      return false;
    }
    String why = givenUp == null ? "the worker begins anew" : givenUp;
    tell.accept(new WorkerMessage.RoundDropped(before.life(), before.round() + 1, result, why));
    return true;
  }

  /** Gives back what it still holds. */
  @Override
  public void close() {
    if (delta != null) {
      leaving.close();
      delta.close();
      delta = null;
    }
    if (base != null) {
      coming.close();
      base.close();
      base = null;
    }
  }
}
