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
   * @param goesOn whether the next round has begun provisionally, as {@link Effects#train(long,
   *     org.estafette.algorithm.train.TrainOrder, org.estafette.algorithm.train.TrainOrder)} asked
   */
  record RoundTrained(
      long round, TrainedRound result, double seconds, Lease delta, boolean goesOn, double at)
      implements Event {
    /** Of a driver that waits. */
    public RoundTrained(long round, TrainedRound result, double seconds, Lease delta, double at) {
      this(round, result, seconds, delta, false, at);
    }

    /** Whether NaN or infinity came of it: of no use to anybody. */
    public boolean diverged() {
      return !Double.isFinite(result.meanLoss()) || !delta.vector().isFinite();
    }
  }

  /**
   * A provisional round was given up: what was done of it is for nothing.
   *
   * @param round its number
   * @param result what was done
   * @param why as {@link Effects#giveUp} said
   */
  record RoundDropped(long round, TrainedRound result, String why, double at) implements Event {}

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
