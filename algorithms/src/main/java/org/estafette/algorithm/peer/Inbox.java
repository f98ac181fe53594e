package org.estafette.algorithm.peer;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Ending;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait at a worker, edge by edge: which of them belong to its graph, which were
 * there before, and whether all that an exchange needs has come.
 */
final class Inbox {
  /** Positions that may wait of a neighbour in an undirected graph: it is one ahead at most. */
  private static final int LOOK_AHEAD = 4;

  /** Hears what becomes of every message: above all of those that were not used. */
  interface Refusals {
    void refused(Header header, Refusal reason, String detail);

    /** It was used, or made way for a newer one. */
    default void ended(Header header, Ending ending) {}

    /** Tells them as decisions. */
    static Refusals to(Effects effects) {
      return new Refusals() {
        @Override
        public void refused(Header header, Refusal why, String detail) {
          effects.decided(new Decision.Refused(header, why, detail));
        }

        @Override
        public void ended(Header header, Ending ending) {
          effects.ended(header, ending);
        }
      };
    }
  }

  private final PeerPlan plan;
  private final PeerMethod method;
  private final Surroundings surroundings;
  private final boolean async;
  private final Map<PeerId, Edge> edges = new TreeMap<>();

  /** Whose rounds are done, with the life that did them; it holds in every epoch to come. */
  private final Map<PeerId, Integer> finished = new HashMap<>();

  /** Who came after this worker and has not spoken to it yet. */
  private final Set<PeerId> newcomers = new TreeSet<>();

  private SortedSet<PeerId> live = new TreeSet<>();
  private @Nullable Neighbourhood around;
  private long epoch = Long.MIN_VALUE;
  private int lookAhead = LOOK_AHEAD;

  /** The position whose messages the next average uses. */
  private long need;

  private long heardRound;

  Inbox(PeerPlan plan, PeerMethod method, Surroundings surroundings) {
    this.plan = plan;
    this.method = method;
    this.surroundings = surroundings;
    this.async = plan.pace() == Pace.ASYNCHRONOUS;
  }

  Collection<Edge> edges() {
    return edges.values();
  }

  /** That worker's edge; null where nothing is known of it. */
  @Nullable Edge known(PeerId id) {
    return edges.get(id);
  }

  Edge edge(PeerId id) {
    return edges.computeIfAbsent(id, k -> new Edge(k, method.parts()));
  }

  Neighbourhood around() {
    return Objects.requireNonNull(around);
  }

  SortedSet<PeerId> live() {
    return live;
  }

  long epoch() {
    return epoch;
  }

  long need() {
    return need;
  }

  void need(long round, int exchange) {
    need = Edge.position(round, exchange);
  }

  /**
   * The graph of a new epoch. Who was not live in the former one is a newcomer; in the first epoch
   * that this worker knows, nobody is.
   */
  void rewire(Neighbourhood now, SortedSet<PeerId> nowLive, long newEpoch, Refusals refusals) {
    boolean first = live.isEmpty();
    SortedSet<PeerId> before = live;
    live = nowLive;
    epoch = newEpoch;
    lookAhead =
        now.undirected() && !surroundings.varying()
            ? LOOK_AHEAD
            : Math.max(LOOK_AHEAD, live.size() + 1);
    for (Edge e : edges.values()) {
      e.forget();
      while (!e.waiting.isEmpty() && e.waiting.getFirst().epoch() < epoch) {
        drop(
            e,
            0,
            Refusal.OLD_EPOCH,
            "epoch=" + e.waiting.getFirst().epoch() + " (expected " + epoch + ")",
            refusals);
      }
      for (Edge.Waiting w : e.waiting) {
        if (w.epoch() == epoch) {
          e.note(w.passage().part(), w.header().version());
        }
      }
    }
    edges.values().removeIf(e -> !live.contains(e.id) && e.waiting.isEmpty());
    for (PeerId id : live) {
      if (!id.equals(now.self()) && (surroundings.varying() || now.from().contains(id))) {
        edge(id);
      }
    }
    if (!first) {
      nowLive.stream().filter(id -> !before.contains(id)).forEach(newcomers::add);
    }
    newcomers.retainAll(nowLive);
    for (Edge e : edges.values()) {
      e.expected = !newcomers.contains(e.id);
      if (!e.expected && !e.waiting.isEmpty() && e.waiting.getFirst().epoch() == epoch) {
        // It knew this epoch before this worker did, and has spoken.
        e.expected = true;
        e.since = e.waiting.getFirst().position();
        newcomers.remove(e.id);
      }
      if (finished.getOrDefault(e.id, -1) >= e.incarnation) {
        e.last = -1;
      }
    }
    sources(now);
  }

