package org.estafette.algorithm.train;

/** A learning-rate schedule. */
@FunctionalInterface
public interface LearningRate {
  /**
   * The learning rate of a local step.
   *
   * @param scheduleStep position in the schedule, in steps; may be a fraction
   */
  double at(double scheduleStep);

  /** The same rate always. */
  static LearningRate constant(double rate) {
    return scheduleStep -> rate;
  }
}
