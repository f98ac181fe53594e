package org.estafette.history;

import org.estafette.algorithm.Refusal;

/** Something that happened to a push, or to the server. Times are seconds since the run began. */
public sealed interface Fact {
  /** When. */
  double at();

  /** What happens to one push. */
  sealed interface OfPush extends Fact {
    /** Which. */
    PushName name();
  }

  /**
   * A worker handed it to the channel: once for its sending, again for each time it asks again.
   *
   * @param base version that its round began from
   * @param digest of its vector
   */
  record Sent(double at, PushName name, long base, long digest) implements OfPush {}

  /** The network made a second one of it. */
  record Doubled(double at, PushName name) implements OfPush {}

  /** It will not arrive, or what had arrived is gone with the server. */
  record Lost(double at, PushName name, String why) implements OfPush {}

  /** The mailbox of the server has it. */
  record Received(double at, PushName name, long digest) implements OfPush {}

  /**
   * It was applied.
   *
   * @param epoch that its sender followed
   * @param version of the model after it
   * @param weight that it was multiplied by
   * @param turn which of the server's turns: pushes of one turn were applied in one pass
   */
  record Applied(double at, PushName name, long epoch, long version, double weight, long turn)
      implements OfPush {}

  /** It was refused. */
  record Refused(double at, PushName name, Refusal reason) implements OfPush {}

  /** A server begins to accept, from the state of that version. */
  record Serving(double at, long epoch, long version) implements Fact {}

  /** The server is gone with all that was not saved. */
  record ServerGone(double at) implements Fact {}
}
