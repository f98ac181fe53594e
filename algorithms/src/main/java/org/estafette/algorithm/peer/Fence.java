package org.estafette.algorithm.peer;

import org.estafette.algorithm.Header;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether a message belongs where it says: in this graph, on this edge, in a round to come.
 */
final class Fence {
  private final PeerMethod method;
  private final Surroundings surroundings;
  private final boolean async;
  private final Inbox inbox;

  Fence(PeerPlan plan, PeerMethod method, Surroundings surroundings, Inbox inbox) {
    this.method = method;
    this.surroundings = surroundings;
    this.async = plan.pace() == Pace.ASYNCHRONOUS;
    this.inbox = inbox;
  }

  /** What is wrong with a message's place; null where it may be kept. */
  Outcome.@Nullable Refused place(Header h, Passage p) {
    if (h.epoch() < inbox.epoch()) {
      return refused(Refusal.OLD_EPOCH, "epoch=" + h.epoch() + " (expected " + inbox.epoch() + ")");
    }
    Edge e = inbox.known(h.sender());
    if (h.epoch() == inbox.epoch() && !mayCome(e, h, p)) {
      return refused(
          Refusal.NOT_A_NEIGHBOUR,
          h.sender()
              + ", part="
              + p.part()
              + " (expected an edge to it in epoch "
              + inbox.epoch()
              + ")");
    }
    if (e == null || h.incarnation() > e.incarnation) {
      return null;
    }
    if (h.incarnation() < e.incarnation) {
      return refused(
          Refusal.OLD_INCARNATION,
          "incarnation=" + h.incarnation() + " (expected " + e.incarnation + ")");
    }
    return h.epoch() == inbox.epoch() ? again(e, h, p) : waits(e, h, p);
  }

  private boolean mayCome(@Nullable Edge e, Header h, Passage p) {
    if (e == null) {
      return false;
    }
    if (!surroundings.varying()) {
      return e.source && inbox.around().carries(e.id, p.part());
    }
    if (async || h.version() == 0) {
      return inbox.live().contains(e.id);
    }
    PeerId self = inbox.around().self();
    Neighbourhood then = surroundings.around(self, inbox.live(), h.version(), p.exchange());
    return then.from().contains(e.id) && then.carries(e.id, p.part());
  }

  private Outcome.@Nullable Refused waits(Edge e, Header h, Passage p) {
    long position = Edge.position(h.version(), p.exchange());
    return e.find(h.epoch(), position, p.part()) == null ? null : duplicate(h);
  }

  private Outcome.@Nullable Refused again(Edge e, Header h, Passage p) {
    int part = p.part();
    if (async) {
      if (e.came(part, h.version())) {
        return duplicate(h);
      }
      return method.conflatable() && h.version() < e.newest[part] ? late(h) : null;
    }
    long position = Edge.position(h.version(), p.exchange());
    if (position == e.taken[part]) {
      return duplicate(h);
    }
    if (position < inbox.need() && (position < e.taken[part] || !method.takesLate())) {
      return late(h);
    }
    return waits(e, h, p);
  }

  private static Outcome.Refused duplicate(Header h) {
    return refused(
        Refusal.DUPLICATE,
        "round=" + h.version() + " of epoch " + h.epoch() + " came from " + h.sender() + " before");
  }

  private Outcome.Refused late(Header h) {
    return refused(
        Refusal.ROUND_OVER,
        "round=" + h.version() + " of the epoch (expected >= " + Edge.roundOf(inbox.need()) + ")");
  }

  private static Outcome.Refused refused(Refusal reason, String detail) {
    return new Outcome.Refused(reason, detail);
  }
}
