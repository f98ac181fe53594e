package org.estafette.algorithm.peer.relay;

/**
 * What stands in RelaySGD's average for the n − Q workers whose models have not come: in the first
 * rounds, and after a lost message. Without loss the forms differ in the first rounds only.
 */
public enum Fill {
  /**
   * A lost message is replaced by the last one of its edge, sum and count; where there was none,
   * the own half step fills. The only form in which a lost message changes nothing lasting, and the
   * one for asynchronous workers.
   */
  HOLD,
  /** The own half step h_i: Algorithm 1 of the paper. A lost message is deleted. */
  HALF,
  /** The parameters at the start: the authors' deep-learning code. Loss pulls back to them. */
  START,
  /** The model averaged in the previous round: the authors' experiment on unreliable networks. */
  PREVIOUS,
  /** Nothing: the sum is divided by Q instead of n. */
  COUNT
}
