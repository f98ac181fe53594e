package org.estafette.algorithm;

import org.estafette.algorithm.train.TrainedRound;
import org.estafette.memory.Lease;

/**
 * What happened. Time is an argument: {@code at} is in seconds since the run began, virtual in the
 * simulator, monotonic in a node.
 */
public sealed interface Event {
  /** Seconds since the run began. */
  double at();

  /** The participant begins. */
  record Started(View view, double at) implements Event {}

  /**
   * The ordered local steps are done.
   *
   * @param round number of the assignment's round
   * @param result what was done
   * @param seconds time that the steps took
   * @param delta the pseudo-gradient, owned by the participant
   */
  record RoundTrained(long round, TrainedRound result, double seconds, Lease delta, double at)
      implements Event {
    /** Whether NaN or infinity came of it: of no use to anybody. */
    public boolean diverged() {
      return !Double.isFinite(result.meanLoss()) || !delta.vector().isFinite();
    }
  }

  /** A message arrived; the participant owns its leases. */
  record Received(Message message, double at) implements Event {}

  /**
   * The mailbox refused a push before the participant saw it; its memory is given back already.
   *
   * @param header of the refused push
   * @param reason why
   */
  record Rejected(Header header, Refusal reason, double at) implements Event {}

  /** Workers came or went, or the server's epoch changed. */
  record PeersChanged(View view, double at) implements Event {}

  /** A timer set through {@link Effects#setTimer} is due. */
  record TimerFired(String timer, double at) implements Event {}
}
