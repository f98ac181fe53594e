package org.estafette.algorithm;

import java.util.List;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

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

  /**
   * As {@link #train(long, TrainOrder)}, but the driver does not wait when the round's steps are
   * done: from the parameters that they led to it goes on with {@code ahead} as round + 1, as
   * {@link Event.RoundTrained#goesOn} says. That round begins provisionally: it ends only once
   * {@link #rebase} has given it its base. Where steps are missing or the loss is not finite, the
   * driver does not go on. A worker's call.
   *
   * @throws IllegalStateException where the driver's workers always wait
   */
  default void train(long round, TrainOrder order, TrainOrder ahead) {
    throw new IllegalStateException(
        "round " + round + " is to be gone on from, by a driver whose workers wait");
  }

  /**
   * The loaded parameters x are the base of the round that was begun provisionally from y: at the
   * next step boundary the local parameters are shifted by x − y, so that the steps taken meanwhile
   * stay. A worker's call, after {@link #load}.
   *
   * @param round the provisional round
   * @param ahead of round + 1, as in {@link #train(long, TrainOrder, TrainOrder)}; null where the
   *     driver waits after this round
   */
  default void rebase(long round, @Nullable TrainOrder ahead) {
    throw new IllegalStateException(
        "round " + round + " gets a base from a driver whose workers wait");
  }

  /**
   * Gives up what is being trained, and does not go on from it. Where it was a provisional round
   * whose base has not come, {@link Event.RoundDropped} follows if steps were taken. A worker's
   * call.
   *
   * @param why for the log
   */
  default void giveUp(String why) {}

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