  /** The sources of the exchange that comes. */
  void sources(Neighbourhood now) {
    around = now;
    for (Edge e : edges.values()) {
      e.source = false;
    }
    for (PeerId id : now.from()) {
      edge(id).source = true;
    }
  }

  /** The others go on without this worker. */
  void leave(long newEpoch, Refusals refusals) {
    epoch = newEpoch;
    live = new TreeSet<>();
    dropAll(Refusal.OLD_EPOCH, "epoch=" + newEpoch + " is without this worker", refusals);
    edges.clear();
  }

  /** All rounds are done: what came for further ones is refused. */
  void end(Refusals refusals) {
    dropAll(Refusal.RUN_OVER, "all " + plan.rounds() + " rounds are done", refusals);
  }

  private void dropAll(Refusal why, String detail, Refusals refusals) {
    for (Edge e : edges.values()) {
      while (!e.waiting.isEmpty()) {
        drop(e, 0, why, detail, refusals);
      }
    }
  }

  /** Keeps a message that {@link Fence#place} found nothing wrong with. */
  void keep(Edge.Waiting w, Refusals refusals) {
    Header h = w.header();
    int part = w.passage().part();
    Edge e = edge(h.sender());
    boolean speaksFirst = !e.expected;
    if (h.incarnation() > e.incarnation) {
      while (!e.waiting.isEmpty()) {
        drop(
            e,
            e.waiting.size() - 1,
            Refusal.OLD_INCARNATION,
            "incarnation=" + e.incarnation + " (expected " + h.incarnation() + ")",
            refusals);
      }
      if (e.incarnation > 0) {
        e.forget();
        speaksFirst = true;
      }
      e.incarnation = h.incarnation();
    }
    if (h.epoch() == epoch) {
      if (speaksFirst) {
        e.expected = true;
        e.since = w.position();
        newcomers.remove(e.id);
      }
      e.note(part, h.version());
      if (h.round() >= plan.rounds()) {
        e.last = h.version();
        finished.put(e.id, h.incarnation());
      }
    }
    if (async && method.conflatable()) {
      // The newest says all that the older one said.
      for (int i = e.waiting.size() - 1; i >= 0; i--) {
        Edge.Waiting older = e.waiting.get(i);
        if (older.passage().part() == part && older.epoch() == h.epoch()) {
          e.waiting.remove(i).lease().close();
          refusals.ended(older.header(), Ending.SUPERSEDED);
        }
      }
    } else if (h.epoch() == epoch && w.position() < need && !async) {
      if (method.takesLate()) {
        hand(e, w, refusals);
      } else {
        // The first word of a new life came too late for its round.
        w.lease().close();
        refusals.refused(h, Refusal.ROUND_OVER, "round=" + h.version() + " was left out");
      }
      return;
    }
    e.add(w);
    while (!async && e.positions() > lookAhead) {
      e.overrun = true;
      drop(
          e,
          0,
          Refusal.BACKLOG,
          "more than " + lookAhead + " rounds of " + e.id + " wait (this worker is behind)",
          refusals);
    }
  }

  private void drop(Edge e, int index, Refusal why, String detail, Refusals refusals) {
    Edge.Waiting w = e.waiting.remove(index);
    w.lease().close();
    refusals.refused(w.header(), why, detail);
  }

