package org.estafette.algorithm.server;

import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Participant;
import org.estafette.algorithm.PeerId;
import org.estafette.memory.FlatVector;

/** A participant that owns the global model: asynchronous or in rounds. */
public interface Server extends Participant, AutoCloseable {
  /** The global parameters x; read between events only. */
  FlatVector parameters();

  /** Versions published so far. */
  long version();

  /** Pushes that the outer optimizer has seen: where a momentum period stands. */
  long counter();

  /** What must survive; the vectors are live, read between events only. */
  ServerState state();

  /**
   * Whether {@link #state} holds everything at this moment. A synchronous coordinator that holds
   * pushes of an open round does not; its next moment of rest is the round's end.
   */
  boolean atRest();

  /**
   * Takes up a saved state, before {@code Started}.
   *
   * @throws IllegalArgumentException where it does not fit this server's model or optimizer
   */
  void restore(ServerState state);

  /** Whether the budget is used up and the last push is in. */
  boolean finished();

  /**
   * The run is longer or shorter than was planned: {@code localSteps} over all workers, more than
   * are done. Tell {@link org.estafette.algorithm.Event.PeersChanged} next, so that workers that
   * had nothing left to do are given some.
   *
   * @throws IllegalArgumentException where so many are done already
   */
  void budget(long localSteps);

  /**
   * Lets a worker out of quarantine. The round that it is in was given out in quarantine and is
   * still refused; the next one counts, and its past is forgiven.
   *
   * @param by who says so, for people
   * @param effects told of it
   */
  Release release(PeerId worker, String by, Effects effects);

  /** Gives back the leases that the server holds. */
  @Override
  void close();
}
