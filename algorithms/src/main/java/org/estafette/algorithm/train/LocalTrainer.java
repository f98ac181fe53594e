package org.estafette.algorithm.train;

import java.util.function.BooleanSupplier;
import org.estafette.device.PendingCopy;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Precision;

/**
 * Takes a worker's local steps. It holds the local parameters, those that the round began with, and
 * the inner optimizer's state. The drivers call it: the simulator in virtual time, a node on the
 * worker's own thread. Used by one thread at a time.
 */
public interface LocalTrainer extends AutoCloseable {
  /** Elements of the parameter vector. */
  long dimension();

  /** Precision of the vectors that {@link #load} takes and {@link #pseudoGradient} gives. */
  Precision precision();

  /** Starts a round from these parameters (copied). */
  void load(FlatVector parameters);

  /**
   * Takes the local steps of a round. The round may be longer or shorter than ordered only by
   * {@code interrupted}, which is asked between steps. Where NaN or infinity comes of it, the inner
   * optimizer begins anew: the next {@link #load} leaves nothing of this round.
   *
   * @return what was done
   */
  TrainedRound train(TrainOrder order, BooleanSupplier interrupted);

  /**
   * into ← parameters at {@link #load} − parameters now: the pseudo-gradient Δ, rounded where the
   * trainer rounds it to be sent.
   */
  void pseudoGradient(FlatVector into);

  /**
   * As {@link #pseudoGradient}, and returns before it is there where the device copies beside
   * computation: {@code into} may be read once the copy has been awaited. {@link #goOn} and steps
   * may follow at once; the next of these copies only when this one is there.
   */
  default PendingCopy startPseudoGradient(FlatVector into) {
    pseudoGradient(into);
    return PendingCopy.DONE;
  }

  /**
   * Begins a round from the parameters as they are now, y, instead of {@link #load}: provisionally,
   * until {@link #rebase}. A pseudo-gradient that has been started is not touched.
   */
  void goOn();

  /**
   * Starts bringing the parameters x to the device that {@link #rebase} takes up, beside
   * computation where the device can. {@code x} must not change until the copy has been awaited. No
   * copy of {@link #startPseudoGradient} may be under way.
   */
  PendingCopy bring(FlatVector x);

  /**
   * Shifts the round to the base x that was brought: parameters += x − y, with the y of {@link
   * #goOn}; Δ counts from x. Where x = y it changes nothing. May be called between two steps, out
   * of {@code interrupted} of {@link #train}.
   */
  void rebase();

  /** State that survives a restart: the inner optimizer's moments and counters. */
  TrainerState state();

  /** Takes up a saved state. */
  void restore(TrainerState state);

  @Override
  void close();
}