  /** Whether nothing that the next average needs is still to come. */
  boolean complete() {
    for (Edge e : edges.values()) {
      if (awaited(e) && !heard(e) && !((plan.ordered() || e.overrun) && e.ahead(epoch, need))) {
        return false;
      }
    }
    return true;
  }

  private boolean awaited(Edge e) {
    return e.source
        && e.expected
        && method.exchangesWith(e.id)
        && need >= e.since
        && Edge.roundOf(need) <= e.last;
  }

  /** Those whose message the next average waits for, come or not. */
  Set<PeerId> awaited() {
    return edges.values().stream()
        .filter(this::awaited)
        .map(e -> e.id)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private boolean heard(Edge e) {
    Neighbourhood here = around();
    for (int part = 0; part < method.parts(); part++) {
      if (here.carries(e.id, part) && e.find(epoch, need, part) == null) {
        return false;
      }
    }
    return true;
  }

  /** The newest absolute round among the messages that the last {@link #take} handed out. */
  long heardRound() {
    return heardRound;
  }

  /**
   * Hands the method what this exchange has, in the order of the neighbours' slots.
   *
   * @return neighbours of whom something new was used
   */
  int take(Refusals refusals) {
    int fresh = 0;
    heardRound = 0;
    for (Edge e : edges.values()) {
      boolean any = false;
      for (int i = 0; i < e.waiting.size(); ) {
        Edge.Waiting w = e.waiting.get(i);
        if (w.epoch() != epoch || w.position() > need && !async) {
          break;
        }
        if (method.takesLate() && w.position() < e.taken[w.passage().part()]) {
          // A later one came too late for its round, and was handed on at once.
          e.waiting.remove(i).lease().close();
          refusals.ended(w.header(), Ending.SUPERSEDED);
          continue;
        }
        // After a lost message one end of an edge may hold it for closed and the other not.
        boolean now = async || e.source && w.position() == need && method.exchangesWith(e.id);
        if (now || method.takesLate() && e.source) {
          e.waiting.remove(i);
          hand(e, w, refusals);
          any |= now;
        } else {
          drop(
              e,
              i,
              Refusal.ROUND_OVER,
              "round=" + w.header().version() + " was left out",
              refusals);
        }
      }
      fresh += any ? 1 : 0;
    }
    return fresh;
  }

  private void hand(Edge e, Edge.Waiting w, Refusals refusals) {
    int part = w.passage().part();
    e.taken[part] = Math.max(e.taken[part], w.position());
    heardRound = Math.max(heardRound, w.header().round());
    refusals.ended(w.header(), Ending.AVERAGED);
    method.receive(e.id, part, w.passage().mass(), w.lease());
  }

  /** Messages that wait. */
  int size() {
    int size = 0;
    for (Edge e : edges.values()) {
      size += e.waiting.size();
    }
    return size;
  }

  /**
   * The round of this epoch that a worker takes part in next: the one after {@code tick}, or the
   * neighbours' newest where it has fallen behind.
   *
   * @param behind whether it is known to be
   */
  long next(long tick, boolean behind) {
    long next = tick + 1;
    for (Edge e : edges.values()) {
      if (!async && (behind || e.overrun)) {
        next = Math.max(next, e.newestRound(epoch) + (plan.pace() == Pace.OVERLAPPED ? 1 : 0));
      }
      e.overrun = false;
    }
    return next;
  }

  /** That worker says that it takes part from this round of the epoch on, and in none before it. */
  void takesPartFrom(Header h) {
    Edge e = edges.get(h.sender());
    if (e != null && h.epoch() == epoch && h.incarnation() >= e.incarnation) {
      e.since = Math.max(e.since, Edge.position(h.version(), 0));
    }
  }

  /** That worker's rounds are done: nobody waits for this life of it any more. */
  void gone(PeerId id, int incarnation) {
    finished.merge(id, incarnation, Math::max);
    Edge e = edges.get(id);
    if (e != null && e.incarnation <= incarnation) {
      e.last = -1;
    }
  }

  /** Gives back all that waits. */
  void clear() {
    edges.values().forEach(Edge::clear);
  }
}
