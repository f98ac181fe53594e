package org.estafette.bench.step;

/** A training loop to be timed. */
interface StepLoop extends AutoCloseable {
  /**
   * Takes steps.
   *
   * @return the last loss
   */
  double run(int steps);

  @Override
  void close();
}
