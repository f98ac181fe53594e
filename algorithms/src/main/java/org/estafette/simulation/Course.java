package org.estafette.simulation;

import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * A round of a worker that goes on to the next one without waiting. Its steps are computed when it
 * ends, as all steps of a simulation are; where the base came between two of them, it is taken up
 * there.
 */
final class Course {
  final long round;
  final TrainOrder order;
  final Pending.Trained end;
  private final double began;

  /** Whether it began before it was assigned, from what the round before led to. */
  private final boolean provisional;

  /** The round after it; null where the worker waits then. */
  @Nullable TrainOrder ahead;

  /** Steps taken before the base came; −1 while it has not. */
  private int before = -1;

  /** Whether all its steps are done, and only the base is missing. */
  boolean late;

  Course(
      boolean provisional,
      long round,
      TrainOrder order,
      @Nullable TrainOrder ahead,
      double began,
      double seconds,
      int era) {
    this.provisional = provisional;
    this.round = round;
    this.order = order;
    this.ahead = ahead;
    this.began = began;
    this.end = new Pending.Trained(round, order, seconds, era);
  }

  /** Whether its base is still to come. */
  boolean baseless() {
    return provisional && before < 0;
  }

  /** Its base is there, at virtual second {@code now}. */
  void based(double now, @Nullable TrainOrder next) {
    before = stepsBy(now);
    ahead = next;
  }

  /** Steps that are done at the first step boundary from {@code now} on. */
  int stepsBy(double now) {
    double steps = (now - began) / end.seconds() * order.steps();
    return late ? order.steps() : (int) Math.clamp(Math.ceil(steps - 1e-9), 0, order.steps());
  }

  /** When so many steps are done. */
  double doneAt(int steps) {
    return began + end.seconds() * steps / order.steps();
  }

  /** All steps, from {@code loaded}: where it began, or what its base is. */
  TrainedRound train(LocalTrainer trainer, FlatVector loaded) {
    if (!provisional) {
      trainer.load(loaded);
      return trainer.train(order, () -> false);
    }
    trainer.goOn();
    int[] taken = {0};
    TrainedRound result =
        trainer.train(
            order,
            () -> {
              if (taken[0]++ == before) {
                rebase(trainer, loaded);
              }
              return false;
            });
    if (before == order.steps()) {
      rebase(trainer, loaded);
    }
    return result;
  }

  private static void rebase(LocalTrainer trainer, FlatVector base) {
    trainer.bring(base).await();
    trainer.rebase();
  }

  /** The first steps of a round that is given up: what they do to the inner optimizer stays. */
  TrainedRound trainInVain(LocalTrainer trainer, int steps) {
    trainer.goOn();
    int[] taken = {0};
    return trainer.train(order, () -> taken[0]++ == steps);
  }
}
