package org.estafette.algorithm.peer;

import java.util.List;
import java.util.stream.LongStream;
import org.estafette.algorithm.PeerId;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;

/** An inbox as it is saved, and taken up again. */
final class SavedInbox {
  private SavedInbox() {}

  /** What is known of each neighbour. */
  static List<PeerState.Neighbour> neighbours(Inbox inbox) {
    return inbox.edges().stream()
        .map(e ->
            new PeerState.Neighbour(
                e.id.slot(),
                e.incarnation,
                e.expected,
                e.since,
                e.last,
                list(e.taken),
                list(e.newest),
                list(e.seen)))
        .toList();
  }

  private static List<Long> list(long[] values) {
    return LongStream.of(values).boxed().toList();
  }

  /** What waits, with its live vectors. */
  static List<PeerState.Kept> waiting(Inbox inbox) {
    return inbox.edges().stream()
        .flatMap(e -> e.waiting.stream())
        .map(w -> new PeerState.Kept(w.header(), w.passage(), w.lease().vector()))
        .toList();
  }

  /** Takes up a saved inbox of the graph that this one was rewired to. */
  static void restore(Inbox inbox, PeerState saved, int parts, Precision precision) {
    for (PeerState.Neighbour n : saved.neighbours()) {
      if (n.taken().size() != parts) {
        throw new IllegalArgumentException(
            "the saved state has parts="
                + n.taken().size()
                + " (expected "
                + parts
                + "): resume with the method that the run began with");
      }
      Edge e = inbox.edge(PeerId.worker(n.slot()));
      e.incarnation = n.incarnation();
      e.expected = n.expected();
      e.since = n.since();
      e.last = n.last();
      for (int part = 0; part < parts; part++) {
        e.taken[part] = n.taken().get(part);
        e.newest[part] = n.newest().get(part);
        e.seen[part] = n.seen().get(part);
      }
    }
    for (PeerState.Kept k : saved.waiting()) {
      FlatVector own = precision.zeros(k.vector().length());
      own.copyFrom(k.vector());
      inbox
          .edge(k.header().sender())
          .add(new Edge.Waiting(k.header(), k.passage(), Lease.unpooled(own)));
    }
  }
}
