package org.estafette.actor.node;

import java.util.function.BooleanSupplier;

/** What goes wrong with a worker's steps on purpose. Called on its training thread. */
interface StepFaults {
  /** Nothing does. */
  StepFaults NONE =
      new StepFaults() {
        @Override
        public void afterStep(long nanos, BooleanSupplier over) {}
      };

  /**
   * A step is done; waits where the worker is slowed down or frozen.
   *
   * @param nanos that it took
   * @param over whether the round is, and with it the waiting
   */
  void afterStep(long nanos, BooleanSupplier over);
}
