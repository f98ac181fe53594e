package org.estafette.algorithm.peer;

import org.estafette.algorithm.mailbox.FifoQueue;
import org.estafette.algorithm.mailbox.GossipQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.mailbox.RelayQueue;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.peer.PeerPlan.Pace;

/** Which mailbox a method can have at which pace. */
public final class PeerMailboxes {
  private PeerMailboxes() {}

  /**
   * The mailbox that fits: the newest model of each neighbour where nobody waits and the newest is
   * enough; whole rounds in synchronous and overlapped ones; otherwise the order of arrival.
   *
   * @param capacity messages that may wait
   */
  public static UpdateQueue fitting(PeerPlan plan, PeerMethod method, int capacity) {
    QueueOptions options = QueueOptions.of(capacity, 1);
    if (plan.pace() != Pace.ASYNCHRONOUS) {
      return new RelayQueue(options);
    }
    return method.conflatable() ? new GossipQueue(options) : new FifoQueue(options);
  }

  /**
   * Refuses a mailbox that would lose what the method needs, before the run begins.
   *
   * @throws IllegalArgumentException with the reason and the remedy
   */
  public static void check(UpdateQueue mailbox, PeerPlan plan, PeerMethod method) {
    if (mailbox instanceof GossipQueue && !method.conflatable()) {
      throw new IllegalArgumentException(
          "mailbox=gossip hands out the newest message of each neighbour only, and each message of "
              + method.getClass().getSimpleName()
              + " counts exactly once (expected mailbox=relay, or fifo where pace=asynchronous)");
    }
    if (mailbox instanceof GossipQueue && plan.pace() != Pace.ASYNCHRONOUS) {
      throw new IllegalArgumentException(
          "mailbox=gossip with pace="
              + plan.pace()
              + ": a neighbour's next message would supersede the one that this round waits for"
              + " (expected mailbox=relay or fifo, or pace=asynchronous)");
    }
    if (mailbox instanceof RelayQueue && plan.pace() == Pace.ASYNCHRONOUS) {
      throw new IllegalArgumentException(
          "mailbox=relay hands out whole rounds, and with pace=asynchronous there are none"
              + " (expected mailbox=gossip for models, fifo for all else)");
    }
  }
}
