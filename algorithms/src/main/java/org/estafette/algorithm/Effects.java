package org.estafette.algorithm;

import java.util.List;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;

/** What a participant asks its driver to do. Called only during {@link Participant#on}. */
public interface Effects {
  /** Sends a message; its leases pass to the driver. */
  void send(PeerId to, Message message);

  /** Makes these the local parameters (copied before this returns); a worker's call. */
  void load(FlatVector parameters);

  /**
   * Makes these the inner optimizer's moments (copied before this returns) for the next round: for
   * methods whose momentum follows the exchange. A worker's call, before {@link #train}.
   *
   * @throws IllegalStateException where the driver's trainers take none
   */
  default void loadMoments(List<FlatVector> moments) {
    throw new IllegalStateException(
        "moments=" + moments.size() + " were handed to a driver that takes none");
  }

  /**
   * Takes local steps from the loaded parameters; {@link Event.RoundTrained} follows. A worker's
   * call.
   */
  void train(long round, TrainOrder order);

  /** A vector of the model's form, contents undefined. */
  Lease lease();

  /** Sets or moves a timer: {@link Event.TimerFired} follows after {@code seconds}. */
  void setTimer(String timer, double seconds);

  /** Cancels a timer; nothing happens where it is not set. */
  void cancelTimer(String timer);

  /** Tells what was decided and why: log, metrics, dashboard and tests all read this value. */
  void decided(Decision decision);

  /** Tells what became of a neighbour's message that was not refused, for who keeps a history. */
  default void ended(Header message, Ending ending) {}
}
