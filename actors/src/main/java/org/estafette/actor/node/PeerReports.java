package org.estafette.actor.node;

import org.estafette.actor.mailbox.UpdateMessageQueue;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.RoundReport;
import org.jspecify.annotations.Nullable;

/** What the registrar is told of a worker's decisions. Used by the worker's thread. */
final class PeerReports {
  private final @Nullable UpdateMessageQueue mailbox;
  private long supersededBefore;

  /**
   * @param mailbox the worker's; null where it has none with a policy
   */
  PeerReports(@Nullable UpdateMessageQueue mailbox) {
    this.mailbox = mailbox;
  }

  /** Null where the registrar need not know. */
  @Nullable ServerMessage of(int slot, int incarnation, Decision decision) {
    return switch (decision) {
      case Decision.Mixed m -> mixed(slot, incarnation, m);
      case Decision.Refused r -> refused(slot, incarnation, r);
      case Decision.Rewired r ->
          new ServerMessage.Rewired(
              slot, incarnation, r.epoch(), r.neighbours().stream().map(PeerId::slot).toList());
      default -> null;
    };
  }

  private ServerMessage mixed(int slot, int incarnation, Decision.Mixed m) {
    long superseded = mailbox == null ? 0 : mailbox.superseded();
    long since = superseded - supersededBefore;
    supersededBefore = superseded;
    RoundReport r = m.report();
    return new ServerMessage.Mixed(
        slot,
        incarnation,
        m.round(),
        r.steps(),
        r.tokens(),
        r.seconds(),
        r.meanLoss(),
        r.shard(),
        m.fresh(),
        m.held(),
        m.mass(),
        m.spread(),
        since);
  }

  private static ServerMessage refused(int slot, int incarnation, Decision.Refused r) {
    Header h = r.header();
    return new ServerMessage.NeighbourRefused(
        slot,
        incarnation,
        h.sender().slot(),
        h.incarnation(),
        h.sequence(),
        h.epoch(),
        h.version(),
        h.round(),
        r.reason(),
        r.detail());
  }
}
