package org.estafette.history.peer;

import org.estafette.algorithm.Ending;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.memory.FlatVector;

/**
 * Something that happened to a message between workers, or that a worker computed. Vectors are
 * copies of that moment. Times are seconds since the run began.
 */
public sealed interface PeerFact {
  /** When. */
  double at();

  /** What happens to one message. */
  sealed interface OfLetter extends PeerFact {
    /** Which. */
    Letter letter();
  }

  /** What a worker does. */
  sealed interface OfWorker extends PeerFact {
    /** Which, in which life. */
    Self who();
  }

  /**
   * A worker handed it to the channel.
   *
   * @param conflatable whether a newer one may take its place
   */
  record Sent(
      double at,
      Letter letter,
      Header header,
      Passage passage,
      boolean conflatable,
      FlatVector vector)
      implements OfLetter {
    /** The worker that sent it. */
    public Self who() {
      return new Self(header.sender(), header.incarnation());
    }
  }

  /** The network made a second one of it. */
  record Doubled(double at, Letter letter) implements OfLetter {}

  /** It will not arrive. */
  record Lost(double at, Letter letter, String why) implements OfLetter {}

  /** The mailbox of a worker has it. */
  record Received(double at, Letter letter, Self by, long digest) implements OfLetter {}

  /** It was refused by whom it came to. */
  record Refused(double at, Letter letter, Self by, Refusal reason) implements OfLetter {}

  /** It was neither refused nor lost. */
  record Ended(double at, Letter letter, Self by, Ending ending) implements OfLetter {}

  /** The method begins from these parameters. */
  record Began(double at, Self who, FlatVector x) implements OfWorker {}

  /** The method's graph. */
  record Wired(double at, Self who, long epoch, Neighbourhood around) implements OfWorker {}

  /**
   * Local steps are done.
   *
   * @param x the method's parameters before them
   * @param delta Δ
   * @param rate sum of the steps' learning rates
   */
  record Trained(double at, Self who, FlatVector x, FlatVector delta, double rate)
      implements OfWorker {}

  /** The method takes the message of the {@link Ended} before it. */
  record Taken(double at, Self who, PeerId from, int part, double mass, long digest)
      implements OfWorker {}

  /**
   * The method has averaged.
   *
   * @param mass that its average rests on
   * @param more whether it wants another exchange in this round
   */
  record Averaged(double at, Self who, FlatVector x, double mass, boolean more)
      implements OfWorker {}

  /** A worker without rounds, after it was told something; only where that changed x. */
  record Stood(double at, Self who, FlatVector x) implements OfWorker {}

  /** A worker without rounds took local steps. */
  record Stepped(double at, Self who, FlatVector delta) implements OfWorker {}

  /** A worker without rounds took over another's parameters. */
  record Joined(double at, Self who) implements OfWorker {}

  /** A life is over, with all that waited for it. */
  record Gone(double at, Self who) implements OfWorker {}
}
