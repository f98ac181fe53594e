package org.estafette.algorithm.peer.gossip;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.jspecify.annotations.Nullable;

/**
 * Push-sum for workers of unequal speed on a network that loses, doubles and reorders. A message
 * holds the sum of all mass that was ever given over its edge, and the receiver takes what is new
 * in it: the next message makes up for a lost one, and an older or doubled one says nothing new.
 * Its mass only grows, which tells older from newer. The step should be the weighted one, x ← x −
 * w·Δ: the published x ← x − Δ blows up where workers differ in speed.
 *
 * <p>A sum loses digits as it grows. What it could not take stays with the sender, so that no mass
 * is lost by rounding, however long the run.
 *
 * <p>When the live workers change, every edge begins anew at 0 on both ends; what was on the way is
 * lost, in x and w alike, and leaves z = x/w where it was.
 */
final class AsyncPushSum implements PeerMethod {
  private static final long NONE = Long.MIN_VALUE;
  private static final String MASS = "push-sum mass";
  private static final String ARRIVED = "arrived mass";
  private static final String LEAVING = "leaving share";
  private static final String GIVEN = "given to ";
  private static final String TAKEN = "taken from ";

  /** Mass that went over one directed edge. */
  private static final class Edge {
    final FlatVector total;
    double weight;

    Edge(FlatVector total) {
      this.total = total;
    }
  }

  private final PushSum.Step step;
  private final long length;
  private final Precision precision;
  private final FlatVector own;
  private final FlatVector point;
  private final Map<PeerId, Edge> given = new TreeMap<>();
  private final Map<PeerId, Edge> taken = new TreeMap<>();
  private final FlatVector arrived;

  /** What was composed since the last {@link #settle}, as the edges' sums took it. */
  private final FlatVector composed;

  private double weight = 1;
  private double arrivedWeight;
  private double leaving;
  private double squares;
  private int heard;
  private double spread = Double.NaN;
  private Neighbourhood around = Shares.NOBODY;
  private long epoch = NONE;

  AsyncPushSum(long length, Precision precision, PushSum.Step step) {
    this.step = step;
    this.length = length;
    this.precision = precision;
    this.own = precision.zeros(length);
    this.point = precision.zeros(length);
    this.arrived = precision.zeros(length);
    this.composed = precision.zeros(length);
  }

  @Override
  public void rewire(Neighbourhood to, long newEpoch) {
    settle();
    around = to;
    if (epoch != NONE && newEpoch > epoch) {
      restart(given);
      restart(taken);
    }
    epoch = newEpoch;
    // Edges are made here, so that no vector is made in a round.
    to.to().forEach(peer -> edge(given, peer));
    to.from().forEach(peer -> edge(taken, peer));
  }

  private static void restart(Map<PeerId, Edge> edges) {
    for (Edge edge : edges.values()) {
      edge.total.fill(0);
      edge.weight = 0;
    }
  }

  private Edge edge(Map<PeerId, Edge> edges, PeerId peer) {
    @Nullable Edge known = edges.get(peer);
    if (known == null) {
      known = new Edge(precision.zeros(length));
      edges.put(peer, known);
    }
    return known;
  }

  @Override
  public void begin(FlatVector x) {
    own.copyFrom(x);
    weight = 1;
  }

  @Override
  public boolean alike() {
    return false;
  }

  @Override
  public boolean conflatable() {
    return true;
  }

  @Override
  public FlatVector trainingPoint(FlatVector x) {
    point.copyFrom(own);
    point.scale(1 / weight);
    return point;
  }

  /** What was composed leaves, before anything else changes the mass that it was a share of. */
  private void settle() {
    if (leaving != 0) {
      own.axpy(-1, composed);
      composed.fill(0);
      weight *= 1 - leaving;
      leaving = 0;
    }
  }

  @Override
  public void trained(FlatVector x, FlatVector delta, double rate) {
    settle();
    own.axpy(step == PushSum.Step.PLAIN ? -1 : -weight, delta);
  }

  @Override
  public double compose(PeerId to, int part, FlatVector into) {
    double share = Shares.of(around, to);
    Edge edge = edge(given, to);
    leaving += share;
    into.copyFrom(edge.total);
    edge.total.axpy(share, own);
    into.difference(edge.total, into);
    composed.axpy(1, into);
    edge.weight += share * weight;
    into.copyFrom(edge.total);
    return edge.weight;
  }

  @Override
  public void receive(PeerId from, int part, double mass, Lease values) {
    try (values) {
      Edge edge = edge(taken, from);
      if (!(mass > edge.weight)) {
        return; // Older than what was taken, or the same once more.
      }
      FlatVector message = values.vector();
      double fresh = mass - edge.weight;
      point.difference(message, edge.total);
      arrived.axpy(1, point);
      arrivedWeight += fresh;
      edge.total.copyFrom(message);
      edge.weight = mass;
      point.scale(1 / fresh);
      point.axpy(-1 / weight, own);
      squares += point.squaredNorm();
      heard++;
    }
  }

  @Override
  public boolean average(FlatVector x) {
    settle();
    own.axpy(1, arrived);
    weight += arrivedWeight;
    arrived.fill(0);
    arrivedWeight = 0;
    spread = heard == 0 ? Double.NaN : Math.sqrt(squares / heard);
    squares = 0;
    heard = 0;
    x.copyFrom(own);
    return false;
  }

  @Override
  public double mass() {
    return weight;
  }

  @Override
  public double spread() {
    return spread;
  }

  @Override
  public List<Named> state() {
    List<Named> all = new ArrayList<>();
    all.add(new Named(MASS, own, weight));
    all.add(new Named(ARRIVED, arrived, arrivedWeight));
    all.add(new Named(LEAVING, composed, leaving));
    given.forEach((peer, edge) -> all.add(new Named(GIVEN + peer, edge.total, edge.weight)));
    taken.forEach((peer, edge) -> all.add(new Named(TAKEN + peer, edge.total, edge.weight)));
    return List.copyOf(all);
  }

  @Override
  public void restore(List<Named> saved) {
    PeerMethod.super.restore(saved);
    for (Named one : saved) {
      switch (one.name()) {
        case MASS -> weight = one.number();
        case ARRIVED -> arrivedWeight = one.number();
        case LEAVING -> leaving = one.number();
        default -> {
          weigh(one, GIVEN, given);
          weigh(one, TAKEN, taken);
        }
      }
    }
  }

  private static void weigh(Named one, String kind, Map<PeerId, Edge> edges) {
    edges.forEach((peer, edge) -> {
      if (one.name().equals(kind + peer)) {
        edge.weight = one.number();
      }
    });
  }

  @Override
  public void close() {}
}
